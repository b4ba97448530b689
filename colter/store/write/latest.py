"""What `status` shows, kept up in the transaction of the round: no look through long histories.

One statement each, from the rows that the round has just written. What comes late, older than the newest known,
goes into the history and changes nothing here.
"""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, Insert, bindparam, case, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from colter.core.model import Round
from colter.store import bounds
from colter.store.columns import Moment
from colter.store.tables import (
    last_number,
    last_reading,
    last_result,
    metric,
    outcome,
    probe_result,
    reading,
    round_,
    sample,
)

_ROUND: BindParameter[int] = bindparam("round")
_BELIEVED: BindParameter[datetime] = bindparam("believed", type_=Moment)


def update_latest(connection: Connection, round_id: int, done: Round, now: datetime) -> None:
    """Take the rows of one round, just written, into the newest that is known."""
    this = {"round": round_id, "believed": now + bounds.AHEAD}
    if done.readings:
        connection.execute(_READINGS, this)
        connection.execute(_NUMBERS, this)
    if done.results:
        connection.execute(_RESULTS, this)


def _readings() -> Insert:
    good = case((reading.c.problem_id.is_(None), reading.c.id))
    rows = (
        select(reading.c.target_id, reading.c.at, reading.c.id, good)
        .where(reading.c.round_id == _ROUND)
        .order_by(reading.c.at, reading.c.id)
    )
    statement = insert(last_reading).from_select(["target_id", "at", "reading_id", "good_reading_id"], rows)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["target_id"],
        set_={
            "at": new.at,
            "reading_id": new.reading_id,
            "good_reading_id": func.coalesce(new.good_reading_id, last_reading.c.good_reading_id),
        },
        where=_is_newer(new.at, last_reading.c.at),
    )


def _numbers() -> Insert:
    rows = (
        select(reading.c.target_id, sample.c.metric_id, reading.c.at, sample.c.value)
        .join_from(reading, sample)
        .join(metric)
        .where(reading.c.round_id == _ROUND, metric.c.labels == "[]")
        .order_by(reading.c.at, reading.c.id, sample.c.position)
    )
    statement = insert(last_number).from_select(["target_id", "metric_id", "at", "value"], rows)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["target_id", "metric_id"],
        set_={
            "at": new.at,
            "value": new.value,
            # The same moment seen twice is one look: it keeps the value before it.
            "previous": case((new.at != last_number.c.at, last_number.c.value), else_=last_number.c.previous),
        },
        where=_is_newer(new.at, last_number.c.at),
    )


def _results() -> Insert:
    at = round_.c.started + probe_result.c.at_offset_ms
    rows = (
        select(outcome.c.target_id, at, outcome.c.state, at, probe_result.c.round_id, probe_result.c.position)
        .join_from(probe_result, outcome)
        .join(round_, round_.c.id == probe_result.c.round_id)
        .where(probe_result.c.round_id == _ROUND)
        .order_by(at, probe_result.c.position)
    )
    statement = insert(last_result).from_select(["target_id", "at", "state", "since", "round_id", "position"], rows)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["target_id"],
        set_={
            "at": new.at,
            "state": new.state,
            "since": case((new.state == last_result.c.state, last_result.c.since), else_=new.since),
            "round_id": new.round_id,
            "position": new.position,
        },
        where=_is_newer(new.at, last_result.c.at),
    )


def _is_newer(at: ColumnElement[datetime], last: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(at >= last, last > _BELIEVED)


_READINGS, _NUMBERS, _RESULTS = _readings(), _numbers(), _results()
