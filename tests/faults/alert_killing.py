"""Starts lives that decide and tell, and kills them one after another; see `killing.py` for how."""

import asyncio
import gc
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from colter.core.clock import SystemClock
from colter.net.http import Http
from tests.faults.alert_life import AlertPlan, live, tell_all
from tests.faults.killing import fork, wait_for_phase
from tests.faults.life import Marks

_NUMBER = struct.Struct("<I")
_LONGEST = 0.5  # seconds of a life


@dataclass
class AlertToll:
    """What came of it."""

    kills: int = 0
    rounds: int = 0
    """In the history, at the end."""
    acknowledged: int = -1
    """Highest number of a round whose commit was acknowledged."""
    phases: Counter[str] = field(default_factory=Counter)
    """How many kills hit which phase."""


def kill_tellers(plan: AlertPlan, kills: int) -> AlertToll:
    """Run so many lives and kill each at a random time, then tell the rest in peace.

    Raises:
        AssertionError: a life ended by itself, or the rest could not be told; with what it had to say.
    """
    argv = [sys.executable, "-m", "tests.faults.alert_killing", json.dumps([asdict(plan), kills])]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    told = json.loads(done.stdout)
    return AlertToll(**{**told, "phases": Counter(told["phases"])})


def _main(written: str) -> None:
    fields, kills = json.loads(written)
    plan = AlertPlan(**fields)
    settings, chance = plan.settings, random.Random(plan.seed)
    marks = Marks(mmap.mmap(-1, mmap.PAGESIZE))  # shared with every child
    toll, clock = AlertToll(), SystemClock()
    asyncio.run(_finish(plan, toll))  # all tables are there then, and all is imported that a life imports
    http = Http(clock)
    gc.freeze()
    for _ in range(kills):
        reads, writes = os.pipe()

        def kept(number: int, to: int = writes) -> None:
            os.write(to, _NUMBER.pack(number))

        child = fork(live(plan, settings, http, kept, marks))
        os.close(writes)
        _wait(marks, chance)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        with os.fdopen(reads, "rb") as pipe:
            numbers = [number for (number,) in _NUMBER.iter_unpack(pipe.read())]
        if not os.WIFSIGNALED(status):
            sys.exit("a life ended by itself")
        toll.acknowledged = max([toll.acknowledged, *numbers])
        toll.kills += 1
        toll.phases.update(marks.seen())
        marks.forget()
    asyncio.run(_finish(plan, toll))
    sys.stdout.write(json.dumps(vars(toll)))


def _wait(marks: Marks, chance: random.Random) -> None:
    """For a random time, some of it before the first round; every second life then until it is in a random phase."""
    time.sleep(chance.uniform(0, _LONGEST))
    if chance.random() < 1 / 2:
        wait_for_phase(marks, chance)


async def _finish(plan: AlertPlan, toll: AlertToll) -> None:
    async with Http(SystemClock()) as http:
        toll.rounds = await tell_all(plan, plan.settings, http)


if __name__ == "__main__":
    _main(sys.argv[1])
