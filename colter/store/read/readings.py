"""Readings from their rows: looks, numbers, events, and the days that they raised."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from colter.core.model import DailyCount, Event, Metric, Reading, Sample, Target
from colter.store.plain import words
from colter.store.tables import daily_count, event, metric, phrase, reading, sample, target

Metrics = Mapping[tuple[str, str], Metric]
"""Declarations by source and key; one that is not in here any more is taken from the table."""

_problem, _info, _missing = phrase.alias("problem"), phrase.alias("info"), phrase.alias("missing")
_LOOKS = (
    select(
        reading.c.id,
        reading.c.round_id,
        reading.c.at,
        target.c.source,
        target.c.name,
        target.c.identity,
        _problem.c.body.label("problem"),
        _info.c.body.label("info"),
        _missing.c.body.label("missing"),
    )
    .join_from(reading, target)
    .outerjoin(_problem, _problem.c.id == reading.c.problem_id)
    .outerjoin(_info, _info.c.id == reading.c.info_id)
    .outerjoin(_missing, _missing.c.id == reading.c.missing_id)
    .order_by(reading.c.round_id, reading.c.position)
)


def read_readings(
    connection: Connection, which: ColumnElement[bool], metrics: Metrics
) -> Mapping[int, Sequence[Reading]]:
    """Readings in their order by the row of their round; `which` says what holds for their rows in `reading`."""
    rows = connection.execute(_LOOKS.where(which)).all()
    by_round: defaultdict[int, list[Reading]] = defaultdict(list)
    if not rows:
        return by_round
    samples = _samples(connection, which, metrics)
    events = _events(connection, which)
    days = _days(connection, which)
    for row in rows:
        found = Reading(
            target=Target(row.source, row.name),
            at=row.at,
            samples=tuple(samples.get(row.id, ())),
            info=words(row.info),
            missing=words(row.missing),
            problem=row.problem,
            identity=row.identity,
            events=tuple(events.get(row.id, ())),
            daily=tuple(days.get(row.id, ())),
        )
        by_round[row.round_id].append(found)
    return by_round


def _samples(connection: Connection, which: ColumnElement[bool], metrics: Metrics) -> Mapping[int, list[Sample]]:
    declared = {row.id: _metric(row, metrics) for row in connection.execute(select(metric))}
    statement = (
        select(sample.c.reading_id, sample.c.metric_id, sample.c.value, phrase.c.body)
        .join_from(reading, sample)
        .outerjoin(phrase, phrase.c.id == sample.c.labels_id)
        .where(which)
        .order_by(sample.c.reading_id, sample.c.position)
    )
    by_reading: defaultdict[int, list[Sample]] = defaultdict(list)
    for reading_id, metric_id, value, labels in connection.execute(statement):
        by_reading[reading_id].append(Sample(declared[metric_id], value, words(labels)))
    return by_reading


def _events(connection: Connection, which: ColumnElement[bool]) -> Mapping[int, list[Event]]:
    statement = select(event).join_from(reading, event).where(which).order_by(event.c.id)
    by_reading: defaultdict[int, list[Event]] = defaultdict(list)
    for row in connection.execute(statement):
        by_reading[row.reading_id].append(Event(row.kind, row.event_key, row.title, row.at, row.url))
    return by_reading


def _days(connection: Connection, which: ColumnElement[bool]) -> Mapping[int, list[DailyCount]]:
    """Each day stands in the round that raised it last, at every look at its target."""
    raised = (daily_count.c.round_id == reading.c.round_id) & (daily_count.c.target_id == reading.c.target_id)
    statement = (
        select(reading.c.id, daily_count.c.series, daily_count.c.day, daily_count.c.amount)
        .join_from(reading, daily_count, raised)
        .where(which)
        .order_by(daily_count.c.series, daily_count.c.day)
    )
    by_reading: defaultdict[int, list[DailyCount]] = defaultdict(list)
    for reading_id, series, day, amount in connection.execute(statement):
        by_reading[reading_id].append(DailyCount(series, day, amount))
    return by_reading


def _metric(row: Row[Any], metrics: Metrics) -> Metric:
    return metrics.get((row.source, row.name)) or Metric(
        key=row.name,
        help=row.help,
        prometheus=row.prometheus,
        measurement=row.measurement,
        field=row.field,
        unit=row.unit,
        kind=row.kind,
        labels=tuple(json.loads(row.labels)),
        column=row.heading,
    )
