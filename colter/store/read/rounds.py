"""Stored rounds, as they were committed."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from colter.core.model import Event, Metric, ProbeResult, Reading, Round, Sample, Target
from colter.store.read.results import results, to_result
from colter.store.tables import event, metric, phrase, probe_result, reading, round_, sample, target

Metrics = Mapping[tuple[str, str], Metric]
"""Declarations by source and key; one that is not in here any more is taken from the table."""

_Window = ColumnElement[bool]
_problem, _info, _missing = phrase.alias("problem"), phrase.alias("info"), phrase.alias("missing")


def read_rounds(connection: Connection, since: datetime, until: datetime, metrics: Metrics) -> list[Round]:
    """Rounds that finished in [since, until), oldest first."""
    window = and_(round_.c.finished >= since, round_.c.finished < until)
    readings = _readings(connection, window, metrics)
    probed = _results(connection, window)
    rows = connection.execute(select(round_).where(window).order_by(round_.c.finished, round_.c.id))
    return [
        Round(row.round_key, row.started, row.finished, tuple(readings.get(row.id, ())), tuple(probed.get(row.id, ())))
        for row in rows
    ]


def words(body: str | None) -> Mapping[str, str]:
    """A JSON object of texts; none stands for an empty one. Raises ValueError for anything else."""
    found = {} if body is None else json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("expected an object")  # noqa: TRY004  the same trouble as no JSON at all
    return found


def _results(connection: Connection, window: _Window) -> Mapping[int, list[ProbeResult]]:
    by_round: defaultdict[int, list[ProbeResult]] = defaultdict(list)
    for row in connection.execute(results().where(window).order_by(round_.c.id, probe_result.c.position)):
        by_round[row.round_id].append(to_result(row))
    return by_round


def _readings(connection: Connection, window: _Window, metrics: Metrics) -> Mapping[int, list[Reading]]:
    samples = _samples(connection, window, metrics)
    events = _events(connection, window)
    statement = (
        select(
            reading,
            target.c.source,
            target.c.name,
            target.c.identity,
            _problem.c.body.label("problem"),
            _info.c.body.label("info"),
            _missing.c.body.label("missing"),
        )
        .join_from(reading, round_)
        .join(target)
        .outerjoin(_problem, _problem.c.id == reading.c.problem_id)
        .outerjoin(_info, _info.c.id == reading.c.info_id)
        .outerjoin(_missing, _missing.c.id == reading.c.missing_id)
        .where(window)
        .order_by(reading.c.id)
    )
    by_round: defaultdict[int, list[Reading]] = defaultdict(list)
    for row in connection.execute(statement):
        found = Reading(
            target=Target(row.source, row.name),
            at=row.at,
            samples=tuple(samples.get(row.id, ())),
            info=words(row.info),
            missing=words(row.missing),
            problem=row.problem,
            identity=row.identity,
            events=tuple(events.get(row.id, ())),
        )
        by_round[row.round_id].append(found)
    return by_round


def _samples(connection: Connection, window: _Window, metrics: Metrics) -> Mapping[int, list[Sample]]:
    stored = {row.id: _metric(row, metrics) for row in connection.execute(select(metric))}
    statement = (
        select(sample.c.reading_id, sample.c.metric_id, sample.c.value, phrase.c.body)
        .join_from(sample, reading)
        .join(round_)
        .outerjoin(phrase, phrase.c.id == sample.c.labels_id)
        .where(window)
        .order_by(sample.c.reading_id, sample.c.position)
    )
    by_reading: defaultdict[int, list[Sample]] = defaultdict(list)
    for reading_id, metric_id, value, labels in connection.execute(statement):
        by_reading[reading_id].append(Sample(stored[metric_id], value, words(labels)))
    return by_reading


def _events(connection: Connection, window: _Window) -> Mapping[int, list[Event]]:
    statement = select(event).join_from(event, reading).join(round_).where(window).order_by(event.c.id)
    by_reading: defaultdict[int, list[Event]] = defaultdict(list)
    for row in connection.execute(statement):
        by_reading[row.reading_id].append(Event(row.kind, row.event_key, row.title, row.at, row.url))
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
