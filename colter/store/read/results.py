"""Probe results of rounds."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from colter.core.model import ProbeResult
from colter.store.progress import read_progress
from colter.store.results import results_from, shared
from colter.store.slices import chunks
from colter.store.tables import outcome, probe_result, target

_MOST_REMEMBERED = 50_000
COLUMNS = (
    probe_result.c.round_id,
    probe_result.c.outcome_id,
    probe_result.c.at_offset_ms,
    probe_result.c.latency_us,
    probe_result.c.resolve_us,
    probe_result.c.connect_us,
    probe_result.c.tls_us,
    probe_result.c.processing_us,
    probe_result.c.transfer_us,
    probe_result.c.size,
    probe_result.c.detail,
)
"""What a result is made of."""
_SHARED: tuple[ColumnElement[Any], ...] = (
    outcome.c.id,
    target.c.name.label("endpoint"),
    outcome.c.url,
    outcome.c.state,
    outcome.c.reason,
    outcome.c.status_code,
    outcome.c.http_version,
    outcome.c.ip,
    outcome.c.redirects,
    outcome.c.certificate_expires,
    outcome.c.attempts,
    outcome.c.group_name,
)
STATE = 2
"""Where among what an outcome shares its state is."""


class Outcomes:
    """What results share, by its row number, made once: a row that was written never changes, until it is forgotten."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, ...]] = {}
        self._forgotten = 0

    def learn(self, connection: Connection, ids: Collection[int]) -> Mapping[int, tuple[Any, ...]]:
        """All of these, and perhaps others."""
        forgotten = read_progress(connection, "forget")
        if forgotten != self._forgotten or len(self._known) > _MOST_REMEMBERED:
            self._known, self._forgotten = {}, forgotten
        known = self._known  # one and the same to the end, also when another reader begins a new one
        statement = select(*_SHARED).join_from(outcome, target)
        for part in chunks([row_id for row_id in ids if row_id not in known]):
            known.update(
                (row.id, shared(row[1:])) for row in connection.execute(statement.where(outcome.c.id.in_(part)))
            )
        return known


def read_results(
    connection: Connection, started: Mapping[int, datetime], outcomes: Outcomes
) -> Mapping[int, tuple[ProbeResult, ...]]:
    """Results in their order by the row of their round.

    Args:
        connection: to the database.
        started: when each of these rounds did, by row; few enough for one statement.
        outcomes: what is remembered.
    """
    statement = (
        select(*COLUMNS)
        .where(probe_result.c.round_id.in_(list(started)))
        .order_by(probe_result.c.round_id, probe_result.c.position)
    )
    return decode(connection, connection.execute(statement).all(), started, outcomes)


def decode(
    connection: Connection, rows: Sequence[Any], started: Mapping[int, datetime], outcomes: Outcomes
) -> Mapping[int, tuple[ProbeResult, ...]]:
    """The same from rows of `probe_result`, wherever they were kept."""
    decoded = results_from(rows, started, outcomes.learn(connection, {row[1] for row in rows}))
    sizes = Counter(row[0] for row in rows)
    return {round_id: tuple(islice(decoded, size)) for round_id, size in sizes.items()}
