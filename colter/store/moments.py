"""Times as the tables keep them: whole milliseconds since 1970, in UTC."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """An aware datetime as the tables keep it: whole milliseconds since 1970, cut off below."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Milliseconds as an aware datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's form
        """As the database keeps it."""
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  the same
        """As Python sees it."""
        return None if value is None else from_ms(value)
