"""A probe result from its row and its outcome."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, select

from colter.core.model import EndpointState, Phases, ProbeResult, Reason
from colter.store.tables import outcome, probe_result, round_, target


def results() -> Select[Any]:
    """Every probe result, with what `to_result` needs; to be narrowed down."""
    return (
        select(
            probe_result,
            outcome,
            target.c.name.label("endpoint"),
            round_.c.started.label("round_started"),
        )
        .join_from(probe_result, outcome)
        .join(target, target.c.id == outcome.c.target_id)
        .join(round_, round_.c.id == probe_result.c.round_id)
    )


def to_result(row: Row[Any]) -> ProbeResult:
    """One row of `results` as it was committed, without evidence."""
    return ProbeResult(
        endpoint=row.endpoint,
        url=row.url,
        at=row.round_started + timedelta(milliseconds=row.at_offset_ms),
        state=EndpointState(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        detail=row.detail,
        status_code=row.status_code,
        http_version=row.http_version,
        ip=row.ip,
        latency_ms=_ms(row.latency_us),
        phases=Phases(
            resolve=_ms(row.resolve_us),
            connect=_ms(row.connect_us),
            tls=_ms(row.tls_us),
            processing=_ms(row.processing_us),
            transfer=_ms(row.transfer_us),
        ),
        redirects=row.redirects,
        size=row.size,
        certificate_expires=row.certificate_expires,
        attempts=row.attempts,
        group=row.group_name,
    )


def _ms(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1000
