"""What is owed to sinks and channels."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from colter.core.model import AlertState, Delivery, Lane, Owing, Refusal


class Outbox(Protocol):
    """What is owed to sinks and channels. One contract suite runs over all implementations."""

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""

    async def owing(self) -> Sequence[Owing]:
        """The same, counted by recipient, with what is known of each: ordered by lane and name."""

    async def claim(self, sink: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take or keep the right to deliver to this sink; False while somebody else has it.

        A right that has run out, or that would last longer than anybody asks for (a clock was set back), is free.
        """

    async def release(self, sink: str, holder: str) -> None:
        """Give the right back; nothing happens when it was lost."""

    async def next_owed(self, lane: Lane, to: str, *, most: int, after: str | None = None) -> Sequence[Delivery]:
        """The oldest deliveries, with at most so many entries together, but at least one if anything is owed.

        Args:
            lane: sinks or channels.
            to: the recipient.
            most: so many entries (readings and results of their rounds) at most.
            after: only behind the delivery with this key; when that is settled meanwhile: from the oldest.
        """

    async def settle(self, keys: Sequence[str], refused: Sequence[Refusal] = ()) -> None:
        """These have arrived, but for what was refused: in one transaction. Harmless twice."""

    async def note(
        self, lane: Lane, to: str, problem: str | None, *, retry_at: datetime | None = None, asked: bool = False
    ) -> None:
        """Remember how the last try went; no problem: all is well, and its failures are forgotten."""

    async def drop(self, sink: str, *, before: datetime, most: int) -> int:
        """Give up what is owed since before then, and the oldest beyond so many entries; returns how many entries."""

    async def refusals(self) -> Sequence[Refusal]:
        """Everything refused that is still kept, oldest first."""

    async def exchange(
        self,
        put: Sequence[Delivery] = (),
        *,
        given_up: Mapping[str, str] = MappingProxyType({}),
        states: Sequence[AlertState] = (),
        decided: Sequence[str] = (),
    ) -> None:
        """Change what is owed to channels, in one transaction; harmless twice.

        Args:
            put: notifications to owe; one whose key is there already takes that one's place, and its turn.
            given_up: notifications that will never arrive, by key, each with the reason.
            states: where rules stand after that.
            decided: deliveries of the lane `desk` that are settled by this.
        """

    async def arrived(self, incident: str) -> Sequence[Delivery]:
        """Notifications about this incident that have arrived, oldest first: their keys begin with its id and a colon.

        Those that arrived long ago may be forgotten; while the incident is open, the newest of each channel is there.
        """

    async def arrivals(self, to: str, since: datetime) -> Sequence[datetime]:
        """When messages have reached this channel since then, oldest first; what was settled together is one."""

    async def undelivered(self) -> Sequence[Delivery]:
        """Notifications that are owed, and those that were given up and are still kept, oldest first."""
