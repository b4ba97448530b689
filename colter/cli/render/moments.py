"""Times as people read them: in their zone, or in UTC."""

from datetime import UTC, datetime


def local(at: datetime) -> str:
    """In the zone of this machine, and in UTC where that is another one: `2026-05-04 14:00 CEST (12:00 UTC)`."""
    here, there = at.astimezone(), at.astimezone(UTC)
    shown = f"{here:%Y-%m-%d %H:%M %Z}"
    if here.utcoffset() == there.utcoffset():
        return shown
    return f"{shown} ({there:%H:%M} UTC)" if here.date() == there.date() else f"{shown} ({utc(at)} UTC)"


def utc(at: datetime) -> str:
    """In UTC, without saying so: for a column with UTC in its head."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
