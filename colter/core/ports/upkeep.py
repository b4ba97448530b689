"""Keeping the history small."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from colter.core.model import Holding, Target


class Upkeep(Protocol):
    """Less room for what is old, and none for what nobody wants to know any more."""

    async def pack(self, before: datetime, *, most: int) -> int:
        """Keep old results in less room. Nothing else changes by it: every round is read back as it was, in its place.

        What is not counted yet (`roll_up`), is owed, or is the newest of an endpoint is left alone; and results that do
        not fill a pack wait for more, for a day.

        Returns how many results were packed, 0 when there is nothing more to pack just now. May be interrupted
        anywhere, and done by several processes at once.

        Args:
            before: only rounds that finished before that.
            most: so many results at once, or one round if that is larger.
        """

    async def retire(
        self, *, results: datetime | None, readings: datetime | None, tallies: datetime | None, most: int
    ) -> int:
        """Forget what is older than that; None: nothing of it.

        What is owed to somebody stays until it is not, and so does the newest of every target. Events and days of
        daily counts never go, nor do outages and daily tallies.

        Returns how many results, readings and tallies went: about `most`; 0 when there is nothing more to forget. May
        be interrupted anywhere, and done by several processes at once.

        Args:
            results: results of rounds that finished before that, once they are counted (`roll_up`); those that lie
                in a pack with younger ones go with these, less than a day later.
            readings: readings of UTC days that ended before that, but for the last good one of each target and day,
                and those that brought an event or a day.
            tallies: hourly tallies of hours that ended before that.
            most: so many at once.
        """

    async def sweep(self, now: datetime, *, most: int, least: int) -> int:
        """Forget what readings and results shared, and none of them has any more; once a day, and a little at a time.

        Returns how many rows were looked at; 0 when there is nothing more to do just now. May be interrupted anywhere,
        and done by several processes at once.

        Args:
            now: what day it is.
            most: so many rows at once.
            least: fewer than that are left where they are.
        """

    async def holding(self, name: Target) -> Holding | None:
        """What there is of the target with this name, which may be a former one; None: nobody knows it."""

    def forget(self, name: Target) -> AsyncIterator[int]:
        """Forget everything that there is of one target, and in the end that there ever was one.

        Rounds that hold others too stay, with these. What of it is owed to somebody will never get there.

        Yields how many readings and results went, again and again until nothing is left. May be ended or interrupted
        anywhere, and done while others write.
        """
