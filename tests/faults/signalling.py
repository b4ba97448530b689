"""Starts daemons and signals them, one after another: at any moment, with anything.

    python -m tests.faults.signalling HOME LIVES

It forks them in a process without threads, where all is imported: so they are born in no time. Says as JSON how each of
them ended, and what was kept.
"""

import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import colter.app.runtime
import colter.app.watching.daemon
import colter.net.http
import colter.store.sql  # noqa: F401  the others too: a life does not wait for its imports
from colter.cli.context import Context, Streams
from colter.cli.main import run
from tests.cli.running import Machine
from tests.faults.handlers import await_handler
from tests.faults.hurried import FastClock
from tests.watching.daemons import states, until
from tests.withheld import withheld

SPEED = 20
LIMIT = 5
"""Seconds that an end may take."""
SHORTEST = 1.0
"""Seconds that the longest life has at least, or what follows its beginning to listen for signals."""
LISTENING = 3 / 4
"""So many live until then."""
Kind = Literal["SIGTERM", "SIGINT", "SIGHUP", "twice", "SIGKILL"]
KINDS: tuple[Kind, ...] = ("SIGTERM", "SIGINT", "SIGHUP", "twice", "SIGKILL")


@dataclass(frozen=True)
class Lives:
    """One machine, on which they live."""

    machine: Machine
    clock: FastClock

    def born(self, number: int) -> int:
        """A daemon; what it says goes to a file."""
        child = os.fork()
        if child:
            return child
        code = 99
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            with Path(os.devnull).open("w+") as nowhere, (self.machine.home / f"{number}.said").open("w") as said:
                streams = Streams(stdin=nowhere, stdout=nowhere, stderr=said)
                context = Context(env=self.machine.environment, streams=streams, clock=self.clock)
                code = run(["daemon", "--listen", "off", "-o", "file"], context)
        finally:
            os._exit(code)

    def first_one(self, number: int) -> float:
        """How many seconds a life takes until something is kept."""
        begun = time.perf_counter()
        child = self.born(number)
        until(lambda: states(self.machine, "e0"))
        took = time.perf_counter() - begun
        os.kill(child, signal.SIGTERM)
        _ended(child)
        return took

    def all_is_brought(self) -> bool:
        """By a command; whoever was killed may hold the right to it for a moment."""
        return self.machine.inside("probe", "e0", "-q", "-o", "file", clock=self.clock).code == 0

    def signalled(self, number: int, kind: Kind, longest: float, chance: random.Random) -> tuple[Kind, int, float]:
        """How one life ended: its exit code, or negative what killed it; and how many seconds of its own that took."""
        child = self.born(number)
        if chance.random() < LISTENING:
            await_handler(child)
        time.sleep(chance.uniform(0, longest))
        if kind in ("SIGHUP", "twice"):
            os.kill(child, signal.SIGHUP if kind == "SIGHUP" else signal.SIGTERM)
            time.sleep(chance.uniform(0, 0.5 if kind == "SIGHUP" else 0.1))
        with withheld(child) as waited:
            begun = time.perf_counter()
            # One that has ended by the signal before is not reaped yet, so the number is still its own.
            os.kill(child, signal.SIGTERM if kind in ("SIGHUP", "twice") else signal.Signals[kind])
            code = _ended(child)
            took = time.perf_counter() - begun
        return kind, code, took - waited.seconds


def main(home: Path, lives: int) -> None:
    chance = random.Random(lives)
    each = Lives(Machine(home), FastClock(SPEED))
    longest = max(SHORTEST, 2 * each.first_one(lives))
    ends = [each.signalled(number, KINDS[number % len(KINDS)], longest, chance) for number in range(lives)]
    until(each.all_is_brought)
    kept = each.machine.inside("export", "--since", "30d", "-f", "jsonl", "-q", clock=each.clock).out
    json.dump({"ends": ends, "kept": [json.loads(line) for line in kept.splitlines()]}, sys.stdout)


def _ended(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
