"""The newest of every target, kept up from rows of many rounds at once, on any database.

The same as `latest` does with one round at a time in SQLite, but with so many statements for any number of rounds; and
it comes to the same in whatever order rounds arrive: many machines send theirs when they can.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from colter.store.slices import chunks
from colter.store.tables import last_number, last_reading, last_result
from colter.store.write.bulk import Row, replace_rows


class Place(NamedTuple):
    """Where a look stands among all looks: the largest one is the newest. No two have the same."""

    at: int
    """When it was (ms)."""
    round_key: str
    position: int
    """In its round."""


class Probed(NamedTuple):
    """A result just written."""

    place: Place
    round_id: int
    target_id: int
    state: str


class Looked(NamedTuple):
    """A reading just written."""

    place: Place
    reading_id: int
    target_id: int
    failed: bool
    numbers: Mapping[int, float]
    """By metric, those without labels."""


def update_results(connection: Connection, probed: Iterable[Probed]) -> None:
    """Take these into the newest results."""
    looks = sorted(probed)
    last = {
        target_id: (Place(at, key, position), state, since)
        for target_id, at, state, since, position, key in _rows(connection, _RESULTS, {each[2] for each in looks})
    }
    newer: dict[int, Row] = {}
    for place, round_id, target_id, state in looks:
        before, last_state, since = last.get(target_id) or (_NONE, None, place.at)
        if place > before:
            since = since if state == last_state else place.at
            last[target_id] = place, state, since
            newer[target_id] = (target_id, place.at, state, since, round_id, place.position)
    replace_rows(connection, last_result, list(newer.values()))


def update_readings(connection: Connection, looked: Iterable[Looked]) -> None:
    """Take these into the newest readings and the newest numbers."""
    looks = sorted(looked, key=lambda look: look.place)
    targets = {look.target_id for look in looks}
    _update_looks(connection, looks, targets)
    _update_numbers(connection, looks, targets)


_Newest = tuple[Place, int | None]
"""A reading, and where it stands."""


def _update_looks(connection: Connection, looks: Iterable[Looked], targets: Collection[int]) -> None:
    """The newest reading, and the newest one that is good."""
    last: dict[int, tuple[_Newest, _Newest]] = {}
    for target_id, row_id, at, key, position, good_id, good_at, good_key, good_position in _rows(
        connection, _READINGS, targets
    ):
        good = (_NONE, None) if good_id is None else (Place(good_at, good_key, good_position), good_id)
        last[target_id] = (Place(at, key, position), row_id), good
    newer: dict[int, Row] = {}
    for look in looks:
        newest, good = last.get(look.target_id) or ((_NONE, None), (_NONE, None))
        newest = max(newest, (look.place, look.reading_id))
        good = good if look.failed else max(good, (look.place, look.reading_id))
        last[look.target_id] = newest, good
        newer[look.target_id] = (look.target_id, newest[0].at, newest[1], good[1])
    replace_rows(connection, last_reading, list(newer.values()))


def _update_numbers(connection: Connection, looks: Collection[Looked], targets: Collection[int]) -> None:
    last: dict[Row, tuple[Place, float | None, float | None]] = {}
    before_these = min((look.reading_id for look in looks), default=0)
    for target_id, metric_id, at, value, previous, key, position in _rows(connection, _NUMBERS, targets, before_these):
        known, *_ = last.get((target_id, metric_id)) or (_NONE,)
        last[target_id, metric_id] = max(known, Place(at, key, position)), value, previous
    newer: dict[Row, Row] = {}
    for look in looks:
        for metric_id, value in look.numbers.items():
            key = (look.target_id, metric_id)
            known, last_value, previous = last.get(key) or (_NONE, None, None)
            if look.place > known:
                # The same moment seen twice is one look: it keeps the value before it.
                before = last_value if look.place.at > known.at else previous
                last[key] = look.place, value, before
                newer[key] = (*key, look.place.at, value, before)
    replace_rows(connection, last_number, list(newer.values()))


_NONE = Place(-(2**63), "", -1)

_RESULTS = """
SELECT last.target_id, last.at, last.state, last.since, last.position, round.round_key
  FROM last_result AS last
  JOIN round ON round.id = last.round_id
 WHERE last.target_id IN ({targets})"""

_READINGS = """
SELECT last.target_id, newest.id, newest.at, round_newest.round_key, newest.position,
       good.id, good.at, round_good.round_key, good.position
  FROM last_reading AS last
  JOIN reading AS newest ON newest.id = last.reading_id
  JOIN round AS round_newest ON round_newest.id = newest.round_id
  LEFT JOIN reading AS good ON good.id = last.good_reading_id
  LEFT JOIN round AS round_good ON round_good.id = good.round_id
 WHERE last.target_id IN ({targets})"""

# A number does not tell which reading brought it: one of that moment that has it too, and is none of these.
_NUMBERS = """
SELECT last.target_id, last.metric_id, last.at, last.value, last.previous,
       COALESCE(round.round_key, ''), COALESCE(reading.position, -1)
  FROM last_number AS last
  LEFT JOIN reading ON reading.target_id = last.target_id AND reading.at = last.at AND reading.id < {before}
  LEFT JOIN sample ON sample.reading_id = reading.id AND sample.metric_id = last.metric_id
  LEFT JOIN round ON round.id = reading.round_id AND sample.reading_id IS NOT NULL
 WHERE last.target_id IN ({targets})"""


def _rows(connection: Connection, query: str, targets: Collection[int], before: int = 0) -> Iterator[Row]:
    """What is known of these targets, as the database keeps it."""
    for part in chunks(sorted(targets)):
        # Written out: five hundred numbers as parameters would take SQLAlchemy longer than all the rest.
        written = query.format(targets=",".join(map(str, part)), before=before)
        yield from map(tuple, connection.exec_driver_sql(written).all())
