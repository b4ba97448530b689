"""From the history to what Prometheus is shown: rounds are kept, the newest of them appears, what is gone vanishes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from colter import __version__
from colter.app.registry import catalogue
from colter.core.clock import SystemClock
from colter.core.model import Delivery, Latest, Reading, Round, Target
from colter.core.ports import Store
from colter.net.http import Http
from colter.sinks.prometheus import Prometheus
from colter.sinks.pushgateway import Pushgateway as Gateway
from colter.store.sql import SqlStore
from colter.web.metrics_page import Page
from tests.fakes.clock import START, FakeClock
from tests.prometheus.looks import (
    NOW,
    Series,
    expected,
    failed,
    last_success,
    repository,
    text_series,
    up,
)
from tests.prometheus.pushing import shown, sources
from tests.servers.pushgateway import Pushgateway

LATER = timedelta(minutes=5)
FIRST = Round(
    "1",
    START,
    START,
    readings=[reading for known in NOW for reading in known.readings],
    results=[result for known in NOW for result in known.results],
    complete=frozenset({"github", "pypi", "probe"}),
)


def after(key: str, readings: Sequence[Reading], complete: set[str]) -> Round:
    """A round a little later."""
    at = START + LATER
    return Round(key, at, at, [replace(each, at=at) for each in readings], complete=frozenset(complete))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    store = SqlStore(folder / "state.db", FakeClock(), catalogue())
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def scraped(folder: Path, *rounds: Round) -> dict[Series, float]:
    """What a scrape finds after these were kept."""

    async def run() -> bytes:
        async with opened(folder) as store:
            for done in rounds:
                owed = Delivery(f"influx/{done.key}", "sink", "influx", START, round_key=done.key)
                await store.commit(done, deliveries=[owed])
            page = await Page(store, FakeClock()).packed("text")
            return b"".join(page.unpacked())

    return text_series(asyncio.run(run()).decode())


def measured(found: dict[Series, float]) -> dict[Series, float]:
    """Without what is told of Colter itself."""
    own = ("colter_build", "colter_owed", "colter_dropped", "colter_refused")
    return {(name, labels): value for (name, labels), value in found.items() if not name.startswith(own)}


def test_a_scrape_shows_every_number_of_the_newest_round(tmp_path: Path) -> None:
    found = scraped(tmp_path, FIRST)
    assert measured(found) == pytest.approx(expected(NOW), rel=1e-12)
    assert found["colter_build_info", frozenset({("version", __version__)})] == 1
    influx = frozenset({("sink", "influx")})
    assert found["colter_owed_deliveries", influx] == 1
    assert found["colter_owed_entries", influx] == len(FIRST.entries)
    assert found["colter_owed_since_timestamp_seconds", influx] == START.timestamp()


def test_what_failed_since_has_no_old_numbers_and_what_is_not_watched_any_more_none_at_all(tmp_path: Path) -> None:
    now = after("2", [repository("a/b", 7), failed(Target("pypi", "requests"))], {"github", "pypi"})
    found = measured(scraped(tmp_path, FIRST, now))
    fresh = [Latest("github", now.readings[:1]), *(known for known in NOW if known.source == "probe")]
    assert found == pytest.approx(
        expected(fresh) | {up(Target("pypi", "requests")): 0, last_success("pypi"): START.timestamp()}, rel=1e-12
    )


def test_a_push_after_a_round_shows_its_targets_and_no_others(tmp_path: Path, pushgateway: Pushgateway) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            clock = SystemClock()
            http = await stack.enter_async_context(Http(clock))
            store = await stack.enter_async_context(opened(tmp_path))
            gateway = Gateway(gateway=pushgateway.url, job="colter", instance="machine", http=http, clock=clock)
            for done in (FIRST, after("2", [repository("a/b", 7)], {"github", "pypi"})):
                await store.commit(done)
                await Prometheus(gateway).show(await store.latest())

    asyncio.run(run())
    assert sources(pushgateway) == {"github", "probe"}, "nothing is left of pypi"
    repositories = {text for _, labels in shown(pushgateway, "github") for name, text in labels if name == "repo"}
    assert repositories == {"a/b"}
