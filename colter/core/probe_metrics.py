"""The numbers of an endpoint, as other systems get them."""

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


def samples(result: ProbeResult) -> tuple[Sample, ...]:
    """The numbers of one result; what was not measured is not there."""
    return (*_plain(result), *_states(result), *_phases(result))


def _plain(result: ProbeResult) -> list[Sample]:
    expires = result.certificate_expires
    values = {
        UP: _UP.get(result.state),
        DURATION: None if result.latency_ms is None else result.latency_ms / 1000,
        STATUS_CODE: result.status_code,
        HTTP_VERSION: None if result.http_version is None else float(result.http_version),
        REDIRECTS: None if result.status_code is None else result.redirects,
        CONTENT: result.size,
        NOT_AFTER: None if expires is None else expires.timestamp(),
        TLS_VALID: None if expires is None else float(result.reason not in UNTRUSTED),
        ATTEMPTS: result.attempts,
    }
    return [Sample(metric, float(value)) for metric, value in values.items() if value is not None]


def _states(result: ProbeResult) -> list[Sample]:
    return [Sample(STATE, float(state is result.state), {"state": state}) for state in EndpointState]


def _phases(result: ProbeResult) -> list[Sample]:
    spent = {name: getattr(result.phases, name) for name in _PHASES}
    return [Sample(PHASE, value / 1000, {"phase": name}) for name, value in spent.items() if value is not None]


_PHASES = ("resolve", "connect", "tls", "processing", "transfer")
_UP = {EndpointState.UP: 1.0, EndpointState.DEGRADED: 1.0, EndpointState.DOWN: 0.0}
