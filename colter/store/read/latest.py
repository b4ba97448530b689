"""The newest look at everything that is still watched."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import BigInteger, ColumnElement, Connection, func, literal, select, type_coerce

from colter.core.model import EndpointState, Latest, ProbeResult, Reading
from colter.store.moments import Moment
from colter.store.read.readings import Metrics, read_readings
from colter.store.read.results import Outcomes, read_newest
from colter.store.read.status import CURRENT
from colter.store.tables import last_reading, last_result, outcome, probe_result, reading, round_, target, target_name

_Look = TypeVar("_Look", Reading, ProbeResult)
_AT: ColumnElement[datetime] = type_coerce(
    type_coerce(round_.c.started, BigInteger) + probe_result.c.at_offset_ms, Moment
)
_IS_KNOWN = outcome.c.state != EndpointState.UNKNOWN.value


def read_latest(connection: Connection, metrics: Metrics, outcomes: Outcomes) -> list[Latest]:
    """By source, of every source that was ever looked at; also where nothing of it is watched any more."""
    current = select(last_reading.c.reading_id).join_from(last_reading, target).join(target_name, CURRENT)
    by_round = read_readings(connection, reading.c.id.in_(current), metrics)
    readings = [look for looks in by_round.values() for look in looks]
    results = read_newest(connection, outcomes)
    sources = {look.target.source for look in readings} | {look.target.source for look in results}
    return [_latest(connection, source, readings, results) for source in sorted(sources)]


def _latest(connection: Connection, source: str, readings: Sequence[Reading], results: Sequence[ProbeResult]) -> Latest:
    begun = _newest_complete(connection, source)
    latest = Latest(source, _watched(readings, source, begun), _watched(results, source, begun))
    if latest.last_success is not None:
        return latest
    return replace(latest, earlier_success=_earlier_success(connection, source))


def _newest_complete(connection: Connection, source: str) -> datetime | None:
    """When the newest round that read everything of this source began."""
    # Backwards through the index on `finished`: as a rule one of the first rows is it.
    statement = (
        select(round_.c.started)
        .where((literal(",") + round_.c.complete + ",").contains(f",{source},", autoescape=True))
        .order_by(round_.c.finished.desc(), round_.c.id.desc())
        .limit(1)
    )
    return connection.scalar(statement)


def _watched(looks: Iterable[_Look], source: str, since: datetime | None) -> tuple[_Look, ...]:
    of_source = (look for look in looks if look.target.source == source and (since is None or look.at >= since))
    return tuple(sorted(of_source, key=lambda look: look.target))


def _earlier_success(connection: Connection, source: str) -> datetime | None:
    read = connection.scalar(
        select(func.max(reading.c.at))
        .join_from(last_reading, reading, reading.c.id == last_reading.c.good_reading_id)
        .join(target, target.c.id == last_reading.c.target_id)
        .join(target_name, CURRENT)
        .where(target.c.source == source)
    )
    known = _earlier_result(connection, source)
    return max((at for at in (read, known) if at is not None), default=None)


def _earlier_result(connection: Connection, source: str) -> datetime | None:
    """Before the last of the endpoints became unknown: a short way back, however long ago that was."""
    turned = connection.scalar(
        select(func.max(last_result.c.since)).join_from(last_result, target).where(target.c.source == source)
    )
    if turned is None:
        return None
    looks = select(_AT).join_from(probe_result, outcome).where(probe_result.c.round_id == round_.c.id, _IS_KNOWN)
    newest = (
        select(round_.c.id)
        .where(round_.c.started <= turned, looks.exists())
        .order_by(round_.c.finished.desc(), round_.c.id.desc())
        .limit(1)
    )
    return connection.scalar(
        select(func.max(_AT))
        .join_from(round_, probe_result)
        .join(outcome)
        .where(round_.c.id == newest.scalar_subquery(), _IS_KNOWN)
    )
