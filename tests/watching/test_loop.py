"""The loop, with real probes of real servers: everything in its turn, nothing lost, nobody in anybody's way."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from colter.app.registry import TrackPlan
from colter.app.watching.daemon import run_daemon
from colter.app.watching.endpoints import Watched
from colter.app.watching.plan import WatchPlan
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, Round
from colter.sources.probe.prober import Prober
from tests.fakes.endpoints import EndpointServer, Visit, hang, reply
from tests.probe.looking import check
from tests.watching.working import Ledger

SECOND, TENTH = timedelta(seconds=1), timedelta(seconds=0.1)


def plan(urls: Sequence[str], interval: timedelta, *, timeout: timedelta = SECOND, sources: int = 0) -> WatchPlan:
    watched = [Watched(check(url, name=f"{number}", timeout=timeout), interval) for number, url in enumerate(urls)]
    return WatchPlan(watched, {}, [TrackPlan("pypi")] * sources, TENTH)


@contextmanager
def ledger(kind: type[Ledger] = Ledger) -> Iterator[Ledger]:
    with closing(Prober(clock=SystemClock())) as prober:
        yield kind(prober)


def run_for(length: timedelta, work: Coroutine[Any, Any, None]) -> None:
    """Run this, and cancel it after so long."""

    async def limited() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(length.total_seconds()):
                await work

    asyncio.run(limited())


def test_endpoints_are_looked_at_by_their_intervals_and_kept_in_rounds() -> None:
    with EndpointServer(reply()) as web, ledger() as work:
        run_for(2.1 * SECOND, run_daemon(plan([web.url()] * 20, SECOND / 2), work, work.clock))
        requests = len(web.requests)
    looks = Counter(result.endpoint for result in work.results)
    assert set(looks) == {str(number) for number in range(20)}
    assert set(looks.values()) <= {3, 4, 5}
    assert {result.state for result in work.results} == {EndpointState.UP}
    assert requests - len(work.results) <= 2  # on their way when it ended
    assert 2 <= len(work.rounds) <= 3


def test_a_round_tells_when_all_have_been_looked_at_so_that_what_was_removed_is_not_shown_any_more() -> None:
    with EndpointServer(reply()) as web, ledger() as work:
        run_for(2.4 * SECOND, run_daemon(plan([web.url()] * 20, SECOND / 2), work, work.clock))
    whole = [done for done in work.rounds if done.complete]
    assert whole
    for done in whole:
        assert done.complete == {"probe"}
        before = [result for each in work.rounds[: work.rounds.index(done) + 1] for result in each.results]
        assert len({result.endpoint for result in before if result.at >= done.started}) == 20


def test_one_that_hangs_is_not_begun_again_and_keeps_nobody_waiting() -> None:
    with EndpointServer(hang) as dead, EndpointServer(reply()) as web, ledger() as work:
        urls = [dead.url(), *[web.url()] * 9]
        run_for(1.7 * SECOND, run_daemon(plan(urls, TENTH, timeout=SECOND / 2), work, work.clock))
        asked = len(dead.requests)
    looks = Counter(result.endpoint for result in work.results)
    assert 2 <= asked <= 4
    assert min(looks[str(number)] for number in range(1, 10)) >= 6
    assert {result.state for result in work.results if result.endpoint != "0"} == {EndpointState.UP}


def test_what_was_measured_when_it_is_ended_is_kept() -> None:
    @dataclass
    class Slow(Ledger):
        async def keep(self, done: Round) -> None:
            await self.clock.sleep(SECOND / 2)
            await super().keep(done)

    with EndpointServer(reply()) as web, ledger(Slow) as work:
        run_for(1.3 * SECOND, run_daemon(plan([web.url()] * 10, TENTH), work, work.clock))
        assert 0 <= len(web.requests) - len(work.results) <= 12  # those on their way are not waited for
    assert len(work.results) > 30


def test_a_history_that_is_slow_delays_no_probe() -> None:
    @dataclass
    class VerySlow(Ledger):
        async def keep(self, done: Round) -> None:
            await self.clock.sleep(0.8 * SECOND)
            await super().keep(done)

    with EndpointServer(reply()) as web, ledger(VerySlow) as work:
        run_for(2 * SECOND, run_daemon(plan([web.url()] * 5, TENTH), work, work.clock))
    for number in range(5):
        starts = [result.at for result in work.results if result.endpoint == str(number)]
        assert len(starts) >= 10
        assert max(later - earlier for earlier, later in pairwise(starts)) < 0.8 * SECOND


def test_a_source_that_takes_long_is_not_read_beside_itself() -> None:
    @dataclass
    class Reader(Ledger):
        at_once: int = 0
        most: int = 0

        async def track(self, plans: Sequence[TrackPlan], *, timeout: timedelta) -> Round:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await self.clock.sleep(0.35 * SECOND)
            self.at_once -= 1
            return await super().track(plans, timeout=timeout)

    with ledger(Reader) as work:
        run_for(1.5 * SECOND, run_daemon(plan([], SECOND, sources=1), work, work.clock))
    assert isinstance(work, Reader)
    assert work.most == 1
    assert 2 <= len(work.tracked) <= 4


def test_probes_of_an_engine_that_has_ended_are_due_again() -> None:
    def broken(visit: Visit) -> None:
        visit.pause(0.2)

    with EndpointServer(broken) as web, ledger() as work:
        watched = plan([web.url()], TENTH)

        async def story() -> None:
            async with asyncio.timeout(2):
                task = asyncio.create_task(run_daemon(watched, work, work.clock))
                await work.clock.sleep(SECOND / 4)
                work.prober.close()
                await work.clock.sleep(SECOND / 4)
                task.cancel()
                await asyncio.wait([task])

        asyncio.run(story())
    assert {result.state for result in work.results} <= {EndpointState.DOWN}
