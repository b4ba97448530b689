"""Times as the tables keep them: whole milliseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds, cut off below."""
    return (moment - EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Milliseconds as an aware datetime in UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)
