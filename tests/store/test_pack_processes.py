"""Processes that are killed while they count, pack, retire, sweep, or forget: nothing is lost or doubled."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from colter.core.model import Holding, Round
from tests.store.making import FOR_EVER, at, opened
from tests.store.packing import LATER, count_all, endpoint, minutes, pack_all

KILLS = 25
ROUNDS = 300

# Does one kind of upkeep in small pieces, each when it is let go on, and says so, one line for each; for every letter b
# that it reads there is a process.
TENDS = """
import asyncio, itertools, os, pathlib, random, sys
from colter.core.uptime.pace import Pace
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS, at
from tests.store.packing import LATER, endpoint

path, what = pathlib.Path(sys.argv[1]), sys.argv[2]

def say(*words):
    os.write(1, f"{' '.join(map(str, words))}\\n".encode())  # at once: nobody is killed in the middle of a line

def tell(*words):
    say(*words)
    os.read(0, 1)

async def work(seed):
    chance = random.Random(seed)
    store = SqlStore(path, FakeClock(), METRICS)
    await store.open()
    if what == "forget":
        async for gone in store.forget(endpoint(3)):
            tell(gone)
    while what == "pack":
        counted = await store.roll_up(lambda _: Pace(), most=40)
        packed = await store.pack(LATER, most=chance.randrange(3, 12))
        if not counted and not packed:
            break
        tell(counted, packed)
    while what == "sweep" and (looked := await store.sweep(at(seed * 1440), most=2, least=1)):
        tell(looked)
    while what == "retire" and await store.retire(results=at(200), readings=None, tallies=None, most=5):
        tell("gone")
    await store.close()

seeds = itertools.count()
while order := os.read(0, 1):
    if order != b"b":
        continue  # it was for one that is dead
    seed, child = next(seeds), os.fork()
    if not child:
        tell(os.getpid())
        asyncio.run(work(seed))
        os._exit(0)
    say("done" if os.waitpid(child, 0)[1] == 0 else "killed")
"""


def test_packing_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def fill() -> None:
        async with opened(path) as store:
            for each in minutes(ROUNDS):
                await store.commit(each)

    async def check() -> None:
        async with opened(path) as store:
            assert await store.rounds(*FOR_EVER) == list(minutes(ROUNDS))
            await pack_all(store)
            assert await store.rounds(*FOR_EVER) == list(minutes(ROUNDS))
            assert await store.entries(*FOR_EVER) == 3 * ROUNDS
            targets = [endpoint(number) for number in range(5)]
            tallies = await store.tallies(targets, *FOR_EVER, "day")
            assert sum(tally.up + tally.down for each in tallies.values() for _, tally in each) == 3 * ROUNDS

    asyncio.run(fill())
    assert _killed(path, "pack") > 5
    asyncio.run(check())
    assert _integrity(path) == "ok"


def test_retiring_that_is_killed_keeps_what_is_young(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def fill() -> None:
        async with opened(path) as store:
            for each in minutes(ROUNDS):
                await store.commit(each)
            await pack_all(store, most=9, before=at(150))

    async def check() -> None:
        async with opened(path) as store:
            while await store.retire(results=at(200), readings=None, tallies=None, most=100):
                pass
            young = [each for each in minutes(ROUNDS) if each.finished >= at(200)]
            assert await store.rounds(*FOR_EVER) == young
            assert await store.entries(*FOR_EVER) == 3 * len(young)

    asyncio.run(fill())
    assert _killed(path, "retire") > 5
    asyncio.run(check())
    assert _integrity(path) == "ok"


def test_sweeping_that_is_killed_takes_nothing_that_somebody_has(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    unlike = [
        replace(each, results=[replace(result, redirects=number) for result in each.results])
        for number, each in enumerate(minutes(ROUNDS))
    ]

    async def fill() -> Sequence[Round]:
        async with opened(path) as store:
            for each in unlike:
                await store.commit(each)
            await pack_all(store, most=9, before=at(250))
            while await store.retire(results=at(200), readings=None, tallies=None, most=100):
                pass
            return await store.rounds(*FOR_EVER)

    async def check(stay: Sequence[Round]) -> None:
        async with opened(path) as store:
            while await store.sweep(LATER, most=100, least=1):
                pass
            assert await store.rounds(*FOR_EVER) == stay

    stay = asyncio.run(fill())
    assert _killed(path, "sweep") > 5
    asyncio.run(check(stay))
    assert _integrity(path) == "ok"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM outcome").fetchone() == (3 * len(stay),)


def test_forgetting_that_is_killed_can_be_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    gone, others = endpoint(3), [endpoint(number) for number in (0, 1, 2, 4)]

    async def fill() -> None:
        async with opened(path) as store:
            for each in minutes(ROUNDS):
                await store.commit(each)
            await count_all(store)
            await pack_all(store, most=30, before=at(250))

    async def check() -> None:
        async with opened(path) as store:
            async for _ in store.forget(gone):
                pass
            assert await store.holding(gone) is None
            held = [await store.holding(target) for target in others]
            assert held == [Holding(target, 0, 3 * ROUNDS // 5) for target in others]
            left = [result for each in await store.rounds(*FOR_EVER) for result in each.results]
            whole = [result for each in minutes(ROUNDS) for result in each.results]
            assert left == [result for result in whole if result.target != gone]
            assert await store.pack(LATER, most=100) >= 0

    asyncio.run(fill())
    assert _killed(path, "forget") > 5
    asyncio.run(check())
    assert _integrity(path) == "ok"


def _killed(path: Path, what: str) -> int:
    """How many processes were killed while they worked, each a little after it began a piece."""
    chance, kills = random.Random(what), 0
    command = [sys.executable, "-c", TENDS, str(path), what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as children:
        for _ in range(KILLS):
            lines = _told(children)
            pid = int(next(lines))
            for _ in range(chance.randrange(4)):
                _write(children, "g")
                if next(lines, "") in ("done", ""):
                    break
            else:
                _write(children, "g")
                time.sleep(chance.random() / 50)
                with suppress(ProcessLookupError):  # it was done by then
                    os.kill(pid, signal.SIGKILL)
            kills += list(lines)[-1:] == ["killed"]
    return kills


def _told(children: "subprocess.Popen[str]") -> Iterator[str]:
    """What one process says, and how it ended."""
    _write(children, "b")
    assert children.stdout is not None
    for line in children.stdout:
        yield line.strip()
        if line.strip() in ("done", "killed"):
            return


def _write(children: "subprocess.Popen[str]", letter: str) -> None:
    assert children.stdin is not None
    children.stdin.write(letter)
    children.stdin.flush()


def _integrity(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        return str(broken or connection.execute("PRAGMA integrity_check").fetchone()[0])
