"""Cron expressions, read: five fields, as crontab(5) writes them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_NAMES = {
    "month": {name: number for number, name in enumerate(_MONTHS, 1)},
    "day of week": {name: number for number, name in enumerate(_DAYS)},
}
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?:\*|(\w{1,3})(?:-(\w{1,3}))?)(?:/(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression as the numbers that each field names."""

    minutes: Sequence[int]
    hours: Sequence[int]
    days: Sequence[int]
    months: Sequence[int]
    weekdays: Sequence[int]
    """From 0, Sunday, to 7, which is Sunday too."""
    hourly: bool
    """Its hours begin with a `*`."""
    either_day: bool
    """Both days of month and days of week are given, so one of them is enough."""


def check_cron(written: str) -> str:
    """The expression as it was written; ValueError says which field is wrong."""
    read_cron(written)
    return written


def read_cron(written: str) -> Cron:
    """What an expression means; ValueError says which field is wrong, or that it is never due."""
    fields = written.lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"expected five cron fields such as '0 3 * * *', got {written!r}")
    minutes, hours, days, months, weekdays = (
        _read_field(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)
    )
    either_day = not fields[2].startswith("*") and not fields[4].startswith("*")
    cron = Cron(minutes, hours, days, months, weekdays, fields[1].startswith("*"), either_day)
    if min(cron.days) > max(_LENGTHS[month - 1] for month in cron.months):
        raise ValueError(f"expected a day that is in the calendar, got {written!r}")
    return cron


def _read_field(field: str, name: str, low: int, high: int) -> list[int]:
    try:
        return sorted({number for part in field.split(",") for number in _read_part(part, name, low, high)})
    except ValueError:
        article = "an" if name == "hour" else "a"
        allowed = f"between {low} and {high} (or *, a-b, */n, a,b)"
        raise ValueError(f"expected {article} {name} {allowed}, got {field!r}") from None


def _read_part(part: str, name: str, low: int, high: int) -> Iterator[int]:
    """The numbers of `*`, `a`, `a-b` and their steps; `a/n` goes on to the end."""
    found = _PART.fullmatch(part)
    if not found or found[3] == "0":
        raise ValueError(part)
    first = _number(found[1], name) if found[1] else low
    last = _number(found[2], name) if found[2] else high if found[3] or not found[1] else first
    if not low <= first <= last <= high:
        raise ValueError(part)
    yield from range(first, last + 1, int(found[3] or 1))


def _number(written: str, name: str) -> int:
    if written.isascii() and written.isdigit():
        return int(written)
    return _NAMES.get(name, {}).get(written, -1)
