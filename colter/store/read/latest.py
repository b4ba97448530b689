"""The newest look at everything that is still watched."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, func, literal, select, type_coerce

from colter.core.model import EndpointState, Latest, ProbeResult, Reading
from colter.store import bounds
from colter.store.columns import Moment
from colter.store.read.current import CURRENT
from colter.store.read.packs import packs_backwards, read_pack
from colter.store.read.readings import Metrics, read_readings
from colter.store.read.results import STATE, Outcomes
from colter.store.results import read_newest
from colter.store.tables import last_reading, last_result, outcome, probe_result, reading, round_, target, target_name

_Look = TypeVar("_Look", Reading, ProbeResult)
_AT: ColumnElement[datetime] = type_coerce(
    type_coerce(round_.c.started, BigInteger) + probe_result.c.at_offset_ms, Moment
)
_MILLISECOND = timedelta(milliseconds=1)
_ENDPOINTS = "probe"
_IS_KNOWN = outcome.c.state != EndpointState.UNKNOWN.value


def read_latest(connection: Connection, metrics: Metrics, outcomes: Outcomes, now: datetime) -> list[Latest]:
    """By source, of every source that was ever looked at; also where nothing of it is watched any more."""
    current = select(last_reading.c.reading_id).join_from(last_reading, target).join(target_name, CURRENT)
    by_round = read_readings(connection, reading.c.id.in_(current), metrics)
    readings = [look for looks in by_round.values() for look in looks]
    believed = now + bounds.AHEAD
    complete = newest_complete(connection, _ENDPOINTS, believed)
    # In months many were taken out of the configuration, which nobody who scrapes a daemon is to wait for.
    results = read_newest(connection.exec_driver_sql, complete.started if complete else None)
    was_probed = connection.scalar(select(last_result.c.target_id).limit(1)) is not None
    sources = {look.target.source for look in readings} | ({_ENDPOINTS} if was_probed else set())
    return [_latest(connection, outcomes, source, readings, results, believed=believed) for source in sorted(sources)]


def _latest(
    connection: Connection,
    outcomes: Outcomes,
    source: str,
    readings: Sequence[Reading],
    results: Sequence[ProbeResult],
    *,
    believed: datetime,
) -> Latest:
    complete = newest_complete(connection, source, believed)
    span = None if complete is None else (complete.started, believed)
    latest = Latest(source, _watched(readings, source, span), _watched(results, source, span))
    if latest.last_success is not None:
        return latest
    return replace(latest, earlier_success=_earlier_success(connection, outcomes, source))


def newest_complete(connection: Connection, source: str, until: datetime | None = None) -> Row[Any] | None:
    """The newest round, not later than `until`, that read everything of this source; it is never packed."""
    # Backwards through the index on `finished`: as a rule one of the first rows is it.
    statement = (
        select(round_)
        .where((literal(",") + round_.c.complete + ",").contains(f",{source},", autoescape=True))
        .order_by(round_.c.finished.desc(), round_.c.id.desc())
        .limit(1)
    )
    if until is not None:
        statement = statement.where(round_.c.finished <= until)
    return connection.execute(statement).one_or_none()


def _watched(looks: Iterable[_Look], source: str, span: tuple[datetime, datetime] | None) -> tuple[_Look, ...]:
    of_source = (look for look in looks if look.target.source == source and (not span or span[0] <= look.at <= span[1]))
    return tuple(sorted(of_source, key=lambda look: look.target))


def _earlier_success(connection: Connection, outcomes: Outcomes, source: str) -> datetime | None:
    read = connection.scalar(
        select(func.max(reading.c.at))
        .join_from(last_reading, reading, reading.c.id == last_reading.c.good_reading_id)
        .join(target, target.c.id == last_reading.c.target_id)
        .join(target_name, CURRENT)
        .where(target.c.source == source)
    )
    known = _earlier_result(connection, outcomes, source)
    return max((at for at in (read, known) if at is not None), default=None)


def _earlier_result(connection: Connection, outcomes: Outcomes, source: str) -> datetime | None:
    """Before the last of the endpoints became unknown: a short way back, however long ago that was."""
    turned = connection.scalar(
        select(func.max(last_result.c.since)).join_from(last_result, target).where(target.c.source == source)
    )
    if turned is None:
        return None
    newest = _newest_known_packed(connection, outcomes, turned, _newest_known(connection, turned))
    return None if newest is None else newest.at


class _Known(NamedTuple):
    """A round with results that tell something: its place in the order of rounds, and when the last of them was."""

    finished: datetime
    round_id: int
    at: datetime


def _newest_known(connection: Connection, turned: datetime) -> _Known | None:
    looks = select(_AT).join_from(probe_result, outcome).where(probe_result.c.round_id == round_.c.id, _IS_KNOWN)
    newest = (
        select(round_.c.id)
        .where(round_.c.started <= turned, looks.exists())
        .order_by(round_.c.finished.desc(), round_.c.id.desc())
        .limit(1)
    )
    statement = (
        select(round_.c.finished, round_.c.id, func.max(_AT))
        .join_from(round_, probe_result)
        .join(outcome)
        .where(round_.c.id == newest.scalar_subquery(), _IS_KNOWN)
        .group_by(round_.c.id)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _Known(*row)


def _newest_known_packed(
    connection: Connection, outcomes: Outcomes, turned: datetime, plain: _Known | None
) -> _Known | None:
    newest = plain
    for until, row_id in packs_backwards(connection):
        if newest and until < newest.finished:
            break
        body = read_pack(connection, row_id)
        shared = outcomes.learn(connection, body.outcomes)
        telling = {row_id for row_id in body.outcomes if shared[row_id][STATE] is not EndpointState.UNKNOWN}
        started = {head.id: head for head in body.heads if head.started <= turned}
        for round_id, outcome_id, offset, *_ in body.rows(started):
            head = started[round_id]
            if outcome_id in telling:
                look = _Known(head.finished, round_id, head.started + offset * _MILLISECOND)
                newest = look if newest is None else max(newest, look)
    return newest
