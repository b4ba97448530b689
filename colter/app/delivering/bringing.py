"""Brings sinks and channels what they are owed, all of them side by side: now, or in the background of other work."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from colter.app.delivering.deliveries import Arrived, Deliveries, ignore
from colter.app.history.keeper import Keeper
from colter.core.errors import ColterError


class Bringing:
    """Does so, one pass at a time. To be closed before the sinks and channels."""

    def __init__(self, deliveries: Deliveries, keeper: Keeper) -> None:
        self._deliveries = deliveries
        self._keeper = keeper
        self._meanwhile: asyncio.Task[object] | None = None

    async def bring(self, sinks: Sequence[str], patience: timedelta, arrived: Arrived) -> list[ColterError]:
        """Bring what is owed now. Returns what went wrong; what is not taken stays owed."""
        if self._meanwhile:
            await self._meanwhile
            self._meanwhile = None
        return await self._bring(sinks, patience, arrived)

    def begin(self, sinks: Sequence[str]) -> None:
        """Begin a pass in the background, unless one is going on. What goes wrong in it, the next `bring` meets too."""
        if self._meanwhile is None or self._meanwhile.done():
            self._meanwhile = asyncio.create_task(self._bring(sinks, timedelta(), ignore))

    async def close(self) -> None:
        """Break off what was begun; harmless twice."""
        if self._meanwhile:
            self._meanwhile.cancel()
            await asyncio.wait([self._meanwhile])

    async def _bring(self, sinks: Sequence[str], patience: timedelta, arrived: Arrived) -> list[ColterError]:
        async with asyncio.TaskGroup() as group:
            work = [group.create_task(self._deliveries.deliver(sinks, patience, arrived))]
            if alerting := self._keeper.alerting:
                work.append(group.create_task(alerting.tell(patience)))
        return [problem for task in work for problem in task.result()]
