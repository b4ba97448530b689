"""What was found of endpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from colter.core.model.targets import Target


class EndpointState(StrEnum):
    """What is thought of an endpoint. Degraded counts as up; unknown is neither."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why an endpoint is not simply up: a closed set, used as label, column, JSON value and in messages."""

    DNS_NXDOMAIN = "dns_nxdomain"
    DNS_TIMEOUT = "dns_timeout"
    DNS_ERROR = "dns_error"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECT_UNREACHABLE = "connect_unreachable"
    TLS_EXPIRED = "tls_expired"
    TLS_HOSTNAME = "tls_hostname"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_HANDSHAKE = "tls_handshake"
    TIMEOUT_HEADERS = "timeout_headers"
    TIMEOUT_BODY = "timeout_body"
    TIMEOUT_TOTAL = "timeout_total"
    PROTOCOL_ERROR = "protocol_error"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BODY_TOO_LARGE = "body_too_large"
    HTTP_STATUS = "http_status"
    HEADER_MISMATCH = "header_mismatch"
    BODY_MISMATCH = "body_mismatch"
    JSON_INVALID = "json_invalid"
    JSON_MISSING = "json_missing"
    JSON_MISMATCH = "json_mismatch"
    LATENCY = "latency"
    CERT_EXPIRING = "cert_expiring"
    DOMAIN_EXPIRING = "domain_expiring"
    RATE_LIMITED = "rate_limited"
    AUTH_FAILED = "auth_failed"
    BEAT_LATE = "beat_late"
    BEAT_FAILED = "beat_failed"
    BEAT_OVERRUN = "beat_overrun"
    SELF_OFFLINE = "self_offline"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Phases:
    """Where the time of a probe went, in milliseconds, summed over redirects; None: that phase was not reached."""

    resolve: float | None = None
    connect: float | None = None
    tls: float | None = None
    processing: float | None = None
    transfer: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one probe saw, for `--explain`: kept only when asked for. All text is raw and must pass `clean()`."""

    log: Sequence[str] = ()
    headers: Sequence[tuple[str, str]] = ()
    certificate: Mapping[str, str] = field(default_factory=dict)
    body_head: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One look at one endpoint."""

    endpoint: str
    url: str
    """Without user information, query and fragment: those may hold secrets."""
    at: datetime
    state: EndpointState
    reason: Reason | None = None
    detail: str | None = None
    """A sentence about the reason, already clean."""
    status_code: int | None = None
    http_version: str | None = None
    ip: str | None = None
    latency_ms: float | None = None
    """From the start of the last attempt to its last byte; None when nothing was answered."""
    phases: Phases = Phases()
    redirects: int = 0
    size: int | None = None
    """Bytes of body received, as they came over the wire."""
    certificate_expires: datetime | None = None
    attempts: int = 1
    """0: it was left alone, as it had asked; or it is a job that has not ended a run yet."""
    group: str = ""
    evidence: Evidence | None = None
    pause_until: datetime | None = None
    """Until when it asks to be left alone: no probe is sent before that."""

    @property
    def target(self) -> Target:
        """The endpoint as a target."""
        return Target("probe", self.endpoint)
