"""Stored rounds, as they were committed: first which, then what is in them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, or_, select

from colter.core.model import ProbeResult, Reading, Round
from colter.store.packs.body import Body, Head
from colter.store.read.packs import count_packed, packed_between, packed_by_key
from colter.store.read.readings import Metrics, read_readings
from colter.store.read.results import Outcomes, decode, read_results
from colter.store.slices import as_far_as, chunks
from colter.store.tables import reading, round_


def read_rounds(
    connection: Connection,
    metrics: Metrics,
    outcomes: Outcomes,
    since: datetime,
    until: datetime,
    *,
    after: str | None = None,
    most: int | None = None,
) -> list[Round]:
    """Rounds that finished in [since, until), oldest first; see `colter.core.ports.Store`."""
    place = _place(connection, after)
    statement = _window(select(round_), since, until, place).order_by(round_.c.finished, round_.c.id)
    if most is not None:
        statement = statement.limit(max(most, 1))
    plain = (Found(Head(*row)) for row in connection.execute(statement))
    found: Iterator[Found] = iter(merge(plain, _packed(connection, since, until, place), key=_order))
    if most is not None:
        found = as_far_as(most, found, lambda each: each.head.entries)
    return _filled(connection, metrics, outcomes, list(found))


def read_rounds_by_key(
    connection: Connection, metrics: Metrics, outcomes: Outcomes, keys: Sequence[str]
) -> list[Round]:
    """The rounds with these keys that are there, oldest first."""
    statements = (select(round_).where(round_.c.round_key.in_(part)) for part in chunks(keys))
    found = [Found(Head(*row)) for statement in statements for row in connection.execute(statement)]
    if missing := set(keys) - {each.head.round_key for each in found}:
        found += [Found(*each) for each in packed_by_key(connection, missing).values()]
    return _filled(connection, metrics, outcomes, sorted(found, key=_order))


def count_entries(connection: Connection, since: datetime, until: datetime, *, after: str | None = None) -> int:
    """How many readings and results `read_rounds` would bring altogether."""
    place = _place(connection, after)
    statement = _window(select(func.coalesce(func.sum(round_.c.entries), 0)), since, until, place)
    return int(connection.execute(statement).scalar_one()) + count_packed(connection, since, until, place)


class Found(NamedTuple):
    """A round, and the pack that it lies in."""

    head: Head
    body: Body | None = None


_Place = tuple[datetime, int]
"""Of a round in the order of rounds: when it finished, and its number."""


def _order(found: Found) -> _Place:
    return found.head.finished, found.head.id


def _place(connection: Connection, key: str | None) -> _Place | None:
    if key is None:
        return None
    row = connection.execute(select(round_.c.finished, round_.c.id).where(round_.c.round_key == key)).one_or_none()
    if row is not None:
        return row.finished, row.id
    packed = packed_by_key(connection, [key]).get(key)
    return packed and _order(Found(*packed))


def _window(rounds: Select[Any], since: datetime, until: datetime, place: _Place | None) -> Select[Any]:
    rounds = rounds.where(round_.c.finished >= since, round_.c.finished < until)
    if place is None:
        return rounds
    finished, row_id = place
    return rounds.where(round_.c.finished >= finished, or_(round_.c.finished > finished, round_.c.id > row_id))


def _packed(connection: Connection, since: datetime, until: datetime, place: _Place | None) -> Iterator[Found]:
    since = since if place is None else max(since, place[0])
    found = (Found(*each) for each in packed_between(connection, since, until))
    return found if place is None else (each for each in found if _order(each) > place)


def _filled(connection: Connection, metrics: Metrics, outcomes: Outcomes, found: Sequence[Found]) -> list[Round]:
    rounds: list[Round] = []
    for part in chunks(found):
        plain = {each.head.id: each.head.started for each in part if each.body is None}
        readings = read_readings(connection, reading.c.round_id.in_(list(plain)), metrics)
        results = {**read_results(connection, plain, outcomes), **_unpacked(connection, part, outcomes)}
        rounds += (_round(head, tuple(readings.get(head.id, ())), results.get(head.id, ())) for head, _ in part)
    return rounds


def _unpacked(
    connection: Connection, found: Sequence[Found], outcomes: Outcomes
) -> Mapping[int, tuple[ProbeResult, ...]]:
    results: dict[int, tuple[ProbeResult, ...]] = {}
    for body in {id(each.body): each.body for each in found if each.body}.values():
        started = {each.head.id: each.head.started for each in found if each.body is body}
        results |= decode(connection, list(body.rows(started)), started, outcomes)
    return results


def _round(head: Head, readings: Sequence[Reading], results: Sequence[ProbeResult]) -> Round:
    return Round(
        head.round_key,
        head.started,
        head.finished,
        readings,
        results,
        machine=head.machine,
        complete=frozenset(head.complete.split(",")) - {""},
    )
