"""Upkeep of a history in memory: its rounds, and what they come to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from colter.core.clock import Clock
from colter.core.model import Round, Target
from colter.core.ports import Step
from colter.core.uptime.outage import Outage
from colter.core.uptime.pace import Paces
from colter.core.uptime.tally import Tally
from colter.store.memory.outbox import MemoryOutbox
from colter.store.memory.tallies import MemoryTallies
from colter.store.roster import Known
from colter.store.slices import as_far_as

Kept = tuple[Round, list[Known]]
"""A round and the targets of its readings."""


class MemoryUpkeep(MemoryOutbox):
    """What is done to rounds beside measuring; see `colter.core.ports.Store` for what is promised."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._rounds: dict[str, Kept] = {}
        """By key, in the order in which they were committed."""
        self._tallies = MemoryTallies()

    async def roll_up(self, paces: Paces, *, most: int) -> int:
        """Count the next results into tallies and outages, each once and for ever, in the order of their rounds."""
        while rounds := self._uncounted():
            if counted := self._tallies.count(list(as_far_as(most, rounds, lambda done: len(done.results))), paces):
                return counted
        return 0

    async def uncounted(self) -> int:
        """How many readings and results there are in the rounds that `roll_up` has not come to yet."""
        return sum(len(done.entries) for done in self._uncounted())

    async def tallies(
        self, targets: Sequence[Target], since: datetime, until: datetime, step: Step
    ) -> Mapping[Target, Sequence[tuple[datetime, Tally]]]:
        """What was counted of these in UTC hours or days that begin in [since, until), oldest first."""
        return self._tallies.tallies(targets, since, until, step)

    async def outages(self, targets: Sequence[Target], since: datetime, until: datetime) -> Sequence[Outage]:
        """Outages of these that were counted, some part of which lies in [since, until), oldest first."""
        return self._tallies.outages(targets, since, until)

    async def pack(self, before: datetime, *, most: int) -> int:  # noqa: ARG002  there is nothing to gain
        """Nothing to do: rounds in memory are as small as they get."""
        return 0

    async def sweep(self, now: datetime, *, most: int, least: int) -> int:  # noqa: ARG002  there is nothing to do
        """Nothing to do: rounds in memory share nothing that would outlive them."""
        return 0

    def _uncounted(self) -> Sequence[Round]:
        return self._tallies.uncounted(done for done, _ in self._rounds.values())
