"""Texts and outcomes that nothing refers to any more go; all that can be read stays as it was."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from colter.core.model import ProbeResult, Reading, Sample
from colter.core.ports import Store
from colter.store.sql import SqlStore
from tests.store.making import BY_PYTHON, FLASK, FOR_EVER, Tell, answer, at, done, look, opened
from tests.store.packing import LATER, count_all, minutes, pack_all, readable
from tests.store.test_retire_contract import retire

DAY = timedelta(days=1)
Disturb = Callable[[SqlStore], Awaitable[object]]


async def sweep(store: Store, now: datetime = LATER, *, least: int = 1, most: int = 3) -> int:
    """All of it, in small pieces; how many rows were looked at."""
    total = 0
    while looked := await store.sweep(now, most=most, least=least):
        total += looked
    return total


def unlike(number: int) -> ProbeResult:
    """A result that shares nothing with any other one."""
    return replace(answer(number), redirects=number)


def told(number: int) -> Reading:
    """A reading in words that no other one has."""
    text = f"reset after {number} bytes"
    reading = look(number, problem=text if number % 3 == 0 else None)
    return replace(
        reading,
        info={"note": text} if number % 3 == 1 else {},
        missing={"stars": text} if number % 3 == 2 else {},
        samples=(Sample(BY_PYTHON, number, {"python": text}),),
    )


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_what_was_forgotten_leaves_no_texts_and_no_outcomes(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def story() -> None:
        async with opened(path) as store:
            for number in range(30):
                await store.commit(done(str(number), told(number), unlike(number), minutes=number))
            await count_all(store)
            before = count(path, "phrase"), count(path, "outcome")
            assert await sweep(store) > 0
            assert (count(path, "phrase"), count(path, "outcome")) == before == (60, 30)
            await retire(store, results=at(20), readings=LATER)
            left = await store.rounds(*FOR_EVER)
            await sweep(store, LATER + DAY)
            assert await store.rounds(*FOR_EVER) == left

    asyncio.run(story())
    assert count(path, "outcome") == 10
    assert count(path, "phrase") == 2  # of the newest reading


def test_all_that_can_be_read_is_there_afterwards_in_every_store(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number, each in enumerate(minutes(60)):
            await store.commit(each)
            await store.commit(done(f"r{number}", told(number), unlike(number), minutes=number))
        await pack_all(store, most=30, before=at(40))
        await retire(store, results=at(15), readings=LATER)
        keys = [each.key for each in await store.rounds(*FOR_EVER)]
        before = await readable(store, keys)
        await sweep(store)
        assert await readable(store, keys) == before
        again = replace(unlike(3), at=at(90))
        await store.commit(done("again", again, told(3), minutes=90))
        [found] = await store.rounds_by_key(["again"])
        assert found.results == (again,)
        assert found.readings == (told(3),)

    tell(story)


def test_it_is_done_once_a_day_and_where_there_is_little_to_gain_not_at_all(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "state.db") as store:
            for number in range(10):
                await store.commit(done(str(number), told(number), minutes=number))
            assert await sweep(store, least=100) == 0
            assert await sweep(store, LATER + DAY - timedelta(seconds=1)) == 0
            assert await sweep(store, LATER + DAY) > 0
            assert await sweep(store, LATER + DAY) == 0
            assert await sweep(store, LATER) > 0  # the clock was set back

    asyncio.run(story())


async def the_same_again(store: SqlStore) -> None:
    await store.commit(done("again", told(2), unlike(2), minutes=400))


async def others(store: SqlStore) -> None:
    for number in range(100, 120):
        await store.commit(done(f"new {number}", told(number), unlike(number), minutes=400 + number))


async def packed(store: SqlStore) -> None:
    await store.commit(done("again", unlike(2), minutes=400))  # with a reading in it, it would not be packed
    await store.commit(done("newest", unlike(500), minutes=500))
    await pack_all(store, most=1)


async def forgotten(store: SqlStore) -> None:
    async for _ in store.forget(FLASK):
        pass
    await the_same_again(store)


async def everything(store: SqlStore) -> None:
    await others(store)
    await pack_all(store, most=5)
    await retire(store, results=at(480), readings=LATER)
    await the_same_again(store)


@pytest.mark.parametrize("step", [1, 2, 9])
@pytest.mark.parametrize(
    "disturb", [the_same_again, others, packed, forgotten, everything], ids=lambda each: each.__name__
)
def test_what_others_write_meanwhile_keeps_what_it_refers_to(
    tmp_path: Path, empty: Path, disturb: Disturb, step: int
) -> None:
    """A second process has seen every outcome before, and remembers their rows."""
    path = Path(shutil.copy(empty, tmp_path / "state.db"))

    async def story() -> None:
        async with opened(path) as store, opened(path) as other:
            for number in range(12):
                await other.commit(done(str(number), told(number), unlike(number), minutes=number))
            await count_all(store)
            await pack_all(store, most=3, before=at(8))
            await retire(store, results=at(6), readings=LATER)
            for _ in range(step):
                await store.sweep(LATER, most=1, least=1)
            await disturb(other)
            wanted = await other.rounds(*FOR_EVER)
            await sweep(store, most=1)
            assert await store.rounds(*FOR_EVER) == wanted
            assert await other.rounds(*FOR_EVER) == wanted
            assert [each.result for each in await other.status()] == [each.result for each in await store.status()]

    asyncio.run(story())
    count(path, "phrase")
