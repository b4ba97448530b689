"""Moments as people write them: `2026-11-01T02:00`, by the clocks of a time zone unless they say otherwise."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def check_moment(written: str) -> str:
    """The moment as it was written; ValueError says what was expected."""
    try:
        datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"expected a time such as 2026-11-01T02:00 or 2026-11-01T02:00Z, got {written:.40}") from None
    return written


def read_moment(written: str, tz: str) -> datetime:
    """The moment in UTC. A time that clocks skip comes later; of one that they show twice the first is meant."""
    moment = datetime.fromisoformat(written)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tz))).astimezone(UTC)
