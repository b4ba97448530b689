"""The endpoints: each is begun when it is due, and what is doubtful because of us is not held against it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from colter.app.watching.pulse import Pulse
from colter.app.watching.schedule import SOON, Schedule
from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.sources.probe.check import Check
from colter.sources.probe.prober import Prober

log = logging.getLogger(__name__)

_BAD = (EndpointState.DOWN, EndpointState.DEGRADED)


@dataclass(frozen=True, slots=True)
class Watched:
    """An endpoint, and how often it is looked at."""

    check: Check
    interval: timedelta


@dataclass(slots=True)
class _Begun:
    due: datetime
    disturbed: bool = False
    """Something happened to us since; a bad result would tell of that."""


class Endpoints:
    """Begins what is due, and hands over results as they come."""

    def __init__(
        self,
        watched: Sequence[Watched],
        prober: Prober,
        clock: Clock,
        emit: Callable[[Sequence[ProbeResult]], None],
        *,
        soon: timedelta = SOON,
    ) -> None:
        """`soon`: within this each has its first look."""
        self._watched = {each.check.name: each for each in watched}
        self._prober = prober
        self._clock = clock
        self._emit = emit
        intervals = {name: each.interval for name, each in self._watched.items()}
        self._schedule = Schedule(intervals, clock, soon=soon)
        self.counts = self._schedule.counts
        self._pulse = Pulse(clock)
        self._begun: dict[str, _Begun] = {}
        self._on_their_way: set[asyncio.Future[None]] = set()
        self._behind = False

    def begin_due(self) -> None:
        """Begin what is due."""
        self._feel()
        if not (runs := self._schedule.due()):
            return
        now, monotonic = self._clock.now(), self._clock.monotonic()
        for run in runs:
            self._begun[run.name] = _Begun(now - timedelta(seconds=monotonic - run.due))
        names = [run.name for run in runs]
        work = self._prober.begin([self._watched[name].check for name in names], self._take)
        self._on_their_way.add(work)
        work.add_done_callback(lambda future: self._end(names, future))

    def stop(self) -> None:
        """Begin nothing more; what is on its way is forgotten."""
        for work in list(self._on_their_way):
            work.cancel()

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        return self._schedule.until_next()

    def _take(self, results: Sequence[ProbeResult]) -> None:
        self._feel()
        judged = [self._judge(result, self._begun.pop(result.endpoint)) for result in results]
        for result in results:
            self._schedule.done(result.endpoint)
        self._emit(judged)

    def _judge(self, result: ProbeResult, begun: _Begun) -> ProbeResult:
        if result.state not in _BAD:
            return result
        if begun.disturbed:
            return _unknown(result, "Colter was stopped, or the clock was set, while it was looked at")
        late = result.at - begun.due
        if late <= self._watched[result.endpoint].interval:
            return result
        self._tell_behind(late)
        return _unknown(result, "it was looked at later than its interval: Colter had too much to do")

    def _feel(self) -> None:
        if self._pulse.missed():
            for begun in self._begun.values():
                begun.disturbed = True

    def _end(self, names: Sequence[str], work: "asyncio.Future[None]") -> None:
        self._on_their_way.discard(work)
        if work.cancelled() or not work.exception():
            return
        log.error("probes were lost: %s", work.exception())
        for name in names:  # what has not come will not come any more: let it be due again
            if self._begun.pop(name, None):
                self._schedule.done(name)

    def _tell_behind(self, late: timedelta) -> None:
        if not self._behind:
            self._behind = True
            log.warning(
                "probes begin %.0f s late: there are too many for this machine, or too many that hang. "
                "What fails so late is unknown, not down",
                late.total_seconds(),
            )


def _unknown(result: ProbeResult, why: str) -> ProbeResult:
    return replace(result, state=EndpointState.UNKNOWN, reason=Reason.INTERNAL_ERROR, detail=why)
