"""Everything that is kept."""

from collections.abc import Sequence
from typing import Protocol

from colter.core.model import AlertState, Beat, LastBeats, Silence, Transfer
from colter.core.ports.history import History
from colter.core.ports.outbox import Outbox
from colter.core.ports.sources import Recall
from colter.core.ports.tallies import Tallies
from colter.core.ports.upkeep import Upkeep


class Store(Recall, History, Outbox, Tallies, Upkeep, Protocol):
    """History, alert states, outbox and caches. One contract suite runs over all implementations."""

    async def open(self) -> None:
        """Make it ready, migrating an older schema.

        Raises:
            StateError: it is damaged, out of reach, or was written by a newer Colter.
        """

    async def close(self) -> None:
        """Let go of it; harmless twice."""

    async def alert_states(self) -> Sequence[AlertState]:
        """All alert states, ordered by target and rule."""

    async def silences(self) -> Sequence[Silence]:
        """All silences that are kept, those that are over too, oldest first."""

    async def keep_silence(self, silence: Silence) -> None:
        """Keep one, in place of the one with the same key."""

    async def end_silences(self, keys: Sequence[str]) -> None:
        """Forget these; harmless twice."""

    async def keep_beat(self, beat: Beat) -> None:
        """Keep what a job has reported."""

    async def last_beats(self) -> Sequence[LastBeats]:
        """The newest of every job that has ever reported, ordered by endpoint."""

    async def transfer(self, key: str) -> Transfer | None:
        """The export that was asked for in these words and is not done."""

    async def keep_transfer(self, transfer: Transfer) -> None:
        """Remember how far it has come, in place of what was remembered. Of many others the newest stay."""

    async def end_transfer(self, key: str) -> None:
        """It is done; harmless twice."""
