"""How often repositories and packages are read: every so often, or when the clocks on the wall say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from colter.config.cron import schedule
from colter.config.schema.config import Config
from colter.core.units import parse_duration

_DAY = timedelta(days=1)
_PAUSES = 10
"""Enough to come over a weekend."""
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ByClock:
    """At the times that a cron expression names, by the clocks of a time zone."""

    expression: str
    tz: str

    def __str__(self) -> str:
        return f"{self.expression} ({self.tz})"


Rhythm = timedelta | ByClock


def read_rhythm(written: str, tz: str) -> Rhythm:
    """What a cron expression or a duration that was checked comes to."""
    return ByClock(written, tz) if " " in written.strip() else parse_duration(written)


def own_rhythms(config: Config) -> Mapping[str, Rhythm]:
    """By source, of those that do not keep to `daemon.every`."""
    written = {"github": config.github.every, "pypi": config.pypi.every}
    return {source: read_rhythm(every, config.daemon.tz) for source, every in written.items() if every}


def longest_pause(rhythm: Rhythm) -> timedelta:
    """How long the time from one look to the next may be: by the clock a day at least."""
    if isinstance(rhythm, timedelta):
        return rhythm
    plan = schedule(rhythm.expression, rhythm.tz)
    pauses, look = [_DAY], plan.after(_ANY_TIME)
    for _ in range(_PAUSES):
        following = plan.after(look)
        pauses.append(following - look)
        look = following
    return max(pauses)
