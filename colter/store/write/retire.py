"""Lets go of what is old, some of it at a time: results, readings, and tallies by the hour."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from colter.store.progress import keep_progress, read_progress
from colter.store.read.latest import newest_complete
from colter.store.slices import as_far_as
from colter.store.tables import (
    daily_count,
    event,
    hourly_tally,
    last_reading,
    outbox,
    pack,
    probe_result,
    reading,
    round_,
    sample,
    target,
)
from colter.store.write.packs import FREE

_HOUR = timedelta(hours=1)
_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)

_OWED: ColumnElement[bool] = exists().where(outbox.c.round_key == round_.c.round_key)
_READ: ColumnElement[bool] = exists().where(reading.c.round_id == round_.c.id)
_PROBED: ColumnElement[bool] = exists().where(probe_result.c.round_id == round_.c.id)
_BROUGHT_DAYS: ColumnElement[bool] = exists().where(daily_count.c.round_id == round_.c.id)
_NEWEST = select(func.max(round_.c.id)).scalar_subquery()
"""This row stays, so that no number is ever given again."""


def retire_packs(connection: Connection, before: datetime, most: int) -> int:
    """Packs all of whose rounds finished before that; returns how many results were in them."""
    statement = select(pack.c.id, pack.c.entries).where(pack.c.since < before, pack.c.until < before)
    rows = list(as_far_as(most, connection.execute(statement.order_by(pack.c.since)), lambda row: int(row.entries)))
    connection.execute(delete(pack).where(pack.c.id.in_([row.id for row in rows])))
    return sum(row.entries for row in rows)


def retire_results(connection: Connection, before: datetime, most: int) -> int:
    """Results of rounds that finished before that, and rounds that nothing is left of; returns how many of both."""
    counted = read_progress(connection, "tally")
    statement = (
        select(round_.c.id, round_.c.entries)
        .where(round_.c.finished < before, round_.c.id <= counted, FREE, or_(_PROBED, and_(~_READ, ~_BROUGHT_DAYS)))
        .order_by(round_.c.finished)
        .limit(most)
    )
    rows = as_far_as(most, connection.execute(statement), lambda row: int(row.entries))
    ids = [row.id for row in rows]
    gone = connection.execute(delete(probe_result).where(probe_result.c.round_id.in_(ids))).rowcount
    return gone + tidy(connection, ids)


def retire_readings(connection: Connection, before: datetime, most: int) -> int | None:
    """Readings of the next rounds whose days ended before that, as far as they may go.

    Returns:
        How many went; None: there are no such rounds any more.
    """
    midnight = before.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = read_progress(connection, "thin")
    behind = round_.c.id > seen
    bound = connection.scalar(select(func.min(round_.c.id)).where(behind, round_.c.finished >= midnight))
    statement = select(round_.c.id, round_.c.entries).where(behind, _READ).order_by(round_.c.id).limit(most)
    if bound is not None:
        statement = statement.where(round_.c.id < bound)
    rows = list(as_far_as(most, connection.execute(statement), lambda row: int(row.entries)))
    if not rows:
        return None
    ids = [row.id for row in rows]
    of_rounds = select(reading.c.id).join_from(reading, round_).where(round_.c.id.in_(ids))
    old = connection.scalars(of_rounds.where(_needless(midnight))).all()
    connection.execute(delete(sample).where(sample.c.reading_id.in_(old)))
    connection.execute(delete(reading).where(reading.c.id.in_(old)))
    tidy(connection, ids)
    keep_progress(connection, "thin", ids[-1])
    return len(old)


def retire_tallies(connection: Connection, before: datetime, most: int) -> int:
    """Tallies of hours that ended before that; returns how many."""
    # By target, as they lie on the disk: nothing else could find them without a look at all.
    of_all = hourly_tally.c.target_id.in_(select(target.c.id))
    old = select(hourly_tally.c.target_id, hourly_tally.c.begins).where(of_all, hourly_tally.c.begins <= before - _HOUR)
    keys = tuple_(hourly_tally.c.target_id, hourly_tally.c.begins)
    return connection.execute(delete(hourly_tally).where(keys.in_(old.limit(most)))).rowcount


def tidy(connection: Connection, ids: Sequence[int]) -> int:
    """Count again what these rounds hold, and drop those that hold nothing; returns how many that were."""
    these = round_.c.id.in_(ids)
    readings = select(func.count()).where(reading.c.round_id == round_.c.id).scalar_subquery()
    results = select(func.count()).where(probe_result.c.round_id == round_.c.id).scalar_subquery()
    connection.execute(update(round_).where(these).values(entries=readings + results))
    empty = and_(these, round_.c.entries == 0)
    complete = connection.scalars(select(round_.c.complete).where(empty, round_.c.complete != "").distinct()).all()
    sources = {source for each in complete for source in each.split(",")}
    needed = [newest.id for source in sources if (newest := newest_complete(connection, source))]
    unneeded = and_(empty, ~_BROUGHT_DAYS, FREE, round_.c.id < _NEWEST, round_.c.id.not_in(needed))
    return connection.execute(delete(round_).where(unneeded)).rowcount


def _needless(midnight: datetime) -> ColumnElement[bool]:
    """Readings before that which nothing refers to, and that do not tell how their days ended."""
    later = reading.alias("later")
    at, later_at = type_coerce(reading.c.at, BigInteger), type_coerce(later.c.at, BigInteger)
    same_day = (later.c.target_id == reading.c.target_id, later_at >= at, later_at < (at // _DAY_MS + 1) * _DAY_MS)
    is_outdone = exists().where(*same_day, later.c.problem_id.is_(None), or_(later_at > at, later.c.id > reading.c.id))
    is_newest = exists().where(last_reading.c.reading_id == reading.c.id)
    is_newest_good = exists().where(last_reading.c.good_reading_id == reading.c.id)
    brought_event = exists().where(event.c.reading_id == reading.c.id)
    brought_day = exists().where(
        daily_count.c.round_id == reading.c.round_id, daily_count.c.target_id == reading.c.target_id
    )
    needed = or_(is_newest, is_newest_good, brought_event, brought_day, _OWED)
    return and_(reading.c.at < midnight, or_(reading.c.problem_id.is_not(None), is_outdone), ~needed)
