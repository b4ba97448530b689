"""When each name with a cron expression is due. It does what `Schedule` does for intervals."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from colter.app.watching.interruptions import DRIFT
from colter.app.watching.schedule import ASLEEP, LATE_SECONDS, SOON, Counts, Run, phase
from colter.config.cron import Schedule as Moments
from colter.config.cron import schedule
from colter.config.rhythm import ByClock
from colter.core.clock import Clock

_MOST_MISSED = 1000
"""So many are counted of a long sleep: each takes a little time to be found."""


@dataclass(slots=True)
class _Turn:
    """When one name is due next."""

    cron: ByClock
    moments: Moments
    next: datetime
    soon: float | None
    """Apart from its times, by the monotonic clock; it makes up for those at which nobody was there."""

    def go_on(self, wall: datetime) -> int:
        """To the first time that is still to come; how many were passed."""
        passed = 0
        while self.next <= wall and passed < _MOST_MISSED:
            self.next, passed = self.moments.after(self.next), passed + 1
        self.next = max(self.next, self.moments.after(wall))
        return passed


class Timetable:
    """Tells what is due. For a few names: each costs as much as hundreds of a `Schedule`."""

    def __init__(self, crons: Mapping[str, ByClock], clock: Clock, counts: Counts, *, soon: timedelta = SOON) -> None:
        """A timetable; each name is due once within `soon`, and then whenever its expression says so.

        Args:
            crons: cron expressions by name.
            clock: the time.
            counts: is told what has begun, and what did not go as planned.
            soon: within this time a run makes up for all those at which nobody was there.
        """
        self._clock = clock
        self._counts = counts
        self._soon_seconds = soon.total_seconds()
        self._asked, self._wall = clock.monotonic(), clock.now()
        self._turns: dict[str, _Turn] = {}
        self._running: set[str] = set()
        self.adopt(crons)

    def adopt(self, crons: Mapping[str, ByClock], going_on: Collection[str] = ()) -> None:
        """Go on with these: what is as it was keeps its turn. `going_on`: what others have begun and is not done."""
        before, self._turns = self._turns, {}
        for name, cron in crons.items():
            kept = before.get(name)
            self._turns[name] = kept if kept and kept.cron == cron else self._first(name, cron)
        self._running = {*self._running, *going_on} & crons.keys()

    def due(self) -> list[Run]:
        """What is to begin now; each goes on until `done` is told of it, and is not due meanwhile."""
        now, wall = self._clock.monotonic(), self._clock.now()
        if self._wall + timedelta(seconds=now - self._asked) - wall > DRIFT:  # the clock was set back
            for turn in self._turns.values():
                turn.next = turn.moments.after(wall)
        self._asked, self._wall = now, wall
        late = {name: self._late(name, turn, now, wall) for name, turn in self._turns.items()}
        found = [self._begin(name, seconds, now) for name, seconds in late.items() if seconds is not None]
        return [run for run in found if run]

    def done(self, name: str) -> None:
        """It may be due again; harmless twice, and for what is not planned any more."""
        self._running.discard(name)

    @property
    def running(self) -> list[str]:
        """What has begun and is not done."""
        return sorted(self._running)

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        now, wall = self._clock.monotonic(), self._clock.now()
        waits = [turn.next - wall for turn in self._turns.values()]
        waits += [timedelta(seconds=turn.soon - now) for turn in self._turns.values() if turn.soon is not None]
        return max(timedelta(0), min(waits, default=timedelta.max))

    def _first(self, name: str, cron: ByClock) -> _Turn:
        moments = schedule(cron.expression, cron.tz)
        return _Turn(cron, moments, moments.after(self._clock.now()), self._soon(name))

    def _soon(self, name: str) -> float:
        return self._clock.monotonic() + phase(f"soon {name}") * self._soon_seconds

    def _late(self, name: str, turn: _Turn, now: float, wall: datetime) -> float | None:
        """How many seconds ago it was due; None: it is not."""
        late = wall - turn.next
        if late > ASLEEP:  # a sleep, or a clock that was set, has passed over it
            self._counts.missed += turn.go_on(wall)
            turn.soon = self._soon(name)
        elif late >= timedelta(0):
            self._counts.missed += turn.go_on(wall) - 1
            turn.soon = None
            return late.total_seconds()
        if turn.soon is None or turn.soon > now:
            return None
        seconds, turn.soon = now - turn.soon, None
        return seconds

    def _begin(self, name: str, late: float, now: float) -> Run | None:
        if name in self._running:
            self._counts.skipped += 1
            return None
        self._running.add(name)
        self._counts.begun += 1
        self._counts.late += late > LATE_SECONDS
        self._counts.lag.note(late, now)
        return Run(name, now - late)
