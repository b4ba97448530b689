"""The numbers of an endpoint, as other systems get them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from colter.core.model import EndpointState, Metric, ProbeResult, Reason, Sample

_MEASUREMENT = "endpoint_probe"
UNTRUSTED = frozenset({Reason.TLS_EXPIRED, Reason.TLS_HOSTNAME, Reason.TLS_UNTRUSTED})
"""Why a certificate was refused."""


def _metric(key: str, meaning: str, *, unit: str = "", labels: tuple[str, ...] = (), whole: bool = True) -> Metric:
    return Metric(key, meaning, f"colter_probe_{key}", _MEASUREMENT, key, unit=unit, labels=labels, whole=whole)


UP = _metric("up", "Whether the endpoint is up or degraded (1) or down (0); absent while that is unknown.")
STATE = _metric("state", "1 for the state that the endpoint is in, 0 for the others.", labels=("state",))
DURATION = _metric("duration_seconds", "How long the answer took, redirects included.", unit="seconds", whole=False)
PHASE = _metric(
    "phase_seconds",
    "Time by phase: resolve, connect, tls, processing, transfer.",
    unit="seconds",
    labels=("phase",),
    whole=False,
)
STATUS_CODE = _metric("http_status_code", "HTTP status of the last answer.")
HTTP_VERSION = _metric("http_version", "HTTP version of the last answer.", whole=False)
REDIRECTS = _metric("redirects", "Redirects that were followed.")
CONTENT = _metric("content_bytes", "Bytes of body as they came over the wire.", unit="bytes")
NOT_AFTER = _metric(
    "tls_not_after_timestamp_seconds", "When the certificate expires, also of one that was refused.", unit="seconds"
)
TLS_VALID = _metric("tls_valid", "Whether the certificate was accepted.")
ATTEMPTS = _metric("attempts", "Attempts that the last probe made.")

METRICS: tuple[Metric, ...] = (
    UP,
    STATE,
    DURATION,
    PHASE,
    STATUS_CODE,
    HTTP_VERSION,
    REDIRECTS,
    CONTENT,
    NOT_AFTER,
    TLS_VALID,
    ATTEMPTS,
)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a result, and how to find it there."""

    metric: Metric
    of: Callable[[ProbeResult], float | None]
    """None: it was not measured."""
    labels: Mapping[str, str] = field(default_factory=dict)


def samples(result: ProbeResult) -> tuple[Sample, ...]:
    """The numbers of one result; what was not measured is not there."""
    found = ((number, number.of(result)) for number in NUMBERS)
    return tuple([Sample(number.metric, float(value), number.labels) for number, value in found if value is not None])


def _numbers() -> Iterator[Number]:
    for metric, of in _PLAIN.items():
        yield Number(metric, of)
    for state in EndpointState:
        yield Number(STATE, _is_in(state), {"state": state})
    for phase in ("resolve", "connect", "tls", "processing", "transfer"):
        yield Number(PHASE, _seconds_of(f"phases.{phase}"), {"phase": phase})


def _is_in(state: EndpointState) -> Callable[[ProbeResult], float]:
    return lambda result: 1.0 if result.state is state else 0.0


def _seconds_of(milliseconds: str) -> Callable[[ProbeResult], float | None]:
    find = attrgetter(milliseconds)
    return lambda result: None if (spent := find(result)) is None else spent / 1000


def _http_version(result: ProbeResult) -> float | None:
    return None if result.http_version is None else float(result.http_version)


def _redirects(result: ProbeResult) -> float | None:
    return None if result.status_code is None else result.redirects


def _not_after(result: ProbeResult) -> float | None:
    return None if result.certificate_expires is None else result.certificate_expires.timestamp()


def _tls_valid(result: ProbeResult) -> float | None:
    return None if result.certificate_expires is None else float(result.reason not in UNTRUSTED)


_STATES_UP = {EndpointState.UP: 1.0, EndpointState.DEGRADED: 1.0, EndpointState.DOWN: 0.0}
_PLAIN: Mapping[Metric, Callable[[ProbeResult], float | None]] = {
    UP: lambda result: _STATES_UP.get(result.state),
    DURATION: _seconds_of("latency_ms"),
    STATUS_CODE: attrgetter("status_code"),
    HTTP_VERSION: _http_version,
    REDIRECTS: _redirects,
    CONTENT: attrgetter("size"),
    NOT_AFTER: _not_after,
    TLS_VALID: _tls_valid,
    ATTEMPTS: attrgetter("attempts"),
}
NUMBERS: tuple[Number, ...] = tuple(_numbers())
"""All that a result can have, in the order of METRICS."""
