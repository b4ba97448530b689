"""What was begun with a prober: its results by and by, cancelling, closing, and what goes wrong on the way."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta

import pytest

from colter.core.clock import SystemClock
from colter.core.model import ProbeResult
from colter.sources.probe.prober import Prober
from tests.fakes.endpoints import EndpointServer, Visit, hang, reply
from tests.probe.looking import check


def slowly(visit: Visit) -> None:
    visit.pause(0.1)
    visit.send(b"HTTP/1.1 204 Good\r\n\r\n")


async def until(true: Callable[[], object]) -> None:
    """Wait for something that will be soon."""
    async with asyncio.timeout(300):
        while not true():
            await SystemClock().sleep(timedelta(seconds=0.01))


def test_a_cancelled_batch_begins_no_more_probes() -> None:
    prober, results = Prober(clock=SystemClock(), concurrency=1), list[ProbeResult]()

    async def give_up(url: str) -> None:
        checks = [check(url) for _ in range(100)]
        task = asyncio.create_task(prober.probe(checks, results.append))
        await until(lambda: server.requests)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    with EndpointServer(slowly) as server:
        asyncio.run(give_up(server.url()))
        prober.close()
        assert len(server.requests) < 10


def test_closing_twice_and_without_work_is_harmless() -> None:
    prober = Prober(clock=SystemClock())
    asyncio.run(prober.probe([], print))
    prober.close()
    prober.close()
    with pytest.raises(RuntimeError, match="ended"):
        asyncio.run(prober.probe([check("http://127.0.0.1:1/")], print))


def test_closing_while_it_probes_leaves_nobody_waiting() -> None:
    prober = Prober(clock=SystemClock())

    async def close_early(url: str) -> None:
        task = asyncio.create_task(prober.probe([check(url)], print))
        await asyncio.sleep(0)  # noqa: TID251  lets the probe begin
        prober.close()
        await task

    with EndpointServer(hang) as server, pytest.raises(RuntimeError, match="closed"):
        asyncio.run(close_early(server.url()))


def test_probes_that_are_begun_bring_their_results_by_and_by() -> None:
    lists: list[Sequence[ProbeResult]] = []

    async def begin(prober: Prober, urls: Sequence[str]) -> None:
        flights = [prober.begin([check(url), check(f"{url}?2")], lists.append) for url in urls]
        assert not any(flight.done() for flight in flights)
        assert prober.begin([], lists.append).done()
        await asyncio.gather(*flights)

    with EndpointServer(reply()) as server, closing(Prober(clock=SystemClock())) as prober:
        asyncio.run(begin(prober, [server.url(f"/{number}") for number in range(10)]))
    assert len({result.url for results in lists for result in results}) == 10
    assert sum(map(len, lists)) == 20


def test_what_was_begun_and_is_cancelled_begins_no_more_probes() -> None:
    lists: list[Sequence[ProbeResult]] = []

    async def give_up(prober: Prober, url: str) -> None:
        flight = prober.begin([check(url) for _ in range(100)], lists.append)
        await until(lambda: server.requests)
        flight.cancel()
        await SystemClock().sleep(timedelta(seconds=0.2))  # others would begin by then
        assert flight.cancelled()

    with EndpointServer(slowly) as server, closing(Prober(clock=SystemClock(), concurrency=1)) as prober:
        asyncio.run(give_up(prober, server.url()))
        assert len(server.requests) < 10
    assert sum(map(len, lists)) < 10


def test_who_waits_for_nothing_that_was_begun_is_not_disturbed_by_its_end() -> None:
    async def forget(prober: Prober, url: str) -> asyncio.Future[None]:
        flight = prober.begin([check(url)], print)
        await asyncio.sleep(0)  # noqa: TID251  lets the probe begin
        prober.close()
        await until(flight.done)
        return flight

    with EndpointServer(hang) as server:
        flight = asyncio.run(forget(Prober(clock=SystemClock()), server.url()))
    assert isinstance(flight.exception(), RuntimeError)


def test_what_goes_wrong_with_a_result_reaches_the_caller() -> None:
    prober = Prober(clock=SystemClock())

    def refuse(_: ProbeResult) -> None:
        raise LookupError("nobody wants it")

    with EndpointServer(reply()) as server, pytest.raises(LookupError):
        asyncio.run(prober.probe([check(server.url())], refuse))
    prober.close()
