"""Jobs that report to Colter: it is looked up regularly whether each has reported in time."""

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
        self._jobs = jobs
        self._judge = judge
        self._emit = emit
        self._schedule = Schedule(_intervals(jobs), clock)
        self.counts = self._schedule.counts

    def adopt(self, jobs: Mapping[str, tuple[Endpoint, timedelta]]) -> None:
        """Go on with these."""
        self._jobs = jobs
        self._schedule.adopt(_intervals(jobs))

    def begin_due(self, group: asyncio.TaskGroup) -> None:
        """Begin what is due, as a task of this group."""
        if due := [self._jobs[run.name][0] for run in self._schedule.due()]:
            group.create_task(self._look(due))

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        return self._schedule.until_next()

    async def _look(self, due: Sequence[Endpoint]) -> None:
        try:
            self._emit(await self._judge(due))
        finally:
            for job in due:
                self._schedule.done(job.name)


def _intervals(jobs: Mapping[str, tuple[Endpoint, timedelta]]) -> Mapping[str, timedelta]:
    return {name: interval for name, (_, interval) in jobs.items()}
