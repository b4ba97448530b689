"""Probe results from their rows and outcomes: as few steps for each as there can be, because there are millions."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from sys import intern
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from colter.core.model import EndpointState, Phases, ProbeResult, Reason
from colter.store.progress import read_progress
from colter.store.slices import chunks
from colter.store.tables import last_result, outcome, probe_result, round_, target

_MOST_REMEMBERED = 50_000
_AT_A_TIME = 500
_MILLISECOND = timedelta(milliseconds=1)
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
            known.update((row.id, _shared(row)) for row in connection.execute(statement.where(outcome.c.id.in_(part))))
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
    decoded = _decode(rows, started, outcomes.learn(connection, {row[1] for row in rows}))
    sizes = Counter(row[0] for row in rows)
    return {round_id: tuple(islice(decoded, size)) for round_id, size in sizes.items()}


def read_newest(connection: Connection) -> Sequence[ProbeResult]:
    """The newest result of every endpoint.

    A daemon is asked for it at every scrape: nothing is held of its rows, nor remembered of their outcomes.
    """
    rounds = select(round_.c.id, round_.c.started).where(round_.c.id.in_(select(last_result.c.round_id)))
    started = dict(connection.execute(rounds).all())
    newest = (probe_result.c.round_id == last_result.c.round_id) & (probe_result.c.position == last_result.c.position)
    statement = (
        select(*COLUMNS, *_SHARED)
        .join_from(last_result, probe_result, newest)
        .join(outcome, outcome.c.id == probe_result.c.outcome_id)
        .join(target, target.c.id == outcome.c.target_id)
    )
    found: list[ProbeResult] = []
    for rows in connection.execute(statement, execution_options={"yield_per": _AT_A_TIME}).partitions():
        shared = {row.outcome_id: _shared(row) for row in rows}
        found += _decode((row[: len(COLUMNS)] for row in rows), started, shared)
    return found


def _decode(
    rows: Iterable[Any], started: Mapping[int, datetime], known: Mapping[int, tuple[Any, ...]]
) -> Iterator[ProbeResult]:
    for round_id, outcome_id, offset, latency, resolve, connect, tls, processing, transfer, size, detail in rows:
        endpoint, url, state, reason, code, version, ip, redirects, expires, attempts, group = known[outcome_id]
        yield ProbeResult(
            endpoint,
            url,
            started[round_id] + offset * _MILLISECOND,
            state,
            reason,
            detail,
            code,
            version,
            ip,
            None if latency is None else latency / 1000,
            Phases(
                None if resolve is None else resolve / 1000,
                None if connect is None else connect / 1000,
                None if tls is None else tls / 1000,
                None if processing is None else processing / 1000,
                None if transfer is None else transfer / 1000,
            ),
            redirects,
            size,
            expires,
            attempts,
            group,
        )


def _shared(row: Any) -> tuple[Any, ...]:
    return (
        row.endpoint,
        row.url,
        EndpointState(row.state),
        None if row.reason is None else Reason(row.reason),
        row.status_code,
        row.http_version and intern(row.http_version),
        row.ip,
        row.redirects,
        row.certificate_expires,
        row.attempts,
        row.group_name,
    )
