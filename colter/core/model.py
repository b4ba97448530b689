"""The words of Colter: what is watched, what was read, what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What is watched. Written `github:pallets/flask`, `pypi:requests`, `probe:api`."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"


@dataclass(frozen=True, slots=True)
class Metric:
    """The declaration of a number, once, beside its source: docs, HELP lines, exports and JSON keys come from here.

    Its names are API: add, deprecate, never repurpose.
    """

    key: str
    """JSON key and name in the history: `stars`."""
    help: str
    prometheus: str
    """Full name, base units: `colter_github_repo_stars`."""
    measurement: str
    field: str
    """InfluxDB measurement and field: `github_repo_stats`, `stars`."""
    unit: str = ""
    """`seconds`, `bytes`, or nothing for a count."""
    kind: Literal["gauge", "counter"] = "gauge"
    labels: tuple[str, ...] = ()
    """Further labels beside the target's own; a metric with labels is a split, not one of the plain `values`."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Prometheus labels with one value each, for metrics that share a name: (("window", "7d"),)."""
    column: str = ""
    """Head of its column in a table; nothing: it is not shown in tables unless asked for."""
    former: str = ""
    """A further InfluxDB field with the same number, under the name that the predecessor's buckets have it."""
    whole: bool = True
    """Whole numbers: InfluxDB keeps them as integers, and a field must never change its type."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of one metric."""

    metric: Metric
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DailyCount:
    """A number that belongs to one UTC day: downloads, traffic. A day read again keeps the larger number.

    The larger, because the oldest day of a moving window comes cut off (GitHub's traffic window is cut at the hour).
    """

    series: str
    """Such as `downloads` or `traffic_views`; unique within the target."""
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something new: an issue, a release, a rename. `key` makes a repeat recognisable within its target and kind."""

    kind: str
    key: str
    title: str
    at: datetime
    url: str = ""


class Status(StrEnum):
    """How much of a target could be read."""

    OK = "ok"
    PARTIAL = "partial"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at one target. A look that failed is a Reading too, with a problem: absent is never zero."""

    target: Target
    at: datetime
    samples: Sequence[Sample] = ()
    info: Mapping[str, str] = field(default_factory=dict)
    """Facts that are words: `language`, `version`."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Keys of metrics and facts that were asked for and not read, each with the reason."""
    problem: str | None = None
    """Why nothing at all could be read."""
    identity: str | None = None
    """What stays when the target is renamed (GitHub's node id): the history follows it."""
    events: Sequence[Event] = ()
    daily: Sequence[DailyCount] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    """High-water marks to keep in the same transaction as the events: they make an event happen once."""

    @property
    def status(self) -> Status:
        """Error: nothing was read. Partial: something asked for is missing."""
        if self.problem is not None:
            return Status.ERROR
        return Status.PARTIAL if self.missing else Status.OK

    @property
    def values(self) -> dict[str, float]:
        """The plain numbers by key, without the splits."""
        return {sample.metric.key: sample.value for sample in self.samples if not sample.metric.labels}


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


@dataclass(frozen=True, slots=True)
class Round:
    """One pass of collect, evaluate, commit, deliver. `key` is unique for ever: a repeated commit changes nothing."""

    key: str
    started: datetime
    finished: datetime
    readings: Sequence[Reading] = ()
    results: Sequence[ProbeResult] = ()
    machine: str = ""
    """Host name of the machine that looked: databases may be shared."""
    complete: frozenset[str] = frozenset()
    """Sources of which everything configured was read: what such a round does not show is not watched any more."""

    @property
    def entries(self) -> "tuple[Entry, ...]":
        """What is to be delivered of it, one by one."""
        return (
            *(Entry(self, place, reading) for place, reading in enumerate(self.readings)),
            *(Entry(self, place, result) for place, result in enumerate(self.results)),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading or one result of a round: what a sink takes or refuses as a whole."""

    round: Round
    position: int
    """Place among the readings, or among the results, of its round; with the round's key it names the entry."""
    what: Reading | ProbeResult


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest look at every target of one source that is still watched."""

    source: str
    readings: Sequence[Reading] = ()
    results: Sequence[ProbeResult] = ()
    earlier_success: datetime | None = None
    """When anything of it was last read before, should all of these looks have failed."""

    @property
    def last_success(self) -> datetime | None:
        """When anything of it was last read; a result that is unknown tells nothing."""
        times = [reading.at for reading in self.readings if reading.problem is None]
        times += [result.at for result in self.results if result.state is not EndpointState.UNKNOWN]
        return max(times, default=self.earlier_success)


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where one rule stands for one target."""

    target: Target
    rule: str
    state: Literal["ok", "pending", "firing", "recovering", "gone"]
    """Gone: it is not watched any more, and is forgotten."""
    since: datetime
    count: int = 0
    """Failures or successes in a row that count towards the next state."""
    incident: str | None = None
    sequence: int = 0
    memory: str = ""
    """All that the engine remembers of it, as it wrote it down."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox: this round to that sink or to the desk, or this notification to that channel."""

    key: str
    """Unique for ever, and given to the receiver, so that a repeat is recognisable."""
    lane: Literal["sink", "channel", "desk"]
    to: str
    due: datetime
    body: str = ""
    """A notification carries its own text; a round is referred to by `round_key`."""
    round_key: str | None = None
    last_error: str | None = None
    """Why it was given up."""
    created: datetime | None = None
    """When it was committed."""
    settled: datetime | None = None
    """When it arrived, or was given up; None while it is owed. Only those to channels are remembered then."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which somebody wants to hear nothing of an endpoint, or of all with a tag; measuring goes on."""

    key: str
    """Unique for ever."""
    name: str
    """Of an endpoint or another target, `*` stands for anything; or `@tag`."""
    begins: datetime
    ends: datetime
    note: str = ""
    """Why, already clean."""


class BeatKind(StrEnum):
    """What a job reports."""

    START = "start"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Beat:
    """What a job has reported about itself."""

    endpoint: str
    """Name of the endpoint with a `heartbeat`."""
    at: datetime
    kind: BeatKind
    ran: timedelta | None = None
    """How long it ran, if that is known."""
    exit_code: int | None = None
    text: str = ""
    """What it said of itself, already clean."""


@dataclass(frozen=True, slots=True)
class LastBeats:
    """The newest that is known of one job."""

    endpoint: str
    started: Beat | None = None
    ended: Beat | None = None
    """Success or failure."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One item that a sink has refused for good: kept and listed, while all the others went on."""

    to: str
    round_key: str
    target: Target
    at: datetime
    """When it was measured."""
    item: str
    """What was refused, clean and cut: a line of line protocol, `reading`."""
    reason: str
    """What the sink said, clean."""


@dataclass(frozen=True, slots=True)
class Owing:
    """What one sink or channel has not taken, and why."""

    lane: Literal["sink", "channel", "desk"]
    to: str
    deliveries: int = 0
    entries: int = 0
    """Readings and results in them."""
    since: datetime | None = None
    """When the oldest of them was committed."""
    problem: str | None = None
    """Why the last try failed; None when it did not."""
    failures: int = 0
    """Tries in a row that failed."""
    retry_at: datetime | None = None
    asked: bool = False
    """The receiver itself asked to be left alone until then."""
    dropped: int = 0
    """Entries given up because too much or too old was owed; they are still in the history."""
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """What the history has of one target."""

    target: Target
    """Under the name it has now."""
    readings: int = 0
    results: int = 0
    owed_to: frozenset[str] = frozenset()
    """Sinks that have not taken all of it yet."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A part of the history on its way to a sink or a file, so that an interrupted export goes on where it was."""

    key: str
    """What was asked for: sink or file, window as written, sources, format."""
    since: datetime
    until: datetime
    after: str | None = None
    """Key of the last round that has arrived."""
    sent: int = 0
    """Entries that have arrived."""
    size: int = 0
    """Of a file: its bytes up to there."""
