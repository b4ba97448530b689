"""Types of columns that no database has."""

from datetime import datetime

from sqlalchemy import BigInteger, Dialect, TypeDecorator

from colter.store.moments import from_ms, to_ms


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
