"""Rounds that cannot be kept wait their turn; what is given up is counted, and no alert is."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from colter.app.history.ring import Ring
from colter.core.errors import FullError, StateError
from colter.core.model import AlertState, Delivery, Round, Target
from colter.store.sql import SqlStore
from tests.store.making import answer, at, done, opened

API = Target("probe", "api")
Story = Callable[[SqlStore], Awaitable[None]]


def test_what_waits_goes_first_and_in_order_with_the_next_round(state: Path) -> None:
    async def story(store: SqlStore) -> None:
        ring = Ring(store)
        with locked(state):
            for number in range(3):
                await refused(ring, number)
        assert ring.size == 3
        assert await ring.commit(measured(3))
        assert (ring.size, ring.dropped) == (0, 0)

    tell(state, story)
    assert kept(state) == ["round 0", "round 1", "round 2", "round 3"]


def test_the_oldest_are_given_up_and_counted_and_that_is_logged_once(
    state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(store: SqlStore) -> None:
        ring = Ring(store, most=5)
        with locked(state):
            for number in range(12):
                await refused(ring, number)
            assert (ring.size, ring.dropped) == (5, 7)
        await ring.flush()
        assert (ring.size, ring.dropped) == (0, 7)
        assert [owed.key for owed in await store.owed()] == [f"mail {number}" for number in range(12)]
        assert await store.alert_states() == [firing(11)]

    with caplog.at_level(logging.WARNING, "colter.app.history.ring"):
        tell(state, story)
    assert kept(state) == [f"round {number}" for number in range(7, 12)]
    assert len(caplog.records) == 1


def test_one_round_waits_however_large_it_is(state: Path) -> None:
    async def story(store: SqlStore) -> None:
        ring = Ring(store, most=5)
        large = done("large", *(answer(0, f"endpoint {number}") for number in range(8)))
        with locked(state), pytest.raises(StateError):
            await ring.commit(large)
        assert (ring.size, ring.dropped) == (8, 0)
        await ring.flush()

    tell(state, story)
    assert kept(state) == ["large"]


def test_alerts_are_kept_by_themselves_where_the_measurements_find_no_room(state: Path) -> None:
    async def story(store: SqlStore) -> None:
        ring, room, store._limit = Ring(store), store._limit, 1
        owed_to_sink = Delivery("round 0:influx", "sink", "influx", at(0), round_key="round 0")
        with pytest.raises(FullError):
            await ring.commit(measured(0), [firing(0)], [mail(0), owed_to_sink])
        assert await store.alert_states() == [firing(0)]
        assert [owed.key for owed in await store.owed()] == ["mail 0"]
        assert ring.size == 1
        store._limit = room
        assert await ring.commit(measured(1), [firing(1)], [mail(1)])
        assert await store.alert_states() == [firing(1)]
        assert [owed.key for owed in await store.owed()] == ["mail 0", "round 0:influx", "mail 1"]

    tell(state, story)
    assert kept(state) == ["round 0:alerts", "round 0", "round 1"]


def test_rounds_that_end_at_the_same_time_are_each_kept_once(state: Path) -> None:
    async def story(store: SqlStore) -> None:
        ring = Ring(store)
        with locked(state):
            await refused(ring, 0)
        assert await asyncio.gather(*(ring.commit(measured(number)) for number in (1, 2, 3)))

    tell(state, story)
    assert kept(state) == [f"round {number}" for number in range(4)]


def test_a_commit_that_is_interrupted_is_made_up_for(state: Path) -> None:
    async def story(store: SqlStore) -> None:
        ring = Ring(store)
        task = asyncio.create_task(ring.commit(measured(0)))
        await asyncio.sleep(0)  # noqa: TID251  it has begun
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ring.size == 1
        await ring.flush()
        assert ring.size == 0

    tell(state, story)
    assert kept(state) == ["round 0"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def tell(state: Path, story: Story) -> None:
    async def run() -> None:
        async with opened(state) as store:
            await story(store)

    asyncio.run(run())


@contextmanager
def locked(state: Path) -> Iterator[None]:
    with closing(sqlite3.connect(state, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def refused(ring: Ring, number: int) -> None:
    with pytest.raises(StateError, match="locked"):
        await ring.commit(measured(number), [firing(number)], [mail(number)])


def measured(number: int) -> Round:
    return done(f"round {number}", answer(number), minutes=number)


def firing(number: int) -> AlertState:
    return AlertState(API, "down", "firing", at(number), number)


def mail(number: int) -> Delivery:
    return Delivery(f"mail {number}", "channel", "ops", at(number), "It is down.")


def kept(state: Path) -> Sequence[str]:
    """In the order in which they were written."""
    with closing(sqlite3.connect(state)) as connection:
        return [key for (key,) in connection.execute("SELECT round_key FROM round ORDER BY id")]
