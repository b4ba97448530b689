"""When things are due: spread, never beside themselves, and once after a sleep."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from colter.app.watching.schedule import SOON, Run, Schedule, phase
from tests.fakes.clock import START, FakeClock

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MANY = {f"https://host-{number}.example.org/": MINUTE for number in range(10_000)}


def run_for(schedule: Schedule, clock: FakeClock, length: timedelta, tick: timedelta = SECOND) -> list[tuple[int, Run]]:
    """All runs, each done at once, with the tick in which it began."""
    runs = []
    for number in range(length // tick):
        clock.advance(tick)
        for run in schedule.due():
            schedule.done(run.name)
            runs.append((number, run))
    return runs


@pytest.mark.parametrize("interval", [10 * SECOND, MINUTE, 5 * MINUTE], ids=["10s", "1m", "5m"])
def test_ten_thousand_are_spread_over_their_interval(interval: timedelta) -> None:
    clock = FakeClock()
    schedule = Schedule(dict.fromkeys(MANY, interval), clock)
    run_for(schedule, clock, interval + SOON)
    clock.advance(timedelta(milliseconds=1))  # no phase on the edge
    schedule.due()
    for name in MANY:
        schedule.done(name)
    tick = timedelta(milliseconds=100)
    runs = run_for(schedule, clock, interval, tick)
    assert set(Counter(run.name for _, run in runs).values()) == {1}
    assert len(runs) == len(MANY)
    fiftieth = interval / tick / 50
    assert max(Counter(number // fiftieth for number, _ in runs).values()) <= 3 * len(MANY) / 50


def test_a_name_keeps_its_phase_over_restarts() -> None:
    def first_due(start: timedelta) -> float:
        clock = FakeClock(START + start)
        schedule = Schedule({"api": MINUTE}, clock)
        [(_, run)] = run_for(schedule, clock, MINUTE)
        return (clock.time.timestamp() + run.due - clock.monotonic()) % 60

    assert first_due(timedelta(0)) == pytest.approx(phase("api") * 60, abs=1e-3)
    assert first_due(timedelta(hours=7, seconds=13.7)) == pytest.approx(phase("api") * 60, abs=1e-3)


def test_the_phase_is_the_same_on_every_machine() -> None:
    assert [round(phase(name), 6) for name in ("api", "gateway", "\ud800")] == [0.08109, 0.307219, 0.568947]


def test_what_is_rare_is_looked_at_soon_and_then_in_its_phase() -> None:
    clock = FakeClock()
    schedule = Schedule({"certificate": DAY, "mail": HOUR}, clock)
    assert {run.name for _, run in run_for(schedule, clock, SOON)} == {"certificate", "mail"}
    runs = [run for _, run in run_for(schedule, clock, 3.5 * DAY)]
    assert Counter(run.name for run in runs) == {"certificate": 3, "mail": 84}
    for name, interval in (("certificate", DAY), ("mail", HOUR)):
        dues = [run.due for run in runs if run.name == name]
        assert {later - earlier for earlier, later in pairwise(dues)} == {interval.total_seconds()}


def test_nothing_runs_beside_itself() -> None:
    clock = FakeClock()
    schedule = Schedule({"slow": 10 * SECOND, "quick": 10 * SECOND}, clock)
    begun = Counter[str]()
    for _ in range(60):
        clock.advance(SECOND)
        for run in schedule.due():
            begun[run.name] += 1
            if run.name == "quick":
                schedule.done("quick")
    assert begun == {"slow": 1, "quick": 6}
    assert (schedule.counts.skipped, schedule.running) == (5, ["slow"])
    schedule.done("slow")
    schedule.done("slow")
    assert Counter(run.name for _, run in run_for(schedule, clock, 10 * SECOND)) == {"slow": 1, "quick": 1}


@pytest.mark.parametrize("interval", [30 * SECOND, MINUTE, 15 * MINUTE, HOUR], ids=["30s", "1m", "15m", "1h"])
def test_a_sleep_of_two_hours_brings_one_run_and_no_burst(interval: timedelta) -> None:
    clock = FakeClock()
    schedule = Schedule(dict.fromkeys(MANY, interval), clock)
    run_for(schedule, clock, 2 * SOON)
    clock.advance(2 * HOUR)
    assert schedule.due() == []
    runs = run_for(schedule, clock, min(interval, SOON))
    assert max(Counter(run.name for _, run in runs).values()) == 1
    assert len(runs) == len(MANY)
    assert max(Counter(number for number, _ in runs).values()) <= 3 * len(runs) / (min(interval, SOON) / SECOND)
    assert schedule.counts.missed >= len(MANY)


def set_forward(clock: FakeClock) -> None:
    clock.time += DAY


def set_back(clock: FakeClock) -> None:
    clock.time -= DAY


@pytest.mark.parametrize("jump", [set_forward, set_back], ids=["forward", "back"])
def test_a_wall_clock_that_is_set_moves_nothing(jump: Callable[[FakeClock], None]) -> None:
    clock = FakeClock()
    schedule = Schedule(MANY, clock)
    run_for(schedule, clock, 90 * SECOND)
    jump(clock)
    runs = run_for(schedule, clock, MINUTE)
    assert set(Counter(run.name for _, run in runs).values()) == {1}
    assert len(runs) == len(MANY)
    assert schedule.counts.missed == schedule.counts.late == schedule.counts.skipped == 0


def test_a_late_start_is_counted_and_moves_nothing() -> None:
    clock = FakeClock()
    schedule = Schedule({"api": MINUTE}, clock)
    run_for(schedule, clock, SOON)
    while schedule.until_next() > SECOND:
        clock.advance(SECOND)
        assert schedule.due() == []
    clock.advance(4 * SECOND)
    [late] = schedule.due()
    schedule.done("api")
    assert (schedule.counts.late, schedule.counts.missed) == (1, 0)
    [(_, following)] = run_for(schedule, clock, MINUTE)
    assert following.due - late.due == pytest.approx(60)


def test_intervals_shorter_than_the_time_between_two_questions_are_asked_for_once() -> None:
    clock = FakeClock()
    schedule = Schedule({"busy": timedelta(milliseconds=100)}, clock)
    assert len(run_for(schedule, clock, 10 * SECOND)) == 10
    assert schedule.counts.missed == pytest.approx(90, abs=10)


def test_without_anything_to_do_nothing_is_ever_due() -> None:
    schedule = Schedule({}, FakeClock())
    assert schedule.due() == []
    assert schedule.until_next() == timedelta.max
