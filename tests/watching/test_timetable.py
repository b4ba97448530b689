"""When sources are due by the clocks on the wall: at the times that are written, and once after a sleep."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from colter.app.registry import TrackPlan
from colter.app.watching.schedule import SOON, Counts
from colter.app.watching.sources import Sources
from colter.app.watching.timetable import Timetable
from colter.config.rhythm import ByClock, Rhythm, longest_pause
from tests.fakes.clock import FakeClock

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUARTERS = ByClock("*/15 * * * *", "UTC")
NIGHTLY = ByClock("30 2 * * *", "Europe/Berlin")


def timetable(clock: FakeClock, **crons: ByClock) -> tuple[Timetable, Counts]:
    counts = Counts()
    return Timetable(crons, clock, counts), counts


def run_for(turns: Timetable, clock: FakeClock, length: timedelta, tick: timedelta = SECOND) -> list[datetime]:
    """When something began, each done at once."""
    begun = []
    for _ in range(length // tick):
        clock.advance(tick)
        for run in turns.due():
            turns.done(run.name)
            begun.append(clock.time)
    return begun


def test_the_first_look_comes_soon_and_then_each_at_its_time() -> None:
    clock = FakeClock(datetime(2026, 5, 4, 12, 1, tzinfo=UTC))
    turns, counts = timetable(clock, pypi=QUARTERS)
    first, *rest = run_for(turns, clock, HOUR)
    assert first <= datetime(2026, 5, 4, 12, 1, tzinfo=UTC) + SOON
    assert [moment.strftime("%H:%M:%S") for moment in rest] == ["12:15:00", "12:30:00", "12:45:00", "13:00:00"]
    assert (counts.begun, counts.late, counts.missed, counts.skipped) == (5, 0, 0, 0)


def test_until_the_next_time_nobody_needs_to_ask() -> None:
    clock = FakeClock(datetime(2026, 5, 4, 12, 1, tzinfo=UTC))
    turns, _ = timetable(clock, pypi=QUARTERS)
    run_for(turns, clock, 2 * MINUTE)
    assert turns.until_next() == 12 * MINUTE
    assert Timetable({}, clock, Counts()).until_next() == timedelta.max


@pytest.mark.parametrize(
    ("day", "looks"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), ["29 01:30", "30 00:30"]),  # 02:30 is skipped: it comes at 03:30
        (datetime(2026, 10, 24, 12, tzinfo=UTC), ["25 00:30", "26 01:30"]),  # 02:30 is shown twice: the first counts
    ],
    ids=["spring", "autumn"],
)
def test_where_clocks_are_changed_there_is_still_one_look_a_night(day: datetime, looks: list[str]) -> None:
    clock = FakeClock(day)
    turns, counts = timetable(clock, pypi=NIGHTLY)
    _, *nights = run_for(turns, clock, 2 * DAY, MINUTE / 20)
    assert [moment.strftime("%d %H:%M") for moment in nights] == looks
    assert counts.missed == 0


def sleep(clock: FakeClock) -> None:
    clock.advance(10 * HOUR)


def suspend(clock: FakeClock) -> None:
    """The clock that never jumps stands still meanwhile."""
    clock.time += 10 * HOUR


@pytest.mark.parametrize("away", [sleep, suspend])
def test_after_a_sleep_one_look_makes_up_for_all_that_fell_out(away: object) -> None:
    assert callable(away)
    clock = FakeClock(datetime(2026, 5, 4, 12, 1, tzinfo=UTC))
    turns, counts = timetable(clock, pypi=QUARTERS)
    run_for(turns, clock, 5 * MINUTE)
    away(clock)  # it is 22:06
    looks = run_for(turns, clock, 24 * MINUTE)
    assert [moment.strftime("%H:%M") for moment in looks[1:]] == ["22:15", "22:30"]
    assert looks[0] - datetime(2026, 5, 4, 22, 6, tzinfo=UTC) <= SOON
    assert (counts.missed, counts.late) == (40, 0)


def test_after_a_year_not_every_time_is_counted() -> None:
    clock = FakeClock()
    turns, counts = timetable(clock, pypi=ByClock("* * * * *", "UTC"))
    run_for(turns, clock, 2 * MINUTE)
    clock.advance(365 * DAY)
    assert len(run_for(turns, clock, 2 * MINUTE + SECOND)) == 3
    assert counts.missed == 1000


def test_a_clock_that_is_set_back_a_little_brings_no_look_twice_and_a_day_brings_no_day_without_looks() -> None:
    clock = FakeClock(datetime(2026, 5, 4, 12, 14, tzinfo=UTC))
    turns, counts = timetable(clock, pypi=QUARTERS)
    run_for(turns, clock, MINUTE + SECOND)
    clock.time -= 1.5 * SECOND
    assert run_for(turns, clock, 5 * SECOND) == []
    clock.time -= DAY
    looks = run_for(turns, clock, HOUR)
    assert [moment.strftime("%d %H:%M") for moment in looks] == ["03 12:30", "03 12:45", "03 13:00", "03 13:15"]
    assert counts.missed == 0


def test_a_look_that_goes_on_is_not_begun_beside_itself() -> None:
    clock = FakeClock(datetime(2026, 5, 4, 12, 1, tzinfo=UTC))
    turns, counts = timetable(clock, pypi=QUARTERS)
    for _ in range(HOUR // SECOND):
        clock.advance(SECOND)
        turns.due()
    assert (turns.running, counts.begun, counts.skipped) == (["pypi"], 1, 4)
    turns.done("pypi")
    turns.done("pypi")
    assert len(run_for(turns, clock, 15 * MINUTE)) == 1


def test_what_is_as_it_was_keeps_its_turn_and_what_is_changed_is_looked_at_soon() -> None:
    clock = FakeClock(datetime(2026, 5, 4, 12, 1, tzinfo=UTC))
    turns, counts = timetable(clock, pypi=QUARTERS, github=QUARTERS)
    run_for(turns, clock, 2 * MINUTE)
    turns.adopt({"pypi": ByClock("*/15 * * * *", "UTC"), "github": NIGHTLY})
    assert len(run_for(turns, clock, 2 * MINUTE)) == 1
    assert len(run_for(turns, clock, HOUR)) == 4
    turns.adopt({})
    assert (run_for(turns, clock, HOUR), counts.begun) == ([], 7)


@pytest.mark.parametrize(
    ("before", "after"), [(QUARTERS, SECOND), (SECOND, QUARTERS)], ids=["to an interval", "to a time"]
)
def test_a_source_whose_rhythm_changes_while_it_is_read_is_not_read_beside_itself(
    before: Rhythm, after: Rhythm, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock(datetime(2026, 5, 4, 12, 1, tzinfo=UTC))
    begun: list[TrackPlan] = []
    over = asyncio.Event()

    async def track(plan: TrackPlan) -> None:
        begun.append(plan)
        await over.wait()

    async def live(sources: Sources, group: asyncio.TaskGroup, length: timedelta) -> None:
        for _ in range(length // SECOND):
            clock.advance(SECOND)
            sources.begin_due(group)
            await asyncio.sleep(0)  # noqa: TID251  lets what was begun begin

    async def story() -> None:
        plans, rhythms = [TrackPlan("pypi")], {"pypi": before}
        sources = Sources(plans, rhythms, track, clock)
        async with asyncio.TaskGroup() as group:
            await live(sources, group, 2 * MINUTE)
            sources.adopt(plans, {"pypi": after})
            await live(sources, group, 16 * MINUTE)
            assert len(begun) == 1
            over.set()
            await live(sources, group, 16 * MINUTE)
            assert len(begun) >= 2

    asyncio.run(story())
    told = [record.getMessage() for record in caplog.records if "still being read" in record.getMessage()]
    assert told == ["pypi: still being read when it was due again, so that look falls out"]


@pytest.mark.parametrize(
    ("rhythm", "length"),
    [
        (15 * MINUTE, 15 * MINUTE),
        (QUARTERS, DAY),
        (ByClock("0 9 * * MON-FRI", "UTC"), 3 * DAY),
        (ByClock("0 9 1 * *", "UTC"), 31 * DAY),
    ],
    ids=["interval", "quarters", "working days", "monthly"],
)
def test_how_long_it_may_be_from_one_look_to_the_next(rhythm: Rhythm, length: timedelta) -> None:
    assert longest_pause(rhythm) == length


def test_looks_that_fell_out_are_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock(datetime(2026, 5, 4, 12, 1, tzinfo=UTC))
    rhythms: Mapping[str, Rhythm] = {"pypi": QUARTERS, "github": HOUR}

    async def track(_: TrackPlan) -> None:
        """Done at once."""

    async def story() -> None:
        sources = Sources([TrackPlan("pypi"), TrackPlan("github")], rhythms, track, clock)
        async with asyncio.TaskGroup() as group:
            for away in (SECOND,) * 100 + (2 * HOUR,) + (SECOND,) * 100:
                clock.advance(away)
                sources.begin_due(group)
                await asyncio.sleep(0)  # noqa: TID251  lets what was begun end

    asyncio.run(story())
    [told] = [record.getMessage() for record in caplog.records]
    assert told == "10 looks at repositories or packages fell out: nobody was there to begin them"
