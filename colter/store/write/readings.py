"""Readings as rows: looks, numbers, events, days and marks."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from colter.core.model import Event, Metric, Reading
from colter.store import tables
from colter.store.tables import to_ms
from colter.store.write.bulk import digest, insert_missing, insert_rows, next_id, plain, replacing

Placed = tuple[int, Reading]
"""A reading with the row number of its target."""

_DAILY = insert(tables.daily_count)
_DAILY_MAX = _DAILY.on_conflict_do_update(
    index_elements=["target_id", "series", "day"],
    set_={"amount": _DAILY.excluded.amount},
    where=_DAILY.excluded.amount > tables.daily_count.c.amount,
)
_NEW_EVENT = insert(tables.event).on_conflict_do_nothing(index_elements=["target_id", "kind", "event_key"])


def write_readings(connection: Connection, round_id: int, placed: Sequence[Placed]) -> None:
    """Append the readings of one round, and merge what belongs to their targets."""
    if not placed:
        return
    phrases = _phrase_ids(connection, (reading for _, reading in placed))
    metrics = _metric_ids(connection, (reading for _, reading in placed))
    numbered = list(enumerate(placed, next_id(connection, tables.reading)))
    insert_rows(
        connection,
        tables.reading,
        [(row_id, round_id, target_id, *_look(reading, phrases)) for row_id, (target_id, reading) in numbered],
    )
    insert_rows(
        connection,
        tables.sample,
        [
            (
                row_id,
                position,
                metrics[reading.target.source, sample.metric.key],
                phrases.get(_json(sample.labels)),
                float(sample.value),
            )
            for row_id, (_, reading) in numbered
            for position, sample in enumerate(reading.samples)
        ],
    )
    _write_events(connection, [(row_id, target_id, reading.events) for row_id, (target_id, reading) in numbered])
    _merge(connection, placed)


def _phrase_ids(connection: Connection, readings: Iterable[Reading]) -> Mapping[str, int]:
    """Row numbers of all texts, by text."""
    texts: set[str] = set()
    for reading in readings:
        texts.update((_json(reading.info), _json(reading.missing)))
        texts.update(_json(sample.labels) for sample in reading.samples if sample.labels)
        if reading.problem is not None:
            texts.add(reading.problem)
    texts.discard(_json({}))
    digests = {text: digest([text]) for text in texts}
    ids = insert_missing(connection, tables.phrase, {digests[text]: (plain(text),) for text in texts})
    return {text: ids[digests[text]] for text in texts}


def _metric_ids(connection: Connection, readings: Iterable[Reading]) -> Mapping[tuple[str, str], int]:
    """Row numbers of all metrics by source and key; a new one leaves its declaration behind."""
    declared = {
        (reading.target.source, sample.metric.key): sample.metric for reading in readings for sample in reading.samples
    }
    found = connection.execute(select(tables.metric.c.source, tables.metric.c.name, tables.metric.c.id))
    ids = {(source, key): row_id for source, key, row_id in found}
    new = sorted(declared.keys() - ids.keys())
    numbered = dict(zip(new, range(len(ids) + 1, len(ids) + len(new) + 1), strict=True))
    insert_rows(
        connection,
        tables.metric,
        [(row_id, source, *_declaration(declared[source, key])) for (source, key), row_id in numbered.items()],
    )
    return ids | numbered


def _write_events(connection: Connection, found: Iterable[tuple[int, int, Sequence[Event]]]) -> None:
    rows = [
        {
            "target_id": target_id,
            "kind": event.kind,
            "event_key": plain(event.key),
            "title": plain(event.title),
            "at": event.at,
            "url": plain(event.url),
            "reading_id": reading_id,
        }
        for reading_id, target_id, events in found
        for event in events
    ]
    if rows:
        connection.execute(_NEW_EVENT, rows)


def _merge(connection: Connection, placed: Iterable[Placed]) -> None:
    days = [
        {"target_id": target_id, "series": count.series, "day": count.day, "amount": count.count}
        for target_id, reading in placed
        for count in reading.daily
    ]
    if days:
        connection.execute(_DAILY_MAX, days)
    marks = [
        {"target_id": target_id, "name": name, "value": plain(value)}
        for target_id, reading in placed
        for name, value in reading.marks.items()
    ]
    if marks:
        connection.execute(replacing(tables.mark), marks)


def _look(reading: Reading, phrases: Mapping[str, int]) -> tuple[Any, ...]:
    return (
        to_ms(reading.at),
        None if reading.problem is None else phrases[reading.problem],
        phrases.get(_json(reading.info)),
        phrases.get(_json(reading.missing)),
    )


def _declaration(metric: Metric) -> tuple[str, ...]:
    return (
        metric.key,
        metric.help,
        metric.prometheus,
        metric.measurement,
        metric.field,
        metric.unit,
        metric.kind,
        json.dumps(metric.labels),
        metric.column,
    )


def _json(words: Mapping[str, str]) -> str:
    return json.dumps(dict(words), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
