"""What we do wrong ourselves is held against nobody: it is unknown, not down."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest

from colter.app.watching.endpoints import Endpoints, WatchedEndpoint
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.sources.probe.prober import Prober
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import Behaviour, EndpointServer, Visit, reply
from tests.probe.looking import check

Happens = Callable[[FakeClock, Endpoints], None]
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def fail(visit: Visit) -> None:
    visit.pause(0.2)


def succeed(visit: Visit) -> None:
    if visit.pause(0.2):
        reply()(visit)


def be_stopped(clock: FakeClock, _: Endpoints) -> None:
    clock.advance(10 * SECOND)


def be_set_forward(clock: FakeClock, _: Endpoints) -> None:
    clock.time += DAY


def be_set_back(clock: FakeClock, _: Endpoints) -> None:
    clock.time -= DAY


def do_nothing(_: FakeClock, __: Endpoints) -> None:
    pass


def look(web: EndpointServer, count: int, meanwhile: Happens) -> list[ProbeResult]:
    """Endpoints are begun when they are due, one after another, and something happens while they are looked at."""
    results: list[ProbeResult] = []
    clock = FakeClock()

    async def story() -> None:
        with closing(Prober(clock=clock, concurrency=1)) as prober:
            watched = [WatchedEndpoint(check(web.url(), name=f"{number}"), MINUTE) for number in range(count)]
            endpoints = Endpoints(watched, prober, clock, results.extend)
            for _ in range(15):
                clock.advance(4 * SECOND)
                endpoints.begin_due()
            async with asyncio.timeout(300):
                while not web.requests:
                    await SystemClock().sleep(SECOND / 100)
                meanwhile(clock, endpoints)
                while len(results) < count:
                    await SystemClock().sleep(SECOND / 100)

    asyncio.run(story())
    return sorted(results, key=lambda result: result.endpoint)


@pytest.mark.parametrize(
    ("behaviour", "happens", "state"),
    [
        (fail, do_nothing, EndpointState.DOWN),
        (fail, be_stopped, EndpointState.UNKNOWN),
        (fail, be_set_forward, EndpointState.UNKNOWN),
        (fail, be_set_back, EndpointState.UNKNOWN),
        (succeed, be_stopped, EndpointState.UP),
        (succeed, be_set_back, EndpointState.UP),
    ],
    ids=["nothing", "stopped", "forward", "back", "stopped and well", "set and well"],
)
def test_what_fails_while_something_happens_to_us_is_unknown(
    behaviour: Behaviour, happens: Happens, state: EndpointState
) -> None:
    with EndpointServer(behaviour) as web:
        [result] = look(web, 1, happens)
    assert result.state is state
    assert result.reason is (Reason.INTERNAL_ERROR if state is EndpointState.UNKNOWN else result.reason)


def test_what_begins_later_than_its_interval_is_never_down(caplog: pytest.LogCaptureFixture) -> None:
    def let_time_pass(clock: FakeClock, endpoints: Endpoints) -> None:
        for _ in range(30):
            clock.advance(4 * SECOND)
            endpoints.begin_due()
        assert endpoints.counts.skipped > 0

    with EndpointServer(fail) as web, caplog.at_level(logging.WARNING):
        results = look(web, 3, let_time_pass)
    states = [result.state for result in results]
    assert sorted(states) == [EndpointState.DOWN, EndpointState.UNKNOWN, EndpointState.UNKNOWN]
    assert {result.detail for result in results if result.state is EndpointState.UNKNOWN} == {
        "it was looked at later than its interval: Colter had too much to do"
    }
    assert caplog.text.count("too many for this machine") == 1


def test_being_stopped_and_a_clock_that_is_set_are_told_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for happens in (be_stopped, be_set_back):
            with EndpointServer(fail) as web:
                look(web, 1, happens)
    assert [record.getMessage() for record in caplog.records] == [
        "stopped for 10s; nothing was measured meanwhile",
        "the clock went back by 1d; intervals do not mind",
    ]
