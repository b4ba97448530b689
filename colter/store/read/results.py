"""Probe results from their rows and outcomes: as few steps for each as there can be, because there are millions."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from colter.core.model import EndpointState, Phases, ProbeResult, Reason
from colter.store.slices import chunks
from colter.store.tables import last_result, outcome, probe_result, round_, target

_MOST_REMEMBERED = 50_000
_MILLISECOND = timedelta(milliseconds=1)
_COLUMNS = (
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


class Outcomes:
    """What results share, by its row number, made once: a row that was written never changes."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, ...]] = {}

    def learn(self, connection: Connection, ids: Collection[int]) -> Mapping[int, tuple[Any, ...]]:
        """All of these, and perhaps others."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known = {}
        known = self._known  # one and the same to the end, also when another reader begins a new one
        statement = select(outcome, target.c.name.label("endpoint")).join_from(outcome, target)
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
        select(*_COLUMNS)
        .where(probe_result.c.round_id.in_(list(started)))
        .order_by(probe_result.c.round_id, probe_result.c.position)
    )
    rows = connection.execute(statement).all()
    decoded = _decode(connection, rows, started, outcomes)
    sizes = Counter(row[0] for row in rows)
    return {round_id: tuple(islice(decoded, size)) for round_id, size in sizes.items()}


def read_newest(connection: Connection, outcomes: Outcomes) -> Sequence[ProbeResult]:
    """The newest result of every endpoint."""
    rounds = select(round_.c.id, round_.c.started).where(round_.c.id.in_(select(last_result.c.round_id)))
    started = dict(connection.execute(rounds).all())
    newest = (probe_result.c.round_id == last_result.c.round_id) & (probe_result.c.position == last_result.c.position)
    rows = connection.execute(select(*_COLUMNS).join_from(last_result, probe_result, newest)).all()
    return list(_decode(connection, rows, started, outcomes))


def _decode(
    connection: Connection, rows: Sequence[Any], started: Mapping[int, datetime], outcomes: Outcomes
) -> Iterator[ProbeResult]:
    known = outcomes.learn(connection, {row[1] for row in rows})
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


def _shared(row: Row[Any]) -> tuple[Any, ...]:
    return (
        row.endpoint,
        row.url,
        EndpointState(row.state),
        None if row.reason is None else Reason(row.reason),
        row.status_code,
        row.http_version,
        row.ip,
        row.redirects,
        row.certificate_expires,
        row.attempts,
        row.group_name,
    )
