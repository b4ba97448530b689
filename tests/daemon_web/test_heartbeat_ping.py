"""Who watches the watcher: an address is fetched while measuring goes well."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from colter.app.cycle import make_round
from colter.app.watching.health import Health
from colter.app.watching.heartbeat_ping import ping_heartbeat_url
from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock
from tests.fakes.endpoints import EndpointServer, reply
from tests.watching.daemons import daemon, ended, endpoints, log_of, until

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass
class Watcher:
    """Somebody who is told, and answers as it is said."""

    clock: FakeClock
    problem: str | None = None
    told: list[datetime] = field(default_factory=list)

    async def fetch(self, url: str) -> str | None:
        assert url == "https://example.org/sign"
        self.told.append(self.clock.now())
        return self.problem


def during(work: Callable[[Watcher, Health, FakeClock], Awaitable[None]], url: str | None) -> list[timedelta]:
    """When signs were given, since the start."""
    clock = FakeClock()
    watcher, health = Watcher(clock), Health(clock)

    async def run() -> None:
        task = asyncio.create_task(ping_heartbeat_url(lambda: url, watcher.fetch, health, clock))
        await work(watcher, health, clock)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())
    return [moment - START for moment in watcher.told]


async def a_round_every(length: timedelta, until: timedelta, health: Health, clock: FakeClock) -> None:
    while clock.now() - START < until:
        health.kept(make_round(clock, clock.now()))
        await clock.sleep(length)


def test_it_is_given_every_minute_however_many_rounds_there_are() -> None:
    given = during(
        lambda _, health, clock: a_round_every(SECOND, 5 * MINUTE, health, clock), "https://example.org/sign"
    )
    assert len(given) == 5
    assert min(later - earlier for earlier, later in itertools.pairwise(given)) >= MINUTE


def test_it_is_given_after_every_round_where_they_are_rare() -> None:
    given = during(
        lambda _, health, clock: a_round_every(15 * MINUTE, 60 * MINUTE, health, clock), "https://example.org/sign"
    )
    assert len(given) == 4


def test_while_nothing_is_kept_none_is_given() -> None:
    async def nothing(_: Watcher, __: Health, clock: FakeClock) -> None:
        await clock.sleep(10 * MINUTE)

    assert during(nothing, "https://example.org/sign") == []


def test_without_an_address_nothing_is_fetched() -> None:
    assert during(lambda _, health, clock: a_round_every(SECOND, 2 * MINUTE, health, clock), None) == []


def test_that_it_does_not_arrive_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async def some_fail(watcher: Watcher, health: Health, clock: FakeClock) -> None:
        for problem in ("example.org answered 500", None, "example.org answered 502"):
            watcher.problem = problem
            await a_round_every(SECOND, clock.now() - START + 3 * MINUTE, health, clock)

    with caplog.at_level(logging.WARNING):
        assert len(during(some_fail, "https://example.org/sign")) == 9
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        "daemon.heartbeat_url: example.org answered 500",
        "daemon.heartbeat_url: example.org answered 502",
    ]


@pytest.mark.parametrize(("status", "says"), [(200, ""), (500, "answered 500")])
def test_a_daemon_gives_signs_for_real(machine: Machine, status: int, says: str) -> None:
    with EndpointServer(reply()) as web, EndpointServer(reply(status)) as watcher:
        machine.configure(f"{endpoints(fine=web.url())}daemon: {{heartbeat_url: '{watcher.url('/sign')}'}}\n")
        with daemon(machine) as process:
            until(lambda: watcher.requests)
            until(lambda: says in log_of(machine))
            before = len(web.requests)
            until(lambda: len(web.requests) > before + 1)
            _, said, _ = ended(process)
    assert says in said
    assert said.count("\n") == bool(says)
    assert {request.split(b" ")[:2][1] for request in watcher.requests} == {b"/sign"}
