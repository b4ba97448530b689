"""What became of targets between two moments, for reports: numbers at both ends, and events."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, select

from colter.core.model import Event, Target
from colter.core.ports import Values
from colter.store.read.named import by_name, plain_metrics
from colter.store.slices import chunks
from colter.store.tables import event, last_number, reading, sample

_Read = tuple[datetime, float]


def read_first_and_last(
    connection: Connection, targets: Collection[Target], keys: Collection[str], since: datetime, until: datetime
) -> Values:
    """By the names that were asked for, former ones too."""
    metrics = plain_metrics(connection, keys)
    return by_name(connection, targets, lambda part: _ends(connection, part, metrics, since, until))


def read_events(
    connection: Connection, targets: Collection[Target], since: datetime, until: datetime
) -> Mapping[Target, Sequence[Event]]:
    """By the names that were asked for, former ones too."""
    return by_name(connection, targets, lambda part: _events(connection, part, since, until))


def _events(
    connection: Connection, target_ids: Sequence[int], since: datetime, until: datetime
) -> Mapping[int, Sequence[Event]]:
    """By row of the target."""
    within = (event.c.target_id.in_(target_ids), event.c.at >= since, event.c.at < until)
    by_target: defaultdict[int, list[Event]] = defaultdict(list)
    for row in connection.execute(select(event).where(*within).order_by(event.c.at, event.c.id)):
        by_target[row.target_id].append(Event(row.kind, row.event_key, row.title, row.at, row.url))
    return by_target


def _ends(
    connection: Connection, target_ids: Sequence[int], metrics: Mapping[int, str], since: datetime, until: datetime
) -> Mapping[int, Mapping[str, Sequence[_Read]]]:
    """By row of the target. Each end is looked up in the index of readings: what lies between is never read."""
    within = (reading.c.at >= since, reading.c.at < until)
    first = _reading_id(within, reading.c.at, reading.c.id)
    last = _reading_id(within, reading.c.at.desc(), reading.c.id.desc())
    statement = select(last_number.c.target_id, last_number.c.metric_id, first, last).where(
        last_number.c.target_id.in_(target_ids), last_number.c.metric_id.in_(metrics)
    )
    ends = [row for row in connection.execute(statement).all() if row[2] is not None]
    values = _values(connection, sorted({row_id for row in ends for row_id in row[2:]}), metrics)
    by_target: defaultdict[int, dict[str, Sequence[_Read]]] = defaultdict(dict)
    for target_id, metric_id, *row_ids in ends:
        by_target[target_id][metrics[metric_id]] = [values[row_id, metric_id] for row_id in dict.fromkeys(row_ids)]
    return by_target


def _reading_id(within: Sequence[ColumnElement[bool]], *order: ColumnElement[object]) -> ScalarSelect[int]:
    """The first reading in this order that has the number."""
    return (
        select(reading.c.id)
        .join_from(reading, sample)
        .where(reading.c.target_id == last_number.c.target_id, sample.c.metric_id == last_number.c.metric_id, *within)
        .order_by(*order)
        .limit(1)
        .correlate(last_number)
        .scalar_subquery()
    )


def _values(
    connection: Connection, reading_ids: Sequence[int], metrics: Collection[int]
) -> Mapping[tuple[int, int], _Read]:
    """By rows of the reading and of the metric."""
    statement = (
        select(sample.c.reading_id, sample.c.metric_id, reading.c.at, sample.c.value)
        .join_from(reading, sample)
        .where(sample.c.metric_id.in_(metrics))
    )
    return {
        (reading_id, metric_id): (at, value)
        for part in chunks(reading_ids)
        for reading_id, metric_id, at, value in connection.execute(statement.where(reading.c.id.in_(part)))
    }
