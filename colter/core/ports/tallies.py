"""What results come to by the hour and day."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from colter.core.model import Target
from colter.core.uptime.outage import Outage
from colter.core.uptime.pace import Paces
from colter.core.uptime.tally import Tally

Step = Literal["hour", "day"]


class Tallies(Protocol):
    """Results counted by the hour and day, and outages: they outlive the results."""

    async def roll_up(self, paces: Paces, *, most: int) -> int:
        """Count the next results into tallies and outages, each once and for ever, in the order of their rounds.

        Returns how many were counted: more than `most` when the next round alone holds more, 0 when all are. However it
        is cut into pieces, interrupted, or done by several processes at once, it comes to the same. A result that is
        older than one of its endpoint that was counted before is counted as a look, but nothing else changes by it;
        unless it is older by more than an hour: then the clock was set back, and time goes on from there.

        Args:
            paces: how every endpoint is looked at; asked in another thread.
            most: so many results at once.
        """

    async def uncounted(self) -> int:
        """How many readings and results there are in the rounds that `roll_up` has not come to yet."""

    async def tallies(
        self, targets: Sequence[Target], since: datetime, until: datetime, step: Step
    ) -> Mapping[Target, Sequence[tuple[datetime, Tally]]]:
        """What was counted of these in UTC hours or days that begin in [since, until), each by its beginning.

        Oldest first; an hour or day in which nothing was known or looked at may be absent, and so may a target.
        """

    async def outages(self, targets: Sequence[Target], since: datetime, until: datetime) -> Sequence[Outage]:
        """Outages of these that were counted, some part of which lies in [since, until), oldest first."""
