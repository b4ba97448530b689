"""What was measured, as it is kept and asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from colter.core.model import AlertState, Delivery, Event, Latest, ProbeResult, Round, Target

Values = Mapping[Target, Mapping[str, Sequence[tuple[datetime, float]]]]
"""By target and key of the metric: when a number was read, and what it was, oldest first."""


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


class History(Protocol):
    """What was measured, round by round, and the last known of every target."""

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep all of it or none of it; False when this round was already kept.

        A state `gone` is forgotten; one that is there already is replaced.

        Raises:
            StateError: it could not be kept; a FullError when there was no room for it.
        """

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""

    async def latest(self) -> Sequence[Latest]:
        """By source: the newest look at every target, ordered by target.

        Only what is still watched: not older than the newest round that was complete for its source.
        """

    async def rounds(
        self, since: datetime, until: datetime, *, after: str | None = None, most: int | None = None
    ) -> Sequence[Round]:
        """Stored rounds that finished in [since, until), oldest first.

        Args:
            since: first moment of the window.
            until: first moment after it.
            after: only those behind the round with this key.
            most: so many entries together at most, but at least one round.
        """

    async def rounds_by_key(self, keys: Sequence[str]) -> Sequence[Round]:
        """The rounds with these keys that are there, oldest first."""

    async def entries(self, since: datetime, until: datetime, *, after: str | None = None) -> int:
        """How many readings and results `rounds` would bring altogether."""

    async def values(self, targets: Sequence[Target], keys: Collection[str], since: datetime) -> Values:
        """Plain numbers as they were read since then; a target or key of which nothing is known may be absent."""

    async def first_and_last(
        self, targets: Sequence[Target], keys: Collection[str], since: datetime, until: datetime
    ) -> Values:
        """Plain numbers that were read in [since, until): of each the first and the last, or the only one."""

    async def events(
        self, targets: Sequence[Target], since: datetime, until: datetime
    ) -> Mapping[Target, Sequence[Event]]:
        """What happened to these in [since, until), oldest first; a target to which nothing did may be absent."""
