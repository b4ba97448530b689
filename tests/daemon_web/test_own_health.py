"""What a daemon knows of itself: whether it lives, whether it is ready, how late it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from colter.app.cycle import make_round
from colter.app.watching.health import LONGEST_TURN, Health
from colter.app.watching.recent_maximum import RecentMaximum
from colter.app.watching.schedule import Schedule
from colter.core.model import EndpointState, ProbeResult, Reading, Target
from tests.fakes.clock import START, FakeClock

SECOND = timedelta(seconds=1)


def test_it_lives_for_as_long_as_the_loop_turns() -> None:
    clock = FakeClock()
    health = Health(clock)
    clock.advance(timedelta(hours=1))
    assert health.is_alive(clock.monotonic()), "it is only starting"
    health.turned()
    clock.advance(LONGEST_TURN - SECOND)
    assert health.is_alive(clock.monotonic())
    clock.advance(SECOND)
    assert not health.is_alive(clock.monotonic())
    health.turned()
    assert health.is_alive(clock.monotonic())


def test_it_is_ready_when_something_was_kept() -> None:
    clock = FakeClock()
    health = Health(clock)
    assert not health.is_ready
    done = make_round(clock, START, results=[ProbeResult("api", "https://example.org/", START, EndpointState.UP)])
    clock.advance(2 * SECOND)
    health.kept(done)
    assert health.is_ready
    assert (health.rounds, health.durations) == ({"probe": 1}, {"probe": 2 * SECOND})
    both = [Reading(Target(source, "one"), START) for source in ("github", "pypi")]
    health.kept(replace(done, readings=both, results=()))
    assert health.rounds == {"probe": 1, "github": 1, "pypi": 1}


def test_a_bad_edit_leaves_the_configuration_that_is_in_use() -> None:
    clock = FakeClock()
    health = Health(clock)
    clock.advance(SECOND)
    health.reloaded("config.yaml:1:1: it is no YAML")
    assert (health.reload_problem, health.loaded) == ("config.yaml:1:1: it is no YAML", START)
    clock.advance(SECOND)
    health.reloaded(None)
    assert (health.reload_problem, health.loaded) == (None, START + 2 * SECOND)


def test_the_lag_is_that_of_the_latest_look() -> None:
    clock = FakeClock()
    health, schedule = Health(clock), Schedule({"api": SECOND, "other": 10 * SECOND}, clock)
    health.counts = {"probe": schedule.counts}
    assert health.lag == 0
    clock.advance(4 * SECOND)
    schedule.due()
    assert 3 <= health.lag <= 4
    assert (schedule.counts.begun, schedule.counts.late) == (1, 1)


@pytest.mark.parametrize(
    ("noted", "now", "worst"),
    [
        ([], 0, 0),
        ([(0, 3)], 0, 3),
        ([(0, 3), (1, 1)], 59, 3),
        ([(0, 3), (70, 1)], 70, 3),
        ([(0, 3), (70, 1)], 131, 1),
        ([(0, 3)], 1000, 0),
        ([(0, 3), (1000, 1)], 1000, 1),
    ],
)
def test_what_was_long_ago_is_forgotten(noted: list[tuple[float, float]], now: float, worst: float) -> None:
    lately = RecentMaximum()
    for at, value in noted:
        lately.note(value, at)
    assert lately.value(now) == worst
