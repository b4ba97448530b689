"""The sources: repositories and packages, each read every so often, never beside itself."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from colter.app.registry import TrackPlan
from colter.app.watching.schedule import Schedule
from colter.core.clock import Clock

Track = Callable[[TrackPlan], Awaitable[object]]
"""Reads one source and keeps what it brought. Must not raise."""


class Sources:
    """Begins what is due."""

    def __init__(self, plans: Sequence[TrackPlan], every: timedelta, track: Track, clock: Clock) -> None:
        self._plans = _by_name(plans)
        self._track = track
        self._schedule = Schedule(dict.fromkeys(self._plans, every), clock)
        self.counts = self._schedule.counts

    def adopt(self, plans: Sequence[TrackPlan], every: timedelta) -> None:
        """Go on with these."""
        self._plans = _by_name(plans)
        self._schedule.adopt(dict.fromkeys(self._plans, every))

    def begin_due(self, group: asyncio.TaskGroup) -> None:
        """Begin what is due, as tasks of this group."""
        for run in self._schedule.due():
            group.create_task(self._follow(self._plans[run.name]))

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        return self._schedule.until_next()

    async def _follow(self, plan: TrackPlan) -> None:
        try:
            await self._track(plan)
        finally:
            self._schedule.done(plan.source)


def _by_name(plans: Sequence[TrackPlan]) -> Mapping[str, TrackPlan]:
    return {plan.source: plan for plan in plans}
