"""Counting that is killed, broken off, or done by several processes at once comes to the same."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from colter.core.model import EndpointState, ProbeResult, Reason, Target
from colter.core.ports import Step, Store
from colter.core.uptime.pace import Pace
from colter.core.uptime.tally import Tally
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.fakes.clock import START, FakeClock
from tests.full import FULL
from tests.store.making import METRICS, at, done

KILLS = 200 if FULL else 8
ENDPOINTS, ROUNDS = 320, 16
"""So many endpoints are several transactions."""
NAMES = [Target("probe", f"endpoint {number}") for number in range(ENDPOINTS)]
ALL = (START - timedelta(days=1), START + timedelta(days=1))
PACE = Pace(timedelta(minutes=10))

# For every letter b that it reads there is a process of its own, which counts until everything is counted. Before each
# of its commits it says so, and waits until it may, or nobody is there any more to say so.
COUNTS = """
import asyncio, os, pathlib, sys
from datetime import timedelta
from sqlalchemy import Engine, event
from colter.core.uptime.pace import Pace
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS

PACE = Pace(timedelta(minutes=10))

def say(word):
    os.write(1, f"{word}\\n".encode())

def wait(_):
    say("commits")
    os.read(0, 1)

async def count():
    store = SqlStore(pathlib.Path(sys.argv[1]), FakeClock(), METRICS)
    await store.open()
    event.listen(Engine, "commit", wait)
    say(os.getpid())
    while await store.roll_up(lambda _: PACE, most=int(sys.argv[2])):
        pass
    await store.close()

while order := os.read(0, 1):
    if order != b"b":
        continue  # it was for one that is dead
    child = os.fork()
    if not child:
        asyncio.run(count())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    say("done" if status == 0 else "killed")
"""


def test_nothing_is_counted_twice_and_nothing_is_missing_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    asyncio.run(_fill(path))
    halves, chance = 0, random.Random(7)
    with closing(sqlite3.connect(path)) as witness, _counter(path, most=3 * ENDPOINTS) as children:
        assert children.stdin is not None
        assert children.stdout is not None
        for _ in range(KILLS):
            print("b", end="", file=children.stdin, flush=True)
            pid = int(children.stdout.readline())
            for _ in range(chance.randrange(1, 4)):
                if children.stdout.readline() == "done\n":
                    break
                print("g", end="", file=children.stdin, flush=True)
            else:
                with suppress(ProcessLookupError):  # it was done by then
                    os.kill(pid, signal.SIGKILL)
                while children.stdout.readline() not in ("killed\n", "done\n"):
                    pass
            halves += _is_half_done(witness)
        print("b", end="", file=children.stdin, flush=True)
        children.stdin.close()
        assert children.stdout.readlines()[-1] == "done\n"
    assert halves
    assert asyncio.run(_outcome(path)) == asyncio.run(_truth())


def test_two_processes_that_count_at_once_count_everything_once(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    asyncio.run(_fill(path))
    children = [_counter(path, most=most) for most in (2 * ENDPOINTS, 5 * ENDPOINTS)]
    told = [child.communicate("b", timeout=300) for child in children]
    assert [errors for _, errors in told] == ["", ""]
    assert asyncio.run(_outcome(path)) == asyncio.run(_truth())


def test_two_stores_that_count_at_once_count_everything_once(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def story() -> None:
        await _fill(path)
        stores = [SqlStore(path, FakeClock(), METRICS) for _ in range(2)]
        for store in stores:
            await store.open()
        await asyncio.gather(*(_count(store, most) for store, most in zip(stores, (700, 1900), strict=True)))
        for store in stores:
            await store.close()
        assert await _outcome(path) == await _truth()

    asyncio.run(story())


def test_a_count_that_is_broken_off_anywhere_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def story() -> None:
        await _fill(path)
        store = SqlStore(path, FakeClock(), METRICS)
        await store.open()
        for pause in range(1, 20):
            with suppress(TimeoutError):
                async with asyncio.timeout(pause / 200):
                    await store.roll_up(lambda _: PACE, most=4 * ENDPOINTS)
        await _count(store, 4 * ENDPOINTS)
        await store.close()
        assert await _outcome(path) == await _truth()

    asyncio.run(story())


def _is_half_done(witness: sqlite3.Connection) -> bool:
    """Whether some endpoints are counted further than all of them."""
    ahead = "SELECT 1 FROM running_tally WHERE round_id > coalesce((SELECT round_id FROM upkeep), 0)"
    return witness.execute(ahead).fetchone() is not None


async def _fill(path: Path) -> None:
    store = SqlStore(path, FakeClock(), METRICS)
    await store.open()
    await _commit(store)
    await store.close()


async def _commit(store: Store) -> None:
    chance = random.Random(3)
    down: set[int] = set()
    for number in range(ROUNDS):
        down ^= set(chance.sample(range(ENDPOINTS), ENDPOINTS // 10))
        results = [_look(name, number, chance, failing=place in down) for place, name in enumerate(NAMES)]
        await store.commit(done(f"round {number}", *results, minutes=10 * number))


def _look(name: Target, number: int, chance: random.Random, *, failing: bool) -> ProbeResult:
    state, reason = (EndpointState.DOWN, Reason.CONNECT_REFUSED) if failing else (EndpointState.UP, None)
    latency = None if failing else chance.lognormvariate(3, 0.5)
    url = f"https://{name.name.replace(' ', '-')}.example.org/"
    return ProbeResult(name.name, url, at(10 * number), state, reason, latency_ms=latency)


Outcome = tuple[Mapping[Step, Mapping[Target, Sequence[tuple[datetime, Tally]]]], Sequence[Any]]


async def _outcome(path: Path) -> Outcome:
    store = SqlStore(path, FakeClock(), METRICS)
    await store.open()
    assert await store.uncounted() == 0
    found = await _counted(store)
    await store.close()
    return found


async def _truth() -> Outcome:
    store = MemoryStore(FakeClock())
    await _commit(store)
    await _count(store, ENDPOINTS * ROUNDS)
    return await _counted(store)


async def _count(store: Store, most: int) -> None:
    while await store.roll_up(lambda _: PACE, most=most):
        pass


async def _counted(store: Store) -> Outcome:
    by_day, by_hour = await store.tallies(NAMES, *ALL, "day"), await store.tallies(NAMES, *ALL, "hour")
    return {"day": by_day, "hour": by_hour}, await store.outages(NAMES, *ALL)


def _counter(path: Path, *, most: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COUNTS, str(path), str(most)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
