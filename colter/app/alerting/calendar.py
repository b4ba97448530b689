"""Maintenance windows: whether one is open at a given moment, also on days when summer time begins or ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from colter.config.cron import schedule
from colter.config.schema.alerting import Maintenance
from colter.core.alerting.routes import Match, Window

_NEVER = datetime.max.replace(tzinfo=UTC)


class Calendar:
    """The times of one maintenance. Asked at every decision: it knows until when its last answer holds."""

    def __init__(self, match: Match, after: Callable[[datetime], datetime], duration: timedelta) -> None:
        """A calendar.

        Args:
            match: which alerts are muted.
            after: the first beginning after a moment.
            duration: of real time, from each beginning on.
        """
        self.match = match
        self._after = after
        self._duration = duration
        self._from = self._until = _NEVER
        self._open = False

    def is_open(self, at: datetime) -> bool:
        """Whether this moment is in a window; the end of a window is not."""
        if not self._from <= at < self._until:
            self._turn_to(at)
        return self._open

    def window(self, at: datetime) -> Window | None:
        """The window that is open at this moment; None when none is."""
        return Window(self.match, self._from, self._until) if self.is_open(at) else None

    def _turn_to(self, at: datetime) -> None:
        begins = self._after(at - self._duration)
        self._open = begins <= at
        self._from, self._until = (begins, begins + self._duration) if self._open else (at, begins)


def read_calendar(maintenance: Maintenance, match: Match) -> Calendar:
    """The calendar of a maintenance, as it is configured."""
    if maintenance.cron and maintenance.duration:
        return Calendar(match, schedule(maintenance.cron, maintenance.tz).after, maintenance.duration)
    begins, ends = maintenance.once
    return Calendar(match, lambda moment: begins if moment < begins else _NEVER, ends - begins)
