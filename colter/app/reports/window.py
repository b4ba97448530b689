"""The time that a report is about: whole hours in UTC, days where whole days are in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_END = datetime(9999, 12, 31, tzinfo=UTC)
"""Of the calendar, beyond which nothing can be rounded."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whole hours, or whole days, that are counted together."""

    since: datetime
    until: datetime
    """First moment after it."""
    step: Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class Window:
    """The time of a report. Made by `window_of`."""

    since: datetime
    until: datetime
    """First moment after it: a whole hour, or now."""
    parts: Sequence[Part]
    """One behind the other; the last one may reach beyond now."""

    @property
    def length(self) -> timedelta:
        """How much time it is."""
        return self.until - self.since

    @property
    def end(self) -> datetime:
        """First moment after its last part."""
        return self.parts[-1].until


def window_of(since: datetime, until: datetime, now: datetime, *, hours_from: datetime | None = None) -> Window:
    """What is asked for, rounded out to whole hours, so that nothing of it is left out.

    Args:
        since: first moment that is asked for, before `until` and before now.
        until: first moment after it.
        now: the time. A window that reaches up to it takes all that is known of the last day.
        hours_from: what is older than this is kept by day only: it is rounded out to whole days. None: nothing is.
    """
    begin, end = _down(since, _HOUR), _up(min(until, _END), _HOUR)
    if hours_from and begin < hours_from:
        begin = _down(begin, _DAY)
    if end > now or (hours_from and end < hours_from):
        end = _up(end, _DAY) if _up(begin, _DAY) < end else end
    first_day, last_day = _up(begin, _DAY), _down(end, _DAY)
    if first_day >= last_day:
        parts = [Part(begin, end, "hour")]
    else:
        parts = [Part(begin, first_day, "hour"), Part(first_day, last_day, "day"), Part(last_day, end, "hour")]
    return Window(begin, min(end, now), [part for part in parts if part.since < part.until])


def _down(moment: datetime, step: timedelta) -> datetime:
    midnight = datetime.combine(moment.date(), time(), moment.tzinfo)
    return midnight + (moment - midnight) // step * step


def _up(moment: datetime, step: timedelta) -> datetime:
    down = _down(moment, step)
    return down if down == moment else down + step
