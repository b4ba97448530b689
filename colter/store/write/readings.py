"""Readings as rows: looks, numbers, events, days and marks."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from colter.core.model import Metric, Reading
from colter.store import tables
from colter.store.moments import to_ms
from colter.store.write.bulk import (
    Row,
    add_rows,
    digest,
    insert_missing,
    insert_rows,
    next_id,
    plain,
    raise_rows,
    replace_rows,
)
from colter.store.write.newest import Looked, Place


class Placed(NamedTuple):
    """A reading with its round, its place in it, and the row of its target."""

    round_id: int
    round_key: str
    position: int
    target_id: int
    reading: Reading


_Numbered = Sequence[tuple[int, Placed]]
"""Readings by row number."""


def write_readings(connection: Connection, placed: Sequence[Placed]) -> Iterator[Looked]:
    """Append readings and merge what belongs to their targets; returns what there is to know of the newest ones."""
    if not placed:
        return iter(())
    readings = [each.reading for each in placed]
    phrases = _phrase_ids(connection, readings)
    metrics = _metric_ids(connection, readings)
    numbered = list(enumerate(placed, next_id(connection, tables.reading)))
    insert_rows(connection, tables.reading, [_look(row_id, each, phrases) for row_id, each in numbered])
    insert_rows(connection, tables.sample, _samples(numbered, metrics, phrases))
    _write_events(connection, numbered)
    _write_days(connection, placed)
    _write_marks(connection, placed)
    return (_looked(row_id, each, metrics) for row_id, each in numbered)


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


def _samples(numbered: _Numbered, metrics: Mapping[tuple[str, str], int], phrases: Mapping[str, int]) -> Sequence[Row]:
    return [
        (
            row_id,
            position,
            metrics[each.reading.target.source, sample.metric.key],
            phrases.get(_json(sample.labels)),
            float(sample.value),
        )
        for row_id, each in numbered
        for position, sample in enumerate(each.reading.samples)
    ]


def _write_events(connection: Connection, numbered: _Numbered) -> None:
    rows = [
        (each.target_id, event.kind, plain(event.key), plain(event.title), to_ms(event.at), plain(event.url), row_id)
        for row_id, each in numbered
        for event in each.reading.events
    ]
    add_rows(connection, tables.event, ("target_id", "kind", "event_key"), rows)


def _write_days(connection: Connection, placed: Iterable[Placed]) -> None:
    rows = [
        (each.target_id, count.series, count.day.isoformat(), count.count, each.round_id)
        for each in placed
        for count in each.reading.daily
    ]
    raise_rows(connection, tables.daily_count, "amount", rows)


def _write_marks(connection: Connection, placed: Iterable[Placed]) -> None:
    rows = [(each.target_id, name, plain(value)) for each in placed for name, value in each.reading.marks.items()]
    replace_rows(connection, tables.mark, rows)


def _look(row_id: int, placed: Placed, phrases: Mapping[str, int]) -> Row:
    reading = placed.reading
    return (
        row_id,
        placed.round_id,
        placed.target_id,
        to_ms(reading.at),
        None if reading.problem is None else phrases[reading.problem],
        phrases.get(_json(reading.info)),
        phrases.get(_json(reading.missing)),
        placed.position,
    )


def _looked(row_id: int, placed: Placed, metrics: Mapping[tuple[str, str], int]) -> Looked:
    reading = placed.reading
    return Looked(
        place=Place(to_ms(reading.at), placed.round_key, placed.position),
        reading_id=row_id,
        target_id=placed.target_id,
        failed=reading.problem is not None,
        numbers={
            metrics[reading.target.source, sample.metric.key]: float(sample.value)
            for sample in reading.samples
            if not sample.metric.labels
        },
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
