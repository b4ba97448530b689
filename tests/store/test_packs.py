"""Old rounds are packed: what can be read of the history stays the same to the last bit."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colter.core.errors import DamagedError
from colter.core.model import Delivery, EndpointState, Transfer
from colter.store.moments import from_ms
from colter.store.packs.body import Body, Head, write_body
from colter.store.packs.columns import Reader, Writer
from colter.store.sql import SqlStore
from tests.fakes.clock import START
from tests.store.making import FOR_EVER, STARS, answer, done, look, opened
from tests.store.packing import (
    LATER,
    count_all,
    endpoint,
    minutes,
    pack_all,
    packs,
    paged,
    plain,
    probed,
    readable,
)

WAIT = timedelta(seconds=10)
Story = Callable[[SqlStore], Coroutine[Any, Any, None]]
wide = st.integers(-(2**63), 2**63 - 1)
small = st.integers(-300, 300)
rows = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.integers(-(2**62), 2**62) | small,
        *[st.none() | small | wide] * 7,
        st.none() | st.text(st.characters(codec="utf-8")),
    ),
    min_size=1,
    max_size=20,
)
keys = st.text(st.characters(codec="utf-8")) | st.from_regex("[0-9a-f]{12}-[0-9a-f]{16}", fullmatch=True)


def tell(path: Path, story: Story) -> None:
    async def run() -> None:
        async with opened(path) as store:
            await story(store)

    asyncio.run(run())


@given(st.lists(wide | small), st.lists(st.none() | wide), st.lists(st.text(st.characters(codec="utf-8"))))
def test_columns_come_back_as_they_were(numbers: list[int], perhaps: list[int | None], texts: list[str]) -> None:
    writer = Writer(7)
    writer.number(len(texts))
    writer.numbers(numbers)
    writer.differences(numbers)
    writer.perhaps(perhaps)
    writer.texts(texts)
    writer.words(texts)
    reader = Reader(writer.sealed(), 7)
    assert reader.number() == len(texts)
    assert reader.numbers(len(numbers)) == numbers
    assert reader.differences(len(numbers)) == numbers
    assert reader.perhaps(len(perhaps)) == perhaps
    assert reader.texts(len(texts)) == texts
    assert reader.words(len(texts)) == texts


@given(st.lists(st.tuples(wide, keys, rows), min_size=1, max_size=5))
def test_a_pack_holds_every_bit_of_its_rounds(rounds: list[tuple[int, str, list[tuple[Any, ...]]]]) -> None:
    heads = [
        Head(number, key, from_ms(number * 977), from_ms(number * 1009), f"machine {number % 2}", "", len(found))
        for number, (_, key, found) in enumerate(rounds)
    ]
    results: list[Any] = [(number, *row) for number, (_, _, found) in enumerate(rounds) for row in found]
    body = Body(write_body(heads, results))
    assert body.heads == heads
    assert list(body.rows(range(len(heads)))) == results
    assert list(body.rows([0])) == [row for row in results if row[0] == 0]
    assert set(body.outcomes) == {row[1] for row in results}


def test_everything_reads_the_same_before_and_after_and_in_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    history = [*minutes(60), done("read", look(30, values={STARS: 1}), minutes=30), *map(probed, range(3601, 3660))]

    async def fill(store: SqlStore) -> None:
        for each in history:
            await store.commit(each)
        before = await readable(store, [each.key for each in history[::7]])
        assert await pack_all(store, most=50) > 300
        assert await readable(store, [each.key for each in history[::7]]) == before
        async with opened(path) as again:
            assert await readable(again, [each.key for each in history[::7]]) == before

    tell(path, fill)
    assert sum(results for _, results, _, _ in asyncio.run(packs(path))) > 300


def test_what_is_packed_is_not_kept_twice(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        history = list(minutes(20))
        for each in history:
            assert await store.commit(each)
        await pack_all(store)
        before = await readable(store, [])
        assert not any([await store.commit(each) for each in history])
        assert await readable(store, []) == before

    tell(tmp_path / "state.db", story)


def test_what_is_owed_newest_or_not_counted_waits(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        for number, each in enumerate(minutes(20)):
            owed = [Delivery(f"{number}", "sink", "influx", START, round_key=each.key)] if number in (3, 4) else []
            await store.commit(each, (), owed)
        keys = [each.key for each in await store.rounds(*FOR_EVER)]
        assert await store.pack(LATER, most=100) == 0  # nothing is counted
        await pack_all(store)
        assert await plain(store) == [keys[3], keys[4], *keys[18:]]  # five endpoints, three in each round
        await store.settle(["3"])
        await pack_all(store)
        assert await plain(store) == [keys[4], *keys[18:]]
        assert (await store.rounds_by_key([keys[4]]))[0].key == keys[4]

    tell(tmp_path / "state.db", story)


def test_rounds_with_readings_and_the_newest_complete_one_stay_as_they_are(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        await store.commit(done("read", look(), minutes=0))
        await store.commit(done("both", look(), answer(), minutes=1))
        await store.commit(replace(done("first", answer(2), minutes=2), complete=frozenset({"probe"})))
        await store.commit(replace(done("second", answer(3), minutes=3), complete=frozenset({"probe"})))
        await store.commit(done("old", answer(4), minutes=4))
        await store.commit(done("new", answer(5), minutes=5))
        before = await store.latest()
        await pack_all(store)
        assert await plain(store) == ["read", "both", "second", "new"]
        assert await store.latest() == before

    tell(tmp_path / "state.db", story)


def test_results_that_do_not_fill_a_pack_wait_for_a_day(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        for each in minutes(20):
            await store.commit(each)
        await count_all(store)
        end = (await store.rounds(*FOR_EVER))[-1].finished
        assert await store.pack(end + timedelta(hours=23), most=100) == 0
        assert await store.pack(end + timedelta(hours=23), most=50) == 48
        assert await store.pack(end + timedelta(hours=23), most=50) == 0
        assert await store.pack(end + timedelta(hours=25), most=50) == 6

    tell(tmp_path / "state.db", story)


def test_a_pack_spans_less_than_a_day(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def story(store: SqlStore) -> None:
        for number in range(50):
            await store.commit(probed(number, every=timedelta(hours=1)))
        before = await readable(store, [])
        await pack_all(store, most=1000)
        assert await readable(store, []) == before

    tell(path, story)
    found = asyncio.run(packs(path))
    assert [rounds for rounds, _, _, _ in found] == [24, 24]
    assert all(until - since < timedelta(days=1) for _, _, since, until in found)


def test_an_unknown_endpoint_finds_its_last_success_in_a_pack(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        for number in range(9):
            await store.commit(done(f"{number}", answer(number), minutes=number))
        for number in range(9, 12):
            await store.commit(done(f"{number}", answer(number, state=EndpointState.UNKNOWN), minutes=number))
        before = await store.latest()
        assert before[0].last_success == START + timedelta(minutes=8)
        await pack_all(store, most=3)
        assert await plain(store) == ["11"]
        assert await store.latest() == before

    tell(tmp_path / "state.db", story)


def test_an_export_that_was_begun_before_goes_on_behind_the_same_round(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    history = [probed(number) for number in range(50)]

    async def begin(store: SqlStore) -> None:
        for each in history:
            await store.commit(each)
        await store.keep_transfer(Transfer("file", *FOR_EVER, after=history[29].key, sent=90))
        await pack_all(store, most=20)

    async def go_on(store: SqlStore) -> None:
        transfer = await store.transfer("file")
        assert transfer
        assert await store.entries(*FOR_EVER, after=transfer.after) == 60
        page = await store.rounds(*FOR_EVER, after=transfer.after, most=30)
        assert [each.key for each in page] == [each.key for each in history[30:40]]

    tell(path, begin)
    tell(path, go_on)


def test_a_pack_that_is_damaged_says_what_cannot_be_read_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def fill(store: SqlStore) -> None:
        for each in minutes(20):
            await store.commit(each)
        await pack_all(store)

    async def look_at(store: SqlStore) -> None:
        with pytest.raises(
            DamagedError, match=r"state\.db is damaged: the results from 2026-05-04T12:00:01\.000Z to"
        ) as e:
            await store.rounds(*FOR_EVER)
        assert e.value.hint == (
            "put a backup in its place; until then export around them: "
            "--until 2026-05-04T12:00:01.000Z, --since 2026-05-04T12:17:01.000Z"
        )
        assert await store.rounds(START + timedelta(minutes=18), LATER)
        assert len(await store.status()) == 5

    tell(path, fill)
    with closing(sqlite3.connect(path)) as connection:
        (body,) = connection.execute("SELECT body FROM pack").fetchone()
    for place in range(0, len(body), max(1, len(body) // 12)):
        damaged = body[:place] + bytes([body[place] ^ 0x10]) + body[place + 1 :]
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE pack SET body = ?", (damaged,))
            connection.commit()
        tell(path, look_at)


def test_two_that_pack_at_once_pack_nothing_twice(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def story() -> None:
        async with opened(path, patience=WAIT) as store, opened(path, patience=WAIT) as other:
            for number in range(200):
                await store.commit(probed(number))
            before = await paged(store, 50)
            await count_all(store)
            packed = await asyncio.gather(pack_all(store, most=30), pack_all(other, most=20))
            assert sum(packed) == (200 - 2) * 3
            assert await paged(store, 50) == before

    asyncio.run(story())
    assert sum(results for _, results, _, _ in asyncio.run(packs(path))) == (200 - 2) * 3


def test_counts_stay_when_what_they_count_is_packed(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        for each in minutes(120):
            await store.commit(each)
        targets = [endpoint(number) for number in range(5)]
        await count_all(store)
        before = await store.tallies(targets, *FOR_EVER, "hour")
        await pack_all(store)
        assert await store.roll_up(_no_pace, most=100) == 0
        assert await store.tallies(targets, *FOR_EVER, "hour") == before

    tell(tmp_path / "state.db", story)


def _no_pace(_: object) -> Any:
    raise AssertionError("there is nothing to count")
