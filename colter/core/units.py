"""Lengths of time and sizes as people write them: `15m`, `1h30m`, `1MiB`; moments as machines read them."""

import re
from datetime import UTC, datetime, timedelta

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d|w))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_SIZE = re.compile(r"(\d{1,12})\s*([A-Za-z]{0,3})")


def parse_duration(text: str) -> timedelta:
    """`500ms`, `2s`, `15m`, `1h30m`, `30d`, `2w` as a length of time; ValueError says what was expected."""
    written = text.strip()
    if not _DURATION.fullmatch(written):
        raise ValueError(f"expected a duration such as 500ms, 2s, 15m or 1h30m, got {text!r}")
    try:
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(written)))
    except OverflowError:
        raise ValueError(f"expected a shorter duration, got {text!r}") from None


def format_duration(length: timedelta) -> str:
    """The shortest exact way to write a length of time: `1h30m`, `250ms`."""
    milliseconds = round(length / timedelta(milliseconds=1))
    if milliseconds == 0:
        return "0s"
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def format_amount(count: int, noun: str) -> str:
    """`1 measurement`, `5,000 measurements`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_age(length: timedelta) -> str:
    """About how long ago, in the one largest unit: `3m`, `2h`, `5d`."""
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def parse_size(text: str) -> int:
    """`256KiB`, `1MB` or `4096` as bytes; ValueError says what was expected."""
    found = _SIZE.fullmatch(text.strip())
    if not found or found[2].upper() not in _SIZES:
        raise ValueError(f"expected a size such as 256KiB or 1MB, got {text!r}")
    return int(found[1]) * _SIZES[found[2].upper()]


def format_size(size: int) -> str:
    """The shortest exact way to write a number of bytes: `100MiB`, `1500000`."""
    for unit, count in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size and size % count == 0:
            return f"{size // count}{unit}"
    return str(size)


def timestamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-05-04T12:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
