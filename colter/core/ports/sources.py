"""What reads targets, and what it may ask of the past."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from colter.core.model import Metric, Reading, Target


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
