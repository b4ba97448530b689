"""Cron expressions, as crontab(5) has them, on the days when clocks change too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colter.config.cron import schedule
from colter.config.schema.cron import Cron, check_cron, read_cron

BERLIN = "Europe/Berlin"
_DAY = timedelta(days=1)


def shown(expression: str, tz: str, since: str, count: int) -> list[str]:
    """The next times, as the clocks of the zone show them."""
    plan, moment = schedule(expression, tz), datetime.fromisoformat(since).replace(tzinfo=ZoneInfo(tz))
    found = []
    for _ in range(count):
        moment = plan.after(moment)
        found.append(moment.astimezone(ZoneInfo(tz)).strftime("%a %m-%d %H:%M %Z"))
    return found


@pytest.mark.parametrize(
    ("expression", "since", "expected"),
    [
        ("0 12 * * 0", "2026-10-01", ["Sun 10-04 12:00 UTC"]),
        ("0 12 * * 7", "2026-10-01", ["Sun 10-04 12:00 UTC"]),
        ("0 12 * * sun", "2026-10-01", ["Sun 10-04 12:00 UTC"]),
        ("0 12 * * 1", "2026-10-01", ["Mon 10-05 12:00 UTC"]),
        ("0 12 * * MON-FRI", "2026-10-02T12:00", ["Mon 10-05 12:00 UTC", "Tue 10-06 12:00 UTC"]),
        ("0 12 * * 5-7", "2026-10-05", ["Fri 10-09 12:00 UTC", "Sat 10-10 12:00 UTC", "Sun 10-11 12:00 UTC"]),
        ("0 12 13 * 5", "2026-10-10", ["Tue 10-13 12:00 UTC", "Fri 10-16 12:00 UTC"]),
        ("0 12 */2 * 5", "2026-10-10", ["Fri 10-23 12:00 UTC"]),
        ("*/20 8-9 * * *", "2026-10-01T08:41", ["Thu 10-01 09:00 UTC", "Thu 10-01 09:20 UTC"]),
        ("*/60 * * * *", "2026-10-01T08:41", ["Thu 10-01 09:00 UTC", "Thu 10-01 10:00 UTC"]),
        ("50/5 8 * * *", "2026-10-01T08:41", ["Thu 10-01 08:50 UTC", "Thu 10-01 08:55 UTC"]),
        ("0 0 1 jan,JUL *", "2026-03-01", ["Wed 07-01 00:00 UTC", "Fri 01-01 00:00 UTC"]),
        ("0 0 29 2 *", "2026-03-01", ["Tue 02-29 00:00 UTC"]),
    ],
)
def test_it_means_what_crontab_means(expression: str, since: str, expected: list[str]) -> None:
    assert shown(expression, "UTC", since, len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "tz", "since", "expected"),
    [
        (
            "30 2 * * *",
            BERLIN,
            "2026-03-28T12:00",
            ["Sun 03-29 03:30 CEST", "Mon 03-30 02:30 CEST"],
        ),
        ("0 * * * *", BERLIN, "2026-03-29T01:00", ["Sun 03-29 03:00 CEST", "Sun 03-29 04:00 CEST"]),
        ("30 2 * * *", BERLIN, "2026-10-24T12:00", ["Sun 10-25 02:30 CEST", "Mon 10-26 02:30 CET"]),
        (
            "0 * * * *",
            BERLIN,
            "2026-10-25T01:30",
            ["Sun 10-25 02:00 CEST", "Sun 10-25 02:00 CET", "Sun 10-25 03:00 CET"],
        ),
        ("0 1-3 * * *", BERLIN, "2026-10-25T01:30", ["Sun 10-25 02:00 CEST", "Sun 10-25 03:00 CET"]),
        ("15,30 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", ["Sun 10-04 02:30 +11", "Sun 10-04 02:45 +11"]),
        ("0 12 30 12 *", "Pacific/Apia", "2011-12-29T12:00", ["Sat 12-31 12:00 +14", "Sun 12-30 12:00 +14"]),
    ],
    ids=["skipped", "skipped hourly", "shown twice", "twice hourly", "twice by number", "half an hour", "a whole day"],
)
def test_a_skipped_time_comes_later_and_one_shown_twice_comes_once(
    expression: str, tz: str, since: str, expected: list[str]
) -> None:
    assert shown(expression, tz, since, len(expected)) == expected


FIELDS = (
    st.sampled_from(["0", "30", "*/15", "5,50", "*"]),
    st.sampled_from(["2", "*", "1-3", "*/2", "0,12", "23"]),
    st.sampled_from(["*", "29", "25,29", "*/7", "4,31"]),
    st.sampled_from(["*", "3,10", "4-10"]),
    st.sampled_from(["*", "0", "sun", "1-5", "*/3", "6,7"]),
)


@settings(deadline=None, max_examples=60)
@given(
    expression=st.tuples(*FIELDS).map(" ".join),
    tz=st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    spring=st.booleans(),
    seconds=st.integers(0, 11 * 24 * 3600),
)
def test_it_finds_what_a_walk_over_every_minute_finds(expression: str, tz: str, spring: bool, seconds: int) -> None:
    around = datetime(2026, 3, 26, tzinfo=UTC) if spring else datetime(2026, 10, 22, tzinfo=UTC)
    since = around + timedelta(seconds=seconds)
    expected = next((due for due in walked(read_cron(expression), ZoneInfo(tz), since) if due > since), None)
    found = schedule(expression, tz).after(since)
    assert found == expected if expected else found > since + 8 * _DAY


def walked(cron: Cron, zone: ZoneInfo, since: datetime) -> list[datetime]:
    """The times of some days around, found in the simplest way there is."""
    found = set()
    for clock in _minutes(since.replace(tzinfo=None, second=0, microsecond=0) - 2 * _DAY):
        day, weekday = (
            clock.day in cron.days,
            clock.isoweekday() in cron.weekdays or clock.isoweekday() % 7 in cron.weekdays,
        )
        suits = day or weekday if cron.either_day else day and weekday
        if suits and clock.minute in cron.minutes and clock.hour in cron.hours and clock.month in cron.months:
            first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
            found |= {first, second} if cron.hourly and first < second else {first}
    return sorted(found)


def _minutes(first: datetime) -> Iterator[datetime]:
    yield from (first + timedelta(minutes=minute) for minute in range(11 * 24 * 60))


def test_times_follow_each_other() -> None:
    plan, times = schedule("*/7 * * * *", BERLIN), [datetime(2026, 10, 24, 23, tzinfo=UTC)]
    for _ in range(40):
        times.append(plan.after(times[-1]))
    assert all(one < two for one, two in pairwise(times))


@pytest.mark.parametrize("impossible", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 2 1"])
def test_a_day_that_never_comes_is_refused(impossible: str) -> None:
    with pytest.raises(ValueError, match="a day that is in the calendar"):
        check_cron(impossible)
