"""Starts lives and kills them, one after another, and takes down what they promised.

It forks them in a fresh process without threads or an event loop, where that is safe and costs milliseconds.
"""

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
import traceback
from collections import Counter
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from typing import Any

from colter.core.clock import SystemClock
from colter.net.http import Http
from tests.faults.life import PHASES, Marks, Plan, Word, begin, deliver_all, live

_WORDS: tuple[Word, ...] = ("begun", "kept")
_TOLD = struct.Struct("<BI")
_SHORTEST, _LONGEST = 0.005, 0.3  # seconds of a life
_LOOK, _LOOKS = 0.0005, 2000


@dataclass
class Toll:
    """What came of it."""

    kills: int = 0
    begun: list[int] = field(default_factory=list)
    """Numbers of the rounds whose commit was begun."""
    kept: list[int] = field(default_factory=list)
    """Of these, the ones whose commit was acknowledged."""
    phases: Counter[str] = field(default_factory=Counter)
    """How many kills hit which phase; one may hit several, in several sinks."""


def kill_lives(plan: Plan, kills: int, seed: int) -> Toll:
    """Run so many lives and kill each at a random time, then deliver the rest in peace.

    Raises:
        AssertionError: a life ended by itself, or the rest could not be delivered; with what it had to say.
    """
    argv = [sys.executable, "-m", "tests.faults.killing", json.dumps([asdict(plan), kills, seed])]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    told = json.loads(done.stdout)
    return Toll(**{**told, "phases": Counter(told["phases"])})


def _main(written: str) -> None:
    plan, kills, seed = json.loads(written)
    plan, chance = Plan(**plan), random.Random(seed)
    marks = Marks(mmap.mmap(-1, mmap.PAGESIZE))  # shared with every child
    toll, clock = Toll(begun=[0], kept=[0]), SystemClock()
    asyncio.run(begin(plan, Http(clock)))
    http = Http(clock)  # to make one takes as long as a life may last
    gc.freeze()
    for _ in range(kills):
        _one_life(plan, http, toll, marks, chance)
    asyncio.run(deliver_all(plan, http))
    sys.stdout.write(json.dumps(vars(toll)))


def _one_life(plan: Plan, http: Http, toll: Toll, marks: Marks, chance: random.Random) -> None:
    reads, writes = os.pipe()

    def tell(word: Word, number: int) -> None:
        os.write(writes, _TOLD.pack(_WORDS.index(word), number))

    first = toll.begun[-1] + 1
    child = fork(live(plan, http, range(first, first + 1_000_000), tell, marks))
    os.close(writes)
    _wait(marks, chance)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reads, "rb") as pipe:
        for word, number in _TOLD.iter_unpack(pipe.read()):
            _note(toll, _WORDS[word], number)
    if not os.WIFSIGNALED(status):
        sys.exit("a life ended by itself")
    toll.kills += 1
    toll.phases.update(marks.seen())
    marks.forget()


def _wait(marks: Marks, chance: random.Random) -> None:
    """For a random time; every second life until it is in a random phase, as some are over in a millisecond."""
    if chance.random() < 1 / 2:
        time.sleep(chance.uniform(_SHORTEST, _LONGEST))
    else:
        wait_for_phase(marks, chance)


def wait_for_phase(marks: Marks, chance: random.Random) -> None:
    """Until a random one has begun, and a moment more."""
    phase = chance.choice(PHASES)
    for _ in range(_LOOKS):
        if phase in marks.seen():
            break
        time.sleep(_LOOK)
    time.sleep(chance.uniform(0, _SHORTEST))


def _note(toll: Toll, word: Word, number: int) -> None:
    {"begun": toll.begun, "kept": toll.kept}[word].append(number)


def fork(work: Coroutine[Any, Any, None]) -> int:
    """Do this in a process of its own, which never comes back from it; returns its id."""
    child = os.fork()
    if child:
        work.close()
        return child
    try:
        asyncio.run(work)
    except BaseException:  # the parent must never run on twice
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    _main(sys.argv[1])
