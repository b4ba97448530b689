"""The loop, with real probes of real servers: everything in its turn, nothing lost, nobody in anybody's way.

Each runs until something was seen, however long a busy machine takes for that.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from colter.app.registry import TrackPlan
from colter.app.watching.daemon import run_daemon
from colter.app.watching.endpoints import WatchedEndpoint
from colter.app.watching.health import Health
from colter.app.watching.plan import WatchPlan
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, Round
from colter.sources.probe.prober import Prober
from tests.fakes.endpoints import EndpointServer, Visit, hang, reply
from tests.probe.looking import check
from tests.watching.working import Ledger, run_until

SECOND, TENTH = timedelta(seconds=1), timedelta(seconds=0.1)
LONG = timedelta(minutes=1)
"""Nobody waits for that here."""


def plan(urls: Sequence[str], interval: timedelta, *, timeout: timedelta = LONG, sources: int = 0) -> WatchPlan:
    watched = [
        WatchedEndpoint(check(url, name=f"{number}", timeout=timeout), interval) for number, url in enumerate(urls)
    ]
    return WatchPlan(watched, {}, [TrackPlan("pypi")] * sources, TENTH)


@contextmanager
def ledger(kind: type[Ledger] = Ledger) -> Iterator[Ledger]:
    with closing(Prober(clock=SystemClock())) as prober:
        yield kind(prober)


def numbered(web: EndpointServer, count: int) -> list[str]:
    """Addresses that tell who asks."""
    return [web.url(f"/{number}") for number in range(count)]


def asked(web: EndpointServer) -> Counter[str]:
    """How often by whom, of those."""
    return Counter(request.split(b" ")[1][1:].decode() for request in web.requests)


def looked(work: Ledger) -> Counter[str]:
    """How many looks at each were kept."""
    return Counter(result.endpoint for result in work.results)


def test_endpoints_are_looked_at_by_their_intervals_and_kept_in_rounds() -> None:
    interval = SECOND / 2
    with EndpointServer(reply()) as web, ledger() as work:
        health, began = Health(work.clock), work.clock.monotonic()
        run_until(
            lambda: len(work.rounds) >= 3, run_daemon(plan(numbered(web, 20), interval), work, work.clock, health)
        )
        seconds = work.clock.monotonic() - began
        requests = asked(web)
    looks, counts = looked(work), health.counts["probe"]
    assert set(looks) == {str(number) for number in range(20)}
    assert {result.state for result in work.results} == {EndpointState.UP}
    assert all(0 <= requests[name] - looks[name] <= 1 for name in looks)  # one is on its way when it ends
    intervals = seconds / interval.total_seconds()
    assert max(looks.values()) <= intervals + 1
    assert counts.begun + counts.missed + counts.skipped >= 20 * (intervals - 2)  # what falls out is counted
    assert len(work.rounds) <= seconds + 1


def test_a_round_tells_when_all_have_been_looked_at_so_that_what_was_removed_is_not_shown_any_more() -> None:
    with EndpointServer(reply()) as web, ledger() as work:
        daemon = run_daemon(plan([web.url()] * 20, SECOND / 2), work, work.clock)
        run_until(lambda: any(done.complete for done in work.rounds), daemon)
    for done in [done for done in work.rounds if done.complete]:
        assert done.complete == {"probe"}
        before = [result for each in work.rounds[: work.rounds.index(done) + 1] for result in each.results]
        assert len({result.endpoint for result in before if result.at >= done.started}) == 20


def test_one_that_hangs_is_not_begun_again_and_keeps_nobody_waiting() -> None:
    with EndpointServer(hang) as dead, EndpointServer(reply()) as web, ledger() as work:
        watched = plan([*numbered(dead, 1), *[web.url()] * 9], TENTH)
        run_until(
            lambda: min(looked(work)[str(number)] for number in range(1, 10)) >= 10,
            run_daemon(watched, work, work.clock),
        )
        assert len(dead.requests) == 1
    assert {result.state for result in work.results} == {EndpointState.UP}


def test_one_that_hangs_is_begun_again_when_it_was_given_up() -> None:
    timeout = SECOND / 2
    with EndpointServer(hang) as dead, ledger() as work:
        daemon = run_daemon(plan([dead.url()], TENTH, timeout=timeout), work, work.clock)
        run_until(lambda: len(work.results) >= 2, daemon)
        assert len(dead.requests) >= 2
    at = [result.at for result in work.results]
    assert all(later - earlier >= 0.98 * timeout for earlier, later in pairwise(at))


def test_what_was_measured_when_it_is_ended_is_kept() -> None:
    @dataclass
    class Slow(Ledger):
        async def keep(self, done: Round) -> None:
            await self.clock.sleep(SECOND / 2)
            await super().keep(done)

    with EndpointServer(reply()) as web, ledger(Slow) as work:
        daemon = run_daemon(plan(numbered(web, 10), TENTH), work, work.clock)
        run_until(lambda: sum(asked(web).values()) > 40, daemon)
        requests = asked(web)
    looks = looked(work)
    # Those on their way are not waited for: of each there is one at most.
    assert all(0 <= requests[name] - looks[name] <= 1 for name in requests)


def test_a_history_that_is_slow_delays_no_probe() -> None:
    with EndpointServer(reply()) as web:

        @dataclass
        class VerySlow(Ledger):
            async def keep(self, done: Round) -> None:
                """The first one takes until each was asked ten times more."""
                before = asked(web)
                while not self.rounds and min((asked(web) - before)[str(number)] for number in range(5)) < 10:
                    await self.clock.sleep(TENTH)
                await super().keep(done)

        with ledger(VerySlow) as work:
            run_until(lambda: work.rounds, run_daemon(plan(numbered(web, 5), TENTH), work, work.clock))


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
        run_until(lambda: len(work.tracked) >= 3, run_daemon(plan([], SECOND, sources=1), work, work.clock))
    assert isinstance(work, Reader)
    assert work.most == 1


def test_probes_of_an_engine_that_has_ended_are_due_again() -> None:
    def broken(visit: Visit) -> None:
        visit.pause(0.2)

    with EndpointServer(broken) as web, ledger() as work:
        health = Health(work.clock)
        lost: list[int] = []

        def is_due_again() -> bool:
            if web.requests and not lost:
                lost.append(health.counts["probe"].begun)
                work.prober.close()
            return bool(lost) and health.counts["probe"].begun > lost[0] + 1

        run_until(is_due_again, run_daemon(plan([web.url()], TENTH), work, work.clock, health))
    assert {result.state for result in work.results} <= {EndpointState.DOWN}
