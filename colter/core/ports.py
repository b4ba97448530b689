"""The promises that the parts make to each other. Every docstring here has a contract test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from colter.core.model import AlertState, Delivery, Metric, ProbeResult, Reading, Round, Target


@dataclass(frozen=True, slots=True)
class Cached:
    """A reply kept from an earlier run."""

    body: bytes
    validator: str
    """The ETag that came with it, or nothing."""
    stored: datetime
    fresh_until: datetime
    """Until then nobody needs to ask again."""

    def is_fresh(self, now: datetime) -> bool:
        """Whether it need not be asked for again; not when it was kept in the future, by a clock since set back."""
        return self.stored <= now < self.fresh_until


class Recall(Protocol):
    """What a source may ask of the past."""

    async def cached(self, key: str) -> Cached | None:
        """The reply kept under this key."""

    async def cache(self, key: str, reply: Cached) -> None:
        """Keep a reply, in place of an older one. May be lost in a crash: a cache is no history."""

    async def marks(self, target: Target) -> Mapping[str, str]:
        """The target's high-water marks, as the last committed reading left them; empty on first sight."""

    async def daily(self, target: Target, series: str) -> Mapping[date, int]:
        """All days ever committed of one series of a target."""

    async def identities(self, source: str) -> Mapping[str, str]:
        """Identity by name, of every target of a source, with its former names too."""


class Source(Protocol):
    """Reads targets of one kind."""

    name: str
    metrics: tuple[Metric, ...]

    async def collect(self, emit: Callable[[Reading], None]) -> None:
        """Look at every target and hand over each reading as it comes.

        A target that fails is a Reading with a problem. What was handed over before a failure stands.

        Raises:
            SourceError: nothing at all can be read (a refused token, a used-up limit).
        """


@dataclass(frozen=True, slots=True)
class LastKnown:
    """The newest value of one number of one target, and the one before it."""

    target: Target
    key: str
    value: float
    at: datetime
    before: float | None


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """The newest that is known of one target, without asking any network."""

    target: Target
    at: datetime
    """When it was last looked at."""
    problem: str | None
    values: Mapping[str, LastKnown]
    info: Mapping[str, str]
    missing: Mapping[str, str]
    result: ProbeResult | None = None
    """Endpoints only: the last result."""
    since: datetime | None = None
    """Endpoints only: since when it has been in this state."""


class Store(Recall, Protocol):
    """History, alert states, outbox and caches. One contract suite runs over all implementations."""

    async def open(self) -> None:
        """Make it ready, migrating an older schema.

        Raises:
            StateError: it is damaged, out of reach, or was written by a newer Colter.
        """

    async def close(self) -> None:
        """Let go of it; harmless twice."""

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep all of it or none of it; False when this round was already kept."""

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""

    async def rounds(self, since: datetime, until: datetime) -> Sequence[Round]:
        """Stored rounds that finished in [since, until), oldest first."""

    async def alert_states(self) -> Sequence[AlertState]:
        """All alert states."""

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""
