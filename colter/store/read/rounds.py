"""Stored rounds, as they were committed: first which, then what is in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from colter.core.model import ProbeResult, Reading, Round
from colter.store.read.readings import Metrics, read_readings
from colter.store.read.results import Outcomes, read_results
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
    statement = _window(connection, select(round_), since, until, after).order_by(round_.c.finished, round_.c.id)
    if most is None:
        heads = list(connection.execute(statement))
    else:
        found = connection.execute(statement.limit(max(most, 1)))
        heads = list(as_far_as(most, found, lambda head: int(head.entries)))
    return _filled(connection, metrics, outcomes, heads)


def read_rounds_by_key(
    connection: Connection, metrics: Metrics, outcomes: Outcomes, keys: Sequence[str]
) -> list[Round]:
    """The rounds with these keys that are there, oldest first."""
    statements = (select(round_).where(round_.c.round_key.in_(part)) for part in chunks(keys))
    heads = [head for statement in statements for head in connection.execute(statement)]
    return _filled(connection, metrics, outcomes, sorted(heads, key=lambda head: (head.finished, head.id)))


def count_entries(connection: Connection, since: datetime, until: datetime, *, after: str | None = None) -> int:
    """How many readings and results `read_rounds` would bring altogether."""
    statement = _window(connection, select(func.coalesce(func.sum(round_.c.entries), 0)), since, until, after)
    return int(connection.execute(statement).scalar_one())


def _window(
    connection: Connection, rounds: Select[Any], since: datetime, until: datetime, after: str | None
) -> Select[Any]:
    rounds = rounds.where(round_.c.finished >= since, round_.c.finished < until)
    place = select(round_.c.finished, round_.c.id).where(round_.c.round_key == after)
    if after is None or (row := connection.execute(place).one_or_none()) is None:
        return rounds
    finished, row_id = row
    return rounds.where(round_.c.finished >= finished, or_(round_.c.finished > finished, round_.c.id > row_id))


def _filled(connection: Connection, metrics: Metrics, outcomes: Outcomes, heads: Sequence[Row[Any]]) -> list[Round]:
    rounds: list[Round] = []
    for part in chunks(heads):
        started = {head.id: head.started for head in part}
        readings = read_readings(connection, reading.c.round_id.in_(list(started)), metrics)
        results = read_results(connection, started, outcomes)
        rounds += (_round(head, tuple(readings.get(head.id, ())), results.get(head.id, ())) for head in part)
    return rounds


def _round(head: Row[Any], readings: Sequence[Reading], results: Sequence[ProbeResult]) -> Round:
    return Round(
        head.round_key,
        head.started,
        head.finished,
        readings,
        results,
        machine=head.machine,
        complete=frozenset(head.complete.split(",")) - {""},
    )
