"""Looks at one endpoint, one after another, as tallies by the hour and as outages.

A look holds from its moment until the next one, at most for twice the interval; behind that nothing is known. An outage
begins with the first failing look of a run that is long enough, and ends with the first good look of a recovery that
is; what counts as enough is what alerts go by (`colter.core.alerting.trail`). Failing looks of a run that was too short
are a blip. Until that is decided, looks wait in `Running`. All times are whole milliseconds.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from colter.core.alerting.observation import Verdict
from colter.core.alerting.trail import follow, reached
from colter.core.model import EndpointState, Reason
from colter.core.uptime.pace import Pace
from colter.core.uptime.running import Running, Spell, Waiting
from colter.core.uptime.tally import Tally

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_SET_BACK_MS = HOUR_MS
"""A look that is older than the one before by more than this did not come late: the clock was set back."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_UP, _DEGRADED, _DOWN = EndpointState.UP, EndpointState.DEGRADED, EndpointState.DOWN
_MAINTENANCE = EndpointState.MAINTENANCE
_JUDGED = frozenset({_UP, _DEGRADED, _DOWN})
_TIMES = {_UP: "up_ms", _DEGRADED: "degraded_ms", _MAINTENANCE: "maintenance_ms"}

Look = tuple[int, EndpointState, int | None, Reason | None]
"""When it was (ms), what it saw, how long the answer took (us), what was wrong. One that asked nothing is unknown."""


class Counting:
    """The count of one endpoint, going on from where it stood. Cut into pieces anyhow, it comes to the same."""

    def __init__(self, running: Running) -> None:
        self.running = running
        """Where it stands now."""
        self.hours: dict[int, Tally] = {}
        """What has come to each hour since, by its beginning."""
        self.outages: dict[int, Spell] = {}
        """Outages that began, went on or ended since, by their beginning."""

    @property
    def days(self) -> dict[int, Tally]:
        """The same by the day."""
        days: dict[int, Tally] = {}
        for begins, tally in self.hours.items():
            days.setdefault(begins - begins % DAY_MS, Tally()).merge(tally)
        return days

    def add(self, looks: Iterable[Look], pace: Pace) -> None:
        """Count these, in the order in which they were kept."""
        now, closed = self.running, pace.maintenance
        holds = 2 * (pace.interval // _MILLISECOND) if pace.interval else None
        begins = ends = 0
        tally = Tally()
        for at, seen, latency, reason in looks:
            state = _MAINTENANCE if closed and closed(_EPOCH + at * _MILLISECOND) else seen
            if not begins <= at < ends:
                begins = at - at % HOUR_MS
                ends, tally = begins + HOUR_MS, self._hour(begins)
            tally.see(state, latency)
            if now.last is not None:
                gap = at - now.last
                if -_SET_BACK_MS <= gap < 0:
                    continue  # it came late: nobody knows any more what it would have changed
                gap = max(gap, 0)
                held = min(gap, holds or min(2 * now.gap, DAY_MS))
                # Nearly every look is a good one after a good one: those are counted here, without a call.
                if now.state is _UP and now.last >= begins and not now.waiting and not now.outage:
                    tally.up_ms += held
                else:
                    self._hold(now.last, held)
                now.gap = gap
            now.last, now.state = at, state
            if state is not _UP or now.waiting or now.outage:
                self._judge(at, seen, state, reason, pace)

    def _hold(self, at: int, held: int) -> None:
        """So long it was as the last look saw it."""
        now = self.running
        if now.state is EndpointState.UNKNOWN:
            return
        if now.state is _MAINTENANCE:
            self._spend("maintenance_ms", at, held)
        elif now.waiting:
            now.waiting[-1].held = held
        else:
            self._spend("down_ms" if now.outage else _TIMES[now.state], at, held)

    def _judge(self, at: int, seen: EndpointState, state: EndpointState, reason: Reason | None, pace: Pace) -> None:
        """Whether it begins or ends an outage. In a maintenance a failing look tells nothing, a good one does."""
        if seen not in _JUDGED or (seen is _DOWN and state is _MAINTENANCE):
            return
        now = self.running
        wanted, enough = (Verdict.GOOD, pace.up_after) if now.outage else (Verdict.BAD, pace.down_after)
        looks = (*now.waiting, Waiting(at, seen, reason))
        trail = follow(now.waiting, looks[-1], wanted, enough)
        begin = next((place for place, look in enumerate(looks) if trail and look is trail[0]), len(looks))
        self._settle(looks[:begin])
        now.waiting = looks[begin:]
        if reached(trail, wanted, enough):
            self._turn()

    def _turn(self) -> None:
        """The looks that wait are enough: the outage that they begin, or end, did so with the first of them."""
        now = self.running
        looks, now.waiting = now.waiting, ()
        first = looks[0]
        if now.outage:
            now.outage.ended = max(first.at, now.outage.started)
            self.outages[now.outage.started] = now.outage
            now.outage = None
        else:
            now.outage = Spell(first.at, None, first.reason)
            self._hour(first.at - first.at % HOUR_MS).outages += 1
        self._settle(looks)

    def _settle(self, looks: Sequence[Waiting]) -> None:
        """These belong to the outage that there is, or to none."""
        outage, before = self.running.outage, Verdict.GOOD
        for look in looks:
            fails = look.verdict is Verdict.BAD
            if outage:
                self._spend("down_ms", look.at, look.held)
                outage.looks += fails
                self.outages[outage.started] = outage
            else:
                self._spend("blip_ms" if fails else _TIMES[look.state], look.at, look.held)
                if fails and before is Verdict.GOOD:
                    self._hour(look.at - look.at % HOUR_MS).blips += 1
            before = look.verdict

    def _spend(self, what: str, at: int, length: int) -> None:
        """Add a stretch of time to the hours that it lies in."""
        while length > 0:
            begins = at - at % HOUR_MS
            part = min(length, begins + HOUR_MS - at)
            tally = self._hour(begins)
            setattr(tally, what, getattr(tally, what) + part)
            at, length = at + part, length - part

    def _hour(self, begins: int) -> Tally:
        tally = self.hours.get(begins)
        if tally is None:
            tally = self.hours[begins] = Tally()
        return tally
