"""Maintenance windows: open when they should be, whatever the clocks do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from colter.app.alerting.calendar import Calendar, read_calendar
from colter.config.schema.alerting import Maintenance
from colter.core.alerting.routes import Match

MINUTE = timedelta(minutes=1)


def calendar(**written: str) -> Calendar:
    return read_calendar(Maintenance.model_validate(written), Match())


def times(calendar: Calendar, since: str, until: str, step: timedelta = MINUTE) -> list[str]:
    """From when to when it is open, UTC, looked at every minute."""
    return [f"{begins:%d %H:%M}-{ends:%H:%M}" for begins, ends in _windows(calendar, since, until, step)]


def _windows(calendar: Calendar, since: str, until: str, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
    at, begins = _utc(since), None
    while at < _utc(until):
        if calendar.is_open(at):
            begins = begins or at
        elif begins:
            yield begins, at
            begins = None
        at += step
    if begins:
        yield begins, at


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "tz", "duration", "period", "expected"),
    [
        ("0 2 * * *", "UTC", "90m", "2026-05-04 2026-05-06", ["04 02:00-03:30", "05 02:00-03:30"]),
        ("0 2 * * *", "Europe/Berlin", "1h", "2026-05-04 2026-05-05", ["04 00:00-01:00"]),
        # Clocks go forward at 01:00 UTC from 02:00 to 03:00: 02:30 is not shown, and is meant as 03:30.
        ("30 2 * * *", "Europe/Berlin", "90m", "2026-03-29 2026-03-30", ["29 01:30-03:00"]),
        ("30 1 * * *", "Europe/Berlin", "2h", "2026-03-29 2026-03-29T20:00", ["29 00:30-02:30"]),
        # Clocks go back at 01:00 UTC from 03:00 to 02:00: 02:30 is shown twice.
        ("30 2 * * *", "Europe/Berlin", "20m", "2026-10-25 2026-10-26", ["25 00:30-00:50"]),
        ("30 1 * * *", "Europe/Berlin", "2h", "2026-10-24T20:00 2026-10-25T20:00", ["24 23:30-01:30"]),
        # Chile's midnight of 2026-09-06 is not shown at all.
        ("0 0 * * *", "America/Santiago", "1h", "2026-09-06 2026-09-07", ["06 04:00-05:00"]),
        ("0 22 * * *", "UTC", "4h", "2026-05-04 2026-05-05T12:00", ["04 00:00-02:00", "04 22:00-02:00"]),
        ("*/10 * * * *", "UTC", "15m", "2026-05-04 2026-05-04T02:00", ["04 00:00-02:00"]),
        ("*/20 * * * *", "UTC", "20m", "2026-05-04 2026-05-04T02:00", ["04 00:00-02:00"]),
        ("0 12 * * SUN", "UTC", "1h", "2026-05-02 2026-05-06", ["03 12:00-13:00"]),
        ("0 12 * * 0", "UTC", "1h", "2026-05-02 2026-05-06", ["03 12:00-13:00"]),
        ("0 12 * * 7", "UTC", "1h", "2026-05-02 2026-05-06", ["03 12:00-13:00"]),
        ("0 12 * * 1", "UTC", "1h", "2026-05-02 2026-05-06", ["04 12:00-13:00"]),
        (
            "0 12 * * 5-7",
            "UTC",
            "1h",
            "2026-05-01 2026-05-06",
            ["01 12:00-13:00", "02 12:00-13:00", "03 12:00-13:00"],
        ),
        ("0 12 5 * 1", "UTC", "1h", "2026-05-02 2026-05-07", ["04 12:00-13:00", "05 12:00-13:00"]),
    ],
)
def test_a_cron_expression_and_a_duration(cron: str, tz: str, duration: str, period: str, expected: list[str]) -> None:
    since, until = period.split()
    assert times(calendar(cron=cron, tz=tz, duration=duration), since, until) == expected


@pytest.mark.parametrize(
    ("from_", "until", "tz", "expected"),
    [
        ("2026-05-04T02:00", "2026-05-04T03:00", "UTC", ["04 02:00-03:00"]),
        ("2026-05-04T02:00", "2026-05-04T03:00", "Europe/Berlin", ["04 00:00-01:00"]),
        ("2026-05-04T02:00Z", "2026-05-04 03:00+00:00", "Europe/Berlin", ["04 02:00-03:00"]),
        ("2026-05-03T22:00", "2026-05-04T01:00", "UTC", ["04 00:00-01:00"]),
        ("2026-05-04", "2026-05-05", "UTC", ["04 00:00-00:00"]),
    ],
)
def test_a_time_from_one_moment_to_another(from_: str, until: str, tz: str, expected: list[str]) -> None:
    once = calendar(**{"from": from_}, until=until, tz=tz)
    assert times(once, "2026-05-04", "2026-05-05T06:00") == expected


def test_a_window_that_is_open_already_is_known_and_so_is_one_that_is_over() -> None:
    nightly = calendar(cron="0 2 * * *", duration="90m")
    assert nightly.is_open(_utc("2026-05-04T03:29:59"))
    assert not nightly.is_open(_utc("2026-05-04T03:30"))
    assert not nightly.is_open(_utc("2026-05-04T01:59:59"))  # a clock that was set back
    assert nightly.is_open(_utc("2026-05-04T02:00"))
    assert nightly.is_open(_utc("2027-05-04T02:00"))


def test_between_two_changes_nothing_is_computed() -> None:
    asked: list[datetime] = []

    def daily(moment: datetime) -> datetime:
        asked.append(moment)
        return moment.replace(hour=2, minute=0) + timedelta(days=moment.hour >= 2)

    calendar = Calendar(Match(), daily, timedelta(hours=1))
    assert times(calendar, "2026-05-04", "2026-05-06") == ["04 02:00-03:00", "05 02:00-03:00"]
    assert len(asked) == 5
