"""Cron expressions, checked: five fields, as crontab(5) writes them."""

import re

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_NAMES = {
    "month": {name: number for number, name in enumerate(_MONTHS, 1)},
    "day of week": {name: number for number, name in enumerate(_DAYS)},
}
_PART = re.compile(r"(?:\*|(\w{1,3})(?:-(\w{1,3}))?)(?:/(\d{1,2}))?")


def check_cron(written: str) -> str:
    """The expression as it was written; ValueError says which field is wrong."""
    fields = written.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"expected five cron fields such as '0 3 * * *', got {written!r}")
    for field, (name, low, high) in zip(fields, _FIELDS, strict=True):
        for part in field.lower().split(","):
            if not _possible(part, name, low, high):
                raise ValueError(f"expected a {name} between {low} and {high} (or *, a-b, */n, a,b), got {field!r}")
    return written


def _possible(part: str, name: str, low: int, high: int) -> bool:
    found = _PART.fullmatch(part)
    if not found or found[3] == "0":
        return False
    bounds = [_number(bound, name) for bound in (found[1], found[2]) if bound]
    return all(low <= bound <= high for bound in bounds) and bounds == sorted(bounds)


def _number(written: str, name: str) -> int:
    if written.isascii() and written.isdigit():
        return int(written)
    return _NAMES.get(name, {}).get(written, -1)
