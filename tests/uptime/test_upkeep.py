"""Upkeep beside measuring: what is counted and when, and what happens when it cannot be."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.history.upkeep import Upkeep
from colter.config.schema.config import Config
from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.core.model import EndpointState, Target
from colter.core.ports import Store
from colter.core.uptime.tally import Tally
from colter.store.sql import SqlStore
from tests.config.opening import locked
from tests.fakes.clock import START, FakeClock
from tests.store.making import METRICS, answer, done

API = Target("probe", "api")
ALL = (START - timedelta(days=400), START + timedelta(days=400))
CONFIG = """
endpoints: [{name: api, url: "https://api.example.org/", interval: %s}]
state: {keep: {results: 10d, hours: 20d}}
"""


def config(interval: str = "1m") -> Config:
    return make_settings(parse_document((CONFIG % interval).encode(), "test.yaml"), {}, locked).config


class EndingClock(FakeClock):
    """After a while nobody who sleeps wakes up any more."""

    def __init__(self) -> None:
        super().__init__()
        self.end = START
        self.ended = asyncio.Event()

    async def sleep(self, length: timedelta) -> None:
        if self.time >= self.end:
            self.ended.set()
            await asyncio.Event().wait()
        await super().sleep(length)


Story = Callable[[SqlStore, EndingClock], Coroutine[None, None, None]]


def with_store(path: Path, story: Story) -> None:
    async def run() -> None:
        clock = EndingClock()
        store = SqlStore(path / "state.db", clock, METRICS, busy_timeout=timedelta(0))
        await store.open()
        try:
            await story(store, clock)
        finally:
            await store.close()

    asyncio.run(run())


async def commit(store: Store, *minutes: int, state: EndpointState = EndpointState.UP) -> None:
    for minute in minutes:
        await store.commit(done(f"round {minute}", answer(minute, "api", state), minutes=minute))


async def run_for(upkeep: Upkeep, clock: EndingClock, length: timedelta) -> None:
    clock.end = clock.now() + length
    clock.ended.clear()
    running = asyncio.create_task(upkeep.run())
    await clock.ended.wait()
    running.cancel()
    await asyncio.wait([running])


async def counted(store: Store) -> Tally:
    days = (await store.tallies([API], *ALL, "day")).get(API, ())
    return Tally.total(tally for _, tally in days)


def test_what_is_measured_is_counted_every_quarter_of_an_hour(tmp_path: Path) -> None:
    async def story(store: SqlStore, clock: EndingClock) -> None:
        upkeep = Upkeep(config(), store, clock)
        await commit(store, 0, 1)
        await run_for(upkeep, clock, timedelta(minutes=5))
        assert (await counted(store)).up == 2
        await commit(store, 2, 3)
        assert await store.uncounted() == 2
        await run_for(upkeep, clock, timedelta(minutes=20))
        assert (await counted(store)).up == 4
        assert await store.uncounted() == 0

    with_store(tmp_path, story)


def test_after_a_change_of_the_configuration_the_new_interval_holds(tmp_path: Path) -> None:
    async def story(store: SqlStore, clock: EndingClock) -> None:
        upkeep = Upkeep(config("1m"), store, clock)
        await commit(store, 0, 10)
        await upkeep.tend(timedelta(seconds=1))
        upkeep.adopt(config("10m"))
        await commit(store, 20, 30)
        await upkeep.tend(timedelta(seconds=1))
        assert (await counted(store)).up_ms == (2 + 10 + 10) * 60_000

    with_store(tmp_path, story)


def test_what_is_older_than_is_configured_goes_and_its_days_stay(tmp_path: Path) -> None:
    async def story(store: SqlStore, clock: EndingClock) -> None:
        upkeep = Upkeep(config(), store, clock)
        await commit(store, *range(5))
        await run_for(upkeep, clock, timedelta(hours=2))
        assert await store.entries(*ALL) == 5
        clock.advance(timedelta(days=11))
        await run_for(upkeep, clock, timedelta(hours=1))
        assert await store.entries(*ALL) == 1  # the newest
        assert (await store.tallies([API], *ALL, "hour"))[API]
        clock.advance(timedelta(days=10))
        await run_for(upkeep, clock, timedelta(hours=1))
        assert await store.tallies([API], *ALL, "hour") == {}
        assert (await counted(store)).up == 5

    with_store(tmp_path, story)


def test_a_failure_is_told_once_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "colter.app.history.upkeep")

    async def story(store: SqlStore, clock: EndingClock) -> None:
        upkeep = Upkeep(config(), store, clock)
        await commit(store, 0, 1)
        with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            await run_for(upkeep, clock, timedelta(minutes=50))
            assert (await counted(store)).up == 0
        await run_for(upkeep, clock, timedelta(minutes=20))
        assert (await counted(store)).up == 2

    with_store(tmp_path, story)
    told = [record.getMessage() for record in caplog.records if "counting" in record.getMessage()]
    assert [message.partition(":")[0] for message in told] == [
        "counting of the history failed, and is tried again",
        "counting of the history goes on",
    ]


def test_a_single_pass_ends_when_its_time_is_over(tmp_path: Path) -> None:
    async def story(store: SqlStore, clock: EndingClock) -> None:
        await commit(store, 0, 1)
        await Upkeep(config(), store, clock).tend(timedelta(0))
        assert await store.uncounted() == 2
        await Upkeep(config(), store, clock).tend(timedelta(seconds=1))
        assert await store.uncounted() == 0

    with_store(tmp_path, story)


def test_a_damaged_row_is_told_and_upkeep_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A row that no Colter has written."""

    async def story(store: SqlStore, clock: EndingClock) -> None:
        await commit(store, 0, 1)
        await Upkeep(config(), store, clock).tend(timedelta(seconds=1))
        with closing(sqlite3.connect(tmp_path / "state.db")) as somebody:
            somebody.execute("UPDATE running_tally SET memory = 'x'")
            somebody.commit()
        await commit(store, 2)
        await run_for(Upkeep(config(), store, clock), clock, timedelta(hours=2))

    with_store(tmp_path, story)
    assert "is damaged" in caplog.text
