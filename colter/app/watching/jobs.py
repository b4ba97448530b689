"""The jobs that report to Colter: whether each has, is looked up as often as an endpoint is probed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from colter.app.watching.schedule import Schedule
from colter.config.schema.endpoints import Endpoint
from colter.core.clock import Clock
from colter.core.model import ProbeResult

Judge = Callable[[Sequence[Endpoint]], Awaitable[Sequence[ProbeResult]]]
"""Says how jobs stand, by what they have reported. Must not raise."""


class Jobs:
    """Begins what is due."""

    def __init__(
        self,
        jobs: Mapping[str, tuple[Endpoint, timedelta]],
        judge: Judge,
        clock: Clock,
        emit: Callable[[Sequence[ProbeResult]], None],
    ) -> None:
        """`jobs` by name, each with the time from one look to the next."""
        self._jobs = {name: job for name, (job, _) in jobs.items()}
        self._judge = judge
        self._emit = emit
        self._schedule = Schedule({name: interval for name, (_, interval) in jobs.items()}, clock)

    def begin_due(self, group: asyncio.TaskGroup) -> None:
        """Begin what is due, as a task of this group."""
        if names := [run.name for run in self._schedule.due()]:
            group.create_task(self._look(names))

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        return self._schedule.until_next()

    async def _look(self, names: Sequence[str]) -> None:
        try:
            self._emit(await self._judge([self._jobs[name] for name in names]))
        finally:
            for name in names:
                self._schedule.done(name)
