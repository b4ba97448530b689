"""When a cron expression is due, as crontab(5) means it, in a time zone with its summer time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from colter.config.schema.cron import read_cron

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

_NEAR = timedelta(hours=25)
"""Clocks are never changed by more than a day (Samoa has skipped one)."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The moments that a cron expression names. Made by `schedule`."""

    triggers: "Sequence[CronTrigger]"
    """They run in UTC, but stand for what the clocks on the wall show: those are never shown twice there."""
    zone: ZoneInfo
    hourly: bool
    """It names every hour, or every so many: such a one is due by the time that passes, as cron itself has it."""

    def after(self, moment: datetime) -> datetime:
        """The first moment after this one, in UTC.

        A time that clocks skip comes later by as much as they skip; one that they show twice counts the first time, or
        twice when the expression names every hour.
        """
        moment = moment.astimezone(UTC)
        offsets = [_offset(moment + near, self.zone) for near in (-_NEAR, timedelta(), _NEAR)]
        found: list[datetime] = []
        for shown in self._shown_after(moment.replace(tzinfo=None) + min(offsets)):
            found += [meant for meant in self._meant(shown) if meant > moment]
            # Around a change of the clocks, what is shown later may come earlier; but never earlier than this.
            if found and min(found).replace(tzinfo=None) <= shown - max(offsets):
                return min(found)
        raise OverflowError("the calendar ends")

    def _shown_after(self, shown: datetime) -> Iterator[datetime]:
        """What clocks show, one after the other, each later than this."""
        after = shown.replace(tzinfo=UTC)
        while True:
            after += timedelta(microseconds=1)
            dues = [trigger.get_next_fire_time(None, after) for trigger in self.triggers]
            if None in dues:
                return
            after = min(dues)
            yield after.replace(tzinfo=None)

    def _meant(self, shown: datetime) -> set[datetime]:
        folds = (0, 1) if self.hourly and self._is_shown(shown) else (0,)
        return {shown.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in folds}

    def _is_shown(self, shown: datetime) -> bool:
        back = shown.replace(tzinfo=self.zone).astimezone(UTC).astimezone(self.zone)
        return back.replace(tzinfo=None, fold=0) == shown


def schedule(expression: str, tz: str) -> Schedule:
    """The schedule of an expression that `check_cron` takes, by the clocks of a time zone that exists."""
    from apscheduler.triggers.cron import CronTrigger

    cron = read_cron(expression)
    common = {"minute": cron.minutes, "hour": cron.hours, "month": cron.months}
    days, weekdays = {"day": cron.days}, {"day_of_week": _from_monday(cron.weekdays)}
    # Where both are restricted, either is enough: crontab(5). APScheduler wants both.
    chosen = [days, weekdays] if cron.either_day else [days | weekdays]
    triggers = [
        CronTrigger(**{name: _listed(numbers) for name, numbers in (common | fields).items()}, timezone=UTC)
        for fields in chosen
    ]
    return Schedule(triggers, ZoneInfo(tz), cron.hourly)


def _from_monday(weekdays: Sequence[int]) -> Sequence[int]:
    """APScheduler's numbers of crontab's days: its week begins with 0 on Monday, the other one's on Sunday."""
    return sorted({(day - 1) % 7 for day in weekdays})


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
