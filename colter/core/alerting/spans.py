"""Times as they are said in a message: `21 min`, `02:10-02:31 UTC`."""

from datetime import UTC, datetime, timedelta

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def say_length(length: timedelta) -> str:
    """Two units at most, and no seconds beyond a minute: `45 s`, `21 min`, `2 h 5 min`, `3 d 4 h`."""
    seconds = max(0, int(length.total_seconds()))
    first = next((place for place, (_, size) in enumerate(_UNITS) if seconds >= size), len(_UNITS) - 1)
    parts: list[str] = []
    for unit, size in _UNITS[first : first + 2]:
        count, seconds = divmod(seconds, size)
        if not parts or (count and unit != "s"):
            parts.append(f"{count} {unit}")
    return " ".join(parts)


def say_moment(at: datetime) -> str:
    """`2026-05-04 02:10:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def say_span(since: datetime, until: datetime, told: datetime) -> str:
    """`02:10-02:31 UTC`; with its date, where that is not the day on which it is told."""
    since, until, told = (at.astimezone(UTC) for at in (since, max(since, until), told))
    if since.date() != until.date():
        return f"{since:%Y-%m-%d %H:%M} - {until:%Y-%m-%d %H:%M} UTC"
    day = "" if since.date() == told.date() else f"{since:%Y-%m-%d} "
    return f"{day}{since:%H:%M}-{until:%H:%M} UTC"
