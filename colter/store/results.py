"""Probe results from their rows and outcomes: as few steps for each as there can be, because there are millions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from sys import intern
from typing import Any

from colter.core.model import EndpointState, Phases, ProbeResult, Reason
from colter.store.moments import from_ms, to_ms
from colter.store.plain import Execute

_AT_A_TIME = 500
_MILLISECOND = timedelta(milliseconds=1)
_NEWEST = """
SELECT probe_result.round_id, probe_result.outcome_id, probe_result.at_offset_ms,
    probe_result.latency_us, probe_result.resolve_us, probe_result.connect_us, probe_result.tls_us,
    probe_result.processing_us, probe_result.transfer_us, probe_result.size, probe_result.detail,
    target.name, outcome.url, outcome.state, outcome.reason, outcome.status_code, outcome.http_version, outcome.ip,
    outcome.redirects, outcome.certificate_expires, outcome.attempts, outcome.group_name, round.started
FROM last_result
JOIN probe_result
    ON probe_result.round_id = last_result.round_id AND probe_result.position = last_result.position
JOIN round ON round.id = last_result.round_id
JOIN outcome ON outcome.id = probe_result.outcome_id
JOIN target ON target.id = outcome.target_id
WHERE last_result.at >= ?
"""
_OWN = 11
"""So many columns are of the result alone; the others but the last are what outcomes share."""
_EVER = -(2**63)


def read_newest(execute: Execute, since: datetime | None = None) -> Sequence[ProbeResult]:
    """The newest result of every endpoint that was looked at since then; None: that was ever looked at.

    A daemon is asked for it at every scrape: nothing is held of its rows, nor remembered of their outcomes.
    """
    found: list[ProbeResult] = []
    rows = iter(execute(_NEWEST, (_EVER if since is None else to_ms(since),)))
    while part := list(islice(rows, _AT_A_TIME)):
        started = {row[0]: from_ms(row[-1]) for row in part}
        known = {row[1]: _shared(row[_OWN:-1]) for row in part}
        found += results_from((row[:_OWN] for row in part), started, known)
    return found


def results_from(
    rows: Iterable[Sequence[Any]], started: Mapping[int, datetime], known: Mapping[int, tuple[Any, ...]]
) -> Iterator[ProbeResult]:
    """Results from rows of `probe_result`.

    Args:
        rows: round, outcome, offset, latency, the phases, size and detail of each.
        started: when each of these rounds did, by row.
        known: what outcomes share, by row: see `shared`.
    """
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


def shared(row: Sequence[Any]) -> tuple[Any, ...]:
    """What results share with each other, from the row of their outcome; ValueError when it cannot be understood.

    Endpoint, address, state, reason, code, version, IP, redirects, when the certificate ends, attempts and group.
    """
    endpoint, url, state, reason, code, version, ip, *others = row
    told = None if reason is None else Reason(reason)
    return (endpoint, url, EndpointState(state), told, code, version and intern(version), ip, *others)


def _shared(row: Sequence[Any]) -> tuple[Any, ...]:
    """The same, with the moment as the table keeps it."""
    *before, expires, attempts, group = row
    return shared((*before, None if expires is None else from_ms(expires), attempts, group))
