"""The loop goes on by another plan: what is as it was keeps its turn and its probe, and nothing else is kept."""

import threading
from collections.abc import Callable
from datetime import timedelta

from colter.app.watching.daemon import run_daemon
from colter.app.watching.endpoints import WatchedEndpoint
from colter.app.watching.plan import WatchPlan
from colter.app.watching.schedule import Schedule
from colter.core.model import EndpointState
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.probe.looking import check
from tests.watching.test_loop import LONG, TENTH, asked, ledger
from tests.watching.working import run_until

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def plan(interval: timedelta = TENTH, **urls: str) -> WatchPlan:
    watched = [WatchedEndpoint(check(url, name=name, timeout=LONG), interval) for name, url in urls.items()]
    return WatchPlan(watched, {}, [], HOUR)


def test_what_is_as_it_was_keeps_its_turn() -> None:
    clock = FakeClock()
    schedule = Schedule({"same": MINUTE, "gone": MINUTE, "other": MINUTE}, clock)
    turns: dict[str, list[float]] = {"same": [], "other": [], "new": []}
    for second in range(600):
        clock.advance(timedelta(seconds=1))
        if second == 300:
            schedule.adopt({"new": MINUTE, "other": 2 * MINUTE, "same": MINUTE})
        for run in schedule.due():
            if run.name in turns:
                turns[run.name].append(run.due)
            schedule.done(run.name)
    gaps = [round(later - earlier, 3) for earlier, later in zip(turns["same"], turns["same"][1:], strict=False)]
    assert set(gaps) == {60.0}
    assert len(turns["new"]) == 5
    assert 6 <= len(turns["other"]) <= 8
    assert schedule.counts.begun > 15


def test_what_is_going_on_is_not_begun_beside_itself() -> None:
    clock = FakeClock()
    schedule = Schedule({"same": MINUTE, "gone": MINUTE}, clock)
    while len(schedule.running) < 2:
        clock.advance(timedelta(seconds=1))
        schedule.due()
    schedule.adopt({"new": MINUTE, "same": MINUTE})
    assert schedule.running == ["same"]
    schedule.done("gone")
    schedule.done("same")
    assert schedule.running == []


def test_a_probe_on_its_way_arrives_unless_its_endpoint_was_changed_or_taken_out() -> None:
    """Each of them is answered after the change, by a path that tells which it was."""
    changed = threading.Event()

    def answer(visit: Visit) -> None:
        changed.wait(20)
        reply(500 if visit.path == "/former" else 200)(visit)

    with EndpointServer(answer) as web, ledger() as work:
        before = plan(same=web.url("/same"), changed=web.url("/former"), gone=web.url("/former"))
        after = plan(same=web.url("/same"), changed=web.url("/latter"))

        async def follow(adopt: Callable[[WatchPlan], None]) -> None:
            while asked(web) != {"same": 1, "former": 2}:
                await work.clock.sleep(TENTH)
            adopt(after)
            changed.set()

        run_until(
            lambda: {result.endpoint for result in work.results} >= {"same", "changed"},
            run_daemon(before, work, work.clock, follow=follow),
        )
    looks = {(result.endpoint, result.state) for result in work.results}
    assert looks == {("same", EndpointState.UP), ("changed", EndpointState.UP)}
    first = {result.endpoint: result.at for result in reversed(work.results)}
    assert first["same"] < first["changed"]  # it was on its way by then


def test_what_was_taken_out_holds_up_no_complete_round() -> None:
    def answer(visit: Visit) -> None:
        visit.pause(30 if visit.path == "/hangs" else 0)
        reply()(visit)

    with EndpointServer(answer) as web, ledger() as work:
        before = plan(fine=web.url("/fine"), gone=web.url("/hangs"))

        async def follow(adopt: Callable[[WatchPlan], None]) -> None:
            while len(work.rounds) < 2:
                await work.clock.sleep(TENTH)
            assert not any(done.complete for done in work.rounds)
            adopt(plan(fine=web.url("/fine")))

        run_until(
            lambda: any(done.complete for done in work.rounds), run_daemon(before, work, work.clock, follow=follow)
        )
