"""What one attempt at an endpoint saw: all that expectations, results and evidence are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from colter.core.model import EndpointState, Phases, Reason
from colter.sources.probe.head import read_headers


@dataclass(slots=True)
class Answer:
    """Filled in while an attempt goes on; what was not reached stays None or empty."""

    began: datetime
    status: int | None = None
    head: Sequence[bytes] = ()
    """Header lines of the last response, as they came."""
    body: bytes = b""
    """Its first 256 KiB, only where somebody looks at them."""
    truncated: bool = False
    """Whether the body is longer than what `body` holds."""
    size: int | None = None
    """Bytes of body as they came over the wire."""
    http_version: str | None = None
    ip: str | None = None
    redirects: int = 0
    authenticated: bool = False
    """Whether credentials went to the server that answered last."""
    complete: bool = False
    """Whether everything arrived, so that the time it took is a latency."""
    spent: dict[str, float] = field(default_factory=dict)
    """Milliseconds by phase, summed over redirects."""
    certificate: dict[str, str] = field(default_factory=dict)
    """Subject, issuer, names and dates, as libcurl writes them."""
    certificate_expires: datetime | None = None
    """When the first certificate of the chain ends."""
    certificate_holder: str = ""
    """Whose certificate that is, when it is not the server's own."""
    matches: dict[str, bool | None] = field(default_factory=dict)
    """Regular expressions that were looked for in the body; None: the search took too long."""
    rcode: str | None = None
    """What a name server said of its answer."""
    records: list[str] = field(default_factory=list)
    """DNS records that it answered with, as a zone file has them."""
    log: list[str] = field(default_factory=list)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Of the last response; names in lower case. Most answers are never asked for them."""
        return read_headers(self.head)

    @property
    def phases(self) -> Phases:
        """Where the time went."""
        return Phases(**{phase: round(took, 3) for phase, took in self.spent.items()})

    @property
    def latency_ms(self) -> float | None:
        """The sum of the phases; None when not everything arrived."""
        return round(self.total_ms, 3) if self.complete else None

    @property
    def total_ms(self) -> float:
        """The sum of the phases so far."""
        return sum(self.spent.values())

    def header(self, name: str) -> str | None:
        """All values of one header, joined by commas as RFC 9110 (5.3) allows; None when it is not there."""
        values = [value for given, value in self.headers if given == name.lower()]
        return ", ".join(values) if values else None

    def add(self, phase: str, milliseconds: float) -> None:
        """Count time towards a phase."""
        self.spent[phase] = self.spent.get(phase, 0.0) + max(0.0, milliseconds)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an endpoint is not simply up."""

    state: EndpointState
    reason: Reason
    detail: str
    """One clean sentence."""
    pause_until: datetime | None = None


class ProbeFailedError(Exception):
    """An attempt got no usable answer: the endpoint is down; it is unknown when the fault is ours."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        ours = reason is Reason.INTERNAL_ERROR
        self.verdict = Verdict(EndpointState.UNKNOWN if ours else EndpointState.DOWN, reason, detail)
