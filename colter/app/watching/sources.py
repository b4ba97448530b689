"""Reads each source (repositories, packages) when it is due, by interval or cron expression, never twice at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from colter.app.registry import TrackPlan
from colter.app.watching.schedule import Run, Schedule
from colter.app.watching.timetable import Timetable
from colter.config.rhythm import ByClock, Rhythm
from colter.core.clock import Clock
from colter.core.units import format_amount

log = logging.getLogger(__name__)

Track = Callable[[TrackPlan], Awaitable[object]]
"""Reads one source and keeps what it brought. Must not raise."""


class Sources:
    """Begins what is due."""

    def __init__(self, plans: Sequence[TrackPlan], rhythms: Mapping[str, Rhythm], track: Track, clock: Clock) -> None:
        """`rhythms` by name of the source: how often each is read."""
        self._plans = _by_name(plans)
        self._track = track
        self._schedule = Schedule(_lengths(rhythms), clock)
        self.counts = self._schedule.counts
        self._timetable = Timetable(_crons(rhythms), clock, self.counts)
        self._told: set[str] = set()
        """Whose slowness was told already."""

    def adopt(self, plans: Sequence[TrackPlan], rhythms: Mapping[str, Rhythm]) -> None:
        """Go on with these."""
        self._plans = _by_name(plans)
        going_on = self._running
        self._schedule.adopt(_lengths(rhythms), going_on)
        self._timetable.adopt(_crons(rhythms), going_on)

    def begin_due(self, group: asyncio.TaskGroup) -> None:
        """Begin what is due, as tasks of this group."""
        for run in self._due():
            group.create_task(self._follow(self._plans[run.name]))

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        return min(self._schedule.until_next(), self._timetable.until_next())

    @property
    def _running(self) -> list[str]:
        return [*self._schedule.running, *self._timetable.running]

    def _due(self) -> list[Run]:
        running, skipped, missed = self._running, self.counts.skipped, self.counts.missed
        runs = [*self._schedule.due(), *self._timetable.due()]
        if self.counts.missed > missed:
            fell_out = format_amount(self.counts.missed - missed, "look")
            log.warning("%s at repositories or packages fell out: nobody was there to begin them", fell_out)
        if self.counts.skipped > skipped and not self._told.issuperset(running):
            self._told.update(running)
            log.warning("%s: still being read when it was due again, so that look falls out", ", ".join(running))
        return runs

    async def _follow(self, plan: TrackPlan) -> None:
        try:
            await self._track(plan)
        finally:
            self._schedule.done(plan.source)
            self._timetable.done(plan.source)
            self._told.discard(plan.source)


def _by_name(plans: Sequence[TrackPlan]) -> Mapping[str, TrackPlan]:
    return {plan.source: plan for plan in plans}


def _lengths(rhythms: Mapping[str, Rhythm]) -> Mapping[str, timedelta]:
    return {name: rhythm for name, rhythm in rhythms.items() if not isinstance(rhythm, ByClock)}


def _crons(rhythms: Mapping[str, Rhythm]) -> Mapping[str, ByClock]:
    return {name: rhythm for name, rhythm in rhythms.items() if isinstance(rhythm, ByClock)}
