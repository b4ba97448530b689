"""When each of many things is due: once in its interval, at a time of its own, and never while it is still running.

It goes by the monotonic clock, which nobody can set.
"""

import heapq
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from colter.app.watching.recent_maximum import RecentMaximum
from colter.core.clock import Clock

SOON = timedelta(minutes=1)
"""Within this, or within its interval if that is shorter, everything is due for the first time, and after a sleep."""
ASLEEP = timedelta(seconds=5)
"""Who asks as seldom as that was stopped meanwhile: it asks every second at least."""
LATE_SECONDS = 1.0
"""Who begins so much after it was due is late."""


@dataclass(slots=True)
class Counts:
    """What has begun, and what did not go as planned, since the start."""

    begun: int = 0
    lag: RecentMaximum = field(default_factory=RecentMaximum)
    """Seconds from when a run was due until it began."""
    skipped: int = 0
    """Runs that fell out because the one before was still going on."""
    late: int = 0
    """Runs that began more than a second too late."""
    missed: int = 0
    """Runs that fell out because nobody was there to begin them."""


@dataclass(frozen=True, slots=True)
class Run:
    """One thing that is to be done now."""

    name: str
    due: float
    """By the monotonic clock, when it should have begun."""


class Schedule:
    """Tells what is due. Costs a few microseconds a run, however many there are."""

    def __init__(self, intervals: Mapping[str, timedelta], clock: Clock, *, soon: timedelta = SOON) -> None:
        """`intervals` by name. The phase of a name is the same after every start, by the wall clock of that moment.

        `soon`: another time in the place of `SOON`; nothing: at once.
        """
        self._clock = clock
        self._soon_seconds = soon.total_seconds()
        self._asked = clock.monotonic()
        self._names: list[str] = []
        self._places: dict[str, int] = {}
        self._seconds: list[float] = []
        self._slots: list[float] = []
        """When each is due next by its phase. `_due` may have an earlier time: soon after a start or a sleep."""
        self._due: list[tuple[float, int]] = []
        self._running: set[int] = set()
        self.counts = Counts()
        self.adopt(intervals)

    def adopt(self, intervals: Mapping[str, timedelta], going_on: Collection[str] = ()) -> None:
        """Go on with these: what is as it was keeps its turn, and goes on if it is going on.

        `going_on`: what others have begun and is not done.
        """
        now, wall = self._clock.monotonic(), self._clock.now().timestamp()
        running = {name for name in (*self.running, *going_on) if name in intervals}
        kept = {
            self._names[place]: (due, self._slots[place])
            for due, place in self._due
            if intervals.get(self._names[place]) == timedelta(seconds=self._seconds[place])
        }
        self._names = list(intervals)
        self._places = {name: place for place, name in enumerate(self._names)}
        self._seconds = [length.total_seconds() for length in intervals.values()]
        self._slots = [
            kept[name][1] if name in kept else now + (phase(name) * seconds - wall) % seconds
            for name, seconds in zip(self._names, self._seconds, strict=True)
        ]
        self._due = [
            (kept[name][0] if name in kept else self._soon(place, now), place) for name, place in self._places.items()
        ]
        heapq.heapify(self._due)
        self._running = {self._places[name] for name in running}

    def due(self) -> list[Run]:
        """What is to begin now; each goes on until `done` is told of it, and is not due meanwhile."""
        now = self._clock.monotonic()
        if now - self._asked > ASLEEP.total_seconds():
            self._wake_up(now)
        self._asked = now
        runs = []
        while self._due and self._due[0][0] <= now:
            due, place = self._due[0]
            heapq.heapreplace(self._due, (self._next_slot(place, now), place))
            if place in self._running:
                self.counts.skipped += 1
                continue
            self._running.add(place)
            self.counts.begun += 1
            self.counts.late += now - due > LATE_SECONDS
            self.counts.lag.note(now - due, now)
            runs.append(Run(self._names[place], due))
        return runs

    def done(self, name: str) -> None:
        """It may be due again; harmless twice, and for what is not planned any more."""
        if name in self._places:
            self._running.discard(self._places[name])

    @property
    def running(self) -> list[str]:
        """What has begun and is not done."""
        return [self._names[place] for place in self._running]

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        if not self._due:
            return timedelta.max
        return timedelta(seconds=max(0.0, self._due[0][0] - self._clock.monotonic()))

    def _wake_up(self, now: float) -> None:
        """What was due meanwhile is due once more, but not all of it in this moment."""
        overdue = [place for due, place in self._due if due <= now]
        for place in overdue:
            self.counts.missed += self._skip_slots(place, now)
        later = [(due, place) for due, place in self._due if due > now]
        self._due = later + [(self._soon(place, now), place) for place in overdue]
        heapq.heapify(self._due)

    def _soon(self, place: int, now: float) -> float:
        if self._seconds[place] <= self._soon_seconds:
            return self._slots[place]
        # Another hash than that of its phase: those that a sleep has passed over have their phases close together.
        return min(self._slots[place], now + phase(f"soon {self._names[place]}") * self._soon_seconds)

    def _next_slot(self, place: int, now: float) -> float:
        if self._slots[place] <= now:
            self.counts.missed += self._skip_slots(place, now) - 1
        elif self._slots[place] - now < self._seconds[place] / 2:  # it runs now, apart from its phase: that will do
            self._slots[place] += self._seconds[place]
        return self._slots[place]

    def _skip_slots(self, place: int, now: float) -> int:
        """Go on to the first slot that is still to come; how many were passed."""
        seconds = self._seconds[place]
        passed = int((now - self._slots[place]) // seconds) + 1
        self._slots[place] += passed * seconds
        return passed


def phase(name: str) -> float:
    """Where in its interval a name has its turn, from 0 to 1: the same on every machine, and evenly spread."""
    return int.from_bytes(sha256(name.encode("utf-8", "surrogatepass")).digest()[:6]) / 2**48
