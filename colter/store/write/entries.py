"""Entries of any rounds, in any order and more than once: what is there already is left alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Table, select

from colter.core.model import Entry, ProbeResult, Reading, Round, Target
from colter.store.moments import to_ms
from colter.store.slices import chunks
from colter.store.tables import probe_result, reading, round_
from colter.store.write.bulk import insert_rows, next_id
from colter.store.write.newest import Place, Probed, update_readings, update_results
from colter.store.write.part import Part
from colter.store.write.results import Outcomes
from colter.store.write.rounds import round_row, write_parts

_Place = tuple[int, int]
"""Of an entry: row of its round, and position in it."""


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write those that are not there, in a transaction of the caller, who holds the lock of all writers."""
    rounds = {entry.round.key: entry.round for entry in entries}
    known = _known_rounds(connection, rounds)
    ids = known | _write_rounds(connection, [done for key, done in rounds.items() if key not in known])
    readings: dict[_Place, Reading] = {}
    results: dict[_Place, ProbeResult] = {}
    for entry in entries:
        place = (ids[entry.round.key], entry.position)
        if isinstance(entry.what, Reading):
            readings[place] = entry.what
        else:
            results[place] = entry.what
    for table, places in ((reading, readings), (probe_result, results)):
        for place in _taken(connection, table, known.values()):
            places.pop(place, None)
    parts = _parts({ids[key]: done for key, done in rounds.items()}, readings, results)
    written = write_parts(connection, parts, Outcomes())
    update_readings(connection, written.looked)
    update_results(connection, [each for part in parts for each in _probed(part, written.target_ids)])


def _known_rounds(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(sorted(keys)):
        rows = connection.execute(select(round_.c.round_key, round_.c.id).where(round_.c.round_key.in_(part)))
        found.update((key, row_id) for key, row_id in rows)
    return found


def _write_rounds(connection: Connection, new: Iterable[Round]) -> dict[str, int]:
    numbered = dict(enumerate(sorted(new, key=lambda done: (done.finished, done.key)), next_id(connection, round_)))
    insert_rows(connection, round_, [round_row(row_id, done) for row_id, done in numbered.items()])
    return {done.key: row_id for row_id, done in numbered.items()}


def _taken(connection: Connection, table: Table, round_ids: Collection[int]) -> Iterator[_Place]:
    for part in chunks(sorted(round_ids)):
        rows = connection.execute(select(table.c.round_id, table.c.position).where(table.c.round_id.in_(part)))
        yield from ((round_id, position) for round_id, position in rows.all())


def _parts(
    rounds: Mapping[int, Round], readings: Mapping[_Place, Reading], results: Mapping[_Place, ProbeResult]
) -> list[Part]:
    """By round, oldest first."""
    reading_places = _by_round(readings)
    result_places = _by_round(results)
    return [
        Part(
            round_id,
            done.key,
            done.started,
            [readings[round_id, position] for position in reading_places[round_id]],
            reading_places[round_id],
            [results[round_id, position] for position in result_places[round_id]],
            result_places[round_id],
        )
        for round_id, done in sorted(rounds.items(), key=lambda numbered: (numbered[1].finished, numbered[0]))
    ]


def _by_round(places: Iterable[_Place]) -> Mapping[int, Sequence[int]]:
    positions: defaultdict[int, list[int]] = defaultdict(list)
    for round_id, position in sorted(places):
        positions[round_id].append(position)
    return positions


def _probed(part: Part, target_ids: Mapping[Target, int]) -> Iterator[Probed]:
    for position, result in zip(part.result_places, part.results, strict=True):
        place = Place(to_ms(result.at), part.round_key, position)
        yield Probed(place, part.round_id, target_ids[result.target], result.state.value)
