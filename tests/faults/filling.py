"""A disk that is filled and emptied again and again under a working store: a program, to be run on a small disk.

Each cycle is a life of its own, which ends in order or with SIGKILL; another process looks at what it has left.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing, suppress
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from colter.app.history.ring import Ring
from colter.core.clock import SystemClock
from colter.core.errors import StateError
from colter.core.model import AlertState, Delivery, Target
from colter.store.sql import SqlStore
from tests.store.making import METRICS, answer, at, done

RESULTS = 5
"""Measurements of a round."""
MOST = 3 * RESULTS
"""Of them, so many wait in memory at most."""
WHILE_FULL = 12
"""Rounds of one cycle that are measured while the disk is full."""
RULE = Target("probe", "endpoint 0"), "down"


def main(place: Path, first: int, cycles: int, limit: timedelta) -> None:
    """Print the sums over as many cycles as are asked for, or fit into the time.

    Args:
        place: the disk.
        first: measurements of the first round that comes while the disk is full.
        cycles: how often the disk is filled.
        limit: the time.
    """
    clock, sums = SystemClock(), Counter[str]()
    end = clock.monotonic() + limit.total_seconds()
    for cycle in range(cycles):
        if clock.monotonic() < end:
            sums += _live(place, first, cycle)
    with closing(sqlite3.connect(place / "state.db")) as connection:
        (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
        (sums["kept"],) = connection.execute("SELECT count(*) FROM probe_result").fetchone()
    json.dump({"integrity": integrity, **sums}, sys.stdout)


def fill(place: Path) -> None:
    """Fill a disk to the last byte."""
    with suppress(OSError), (place / "filler").open("ab", buffering=0) as filler:
        for size in (2**20, 2**12):
            with suppress(OSError):
                while filler.write(bytes(size)):
                    pass


def empty(place: Path) -> None:
    (place / "filler").unlink(missing_ok=True)


def _live(place: Path, first: int, cycle: int) -> Counter[str]:
    """One life, and what was found while it lived."""
    sums = Counter(cycles=1)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    life = context.Process(target=_life, args=(place, first, cycle, theirs))
    life.start()
    theirs.close()
    with suppress(EOFError):
        while said := ours.recv():
            if "alert" in said:
                sums["alerts_durable"] += _is_durable(place, said["alert"])
            sums.update({name: count for name, count in said.items() if name != "alert"})
            ours.send("go on")
    life.join()
    sums["killed"] += life.exitcode == -signal.SIGKILL
    sums["failed"] += life.exitcode not in (0, -signal.SIGKILL)
    empty(place)
    return sums


def _is_durable(place: Path, number: int) -> bool:
    with closing(sqlite3.connect(f"file:{place}/state.db?mode=ro", uri=True)) as connection:
        states = connection.execute("SELECT tally FROM alert_state").fetchall()
        owed = connection.execute("SELECT 1 FROM outbox WHERE delivery_key = ?", [f"mail {number}"]).fetchall()
    return states == [(number,)] and owed == [(1,)]


def _life(place: Path, first: int, cycle: int, parent: Connection) -> None:
    asyncio.run(_cycle(place, first, cycle, parent))


async def _cycle(place: Path, first: int, cycle: int, parent: Connection) -> None:
    def say(**counts: int) -> None:
        parent.send(counts)
        parent.recv()

    store = SqlStore(place / "state.db", SystemClock(), METRICS)
    await store.open()
    ring = Ring(store, MOST)
    numbers = iter(range(cycle * 100, cycle * 100 + 100))
    say(measured=RESULTS, kept_before=await _commit(ring, next(numbers)))
    fill(place)
    alert = next(numbers)
    say(measured=first, waited=not await _commit(ring, alert, first), alert=alert)
    for number in [next(numbers) for _ in range(WHILE_FULL)]:
        fill(place)
        say(measured=RESULTS, waited=not await _commit(ring, number))
    if cycle % 2:
        say(died_waiting=ring.size, dropped=ring.dropped)
        os.kill(os.getpid(), signal.SIGKILL)
    empty(place)
    kept = await _commit(ring, next(numbers))
    say(measured=RESULTS, recovered=kept and not ring.size, dropped=ring.dropped)
    await store.close()


async def _commit(ring: Ring, number: int, results: int = RESULTS) -> bool:
    """Whether it was kept; what cannot be expected is raised."""
    seen = (answer(number, f"endpoint {place % RESULTS}") for place in range(results))
    state = AlertState(*RULE, "firing", at(number), number)
    mail = Delivery(f"mail {number}", "channel", "ops", at(number), "It is down.")
    try:
        await ring.commit(done(f"round {number:06d}", *seen, minutes=number), [state], [mail])
    except StateError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), timedelta(seconds=float(sys.argv[4])))
