"""Probes each endpoint when it is due. A failure that may be ours (we were stopped, or too late) becomes unknown."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from colter.app.watching.interruptions import Interruptions
from colter.app.watching.schedule import SOON, Schedule
from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.sources.probe.check import Check
from colter.sources.probe.prober import Prober

log = logging.getLogger(__name__)

_BAD = (EndpointState.DOWN, EndpointState.DEGRADED)


@dataclass(frozen=True, slots=True)
class WatchedEndpoint:
    """An endpoint, and how often it is looked at."""

    check: Check
    interval: timedelta


@dataclass(slots=True, eq=False)
class _Begun:
    due: datetime
    interval: timedelta
    disturbed: bool = False
    """This process was stopped, or the clock was set, since: a bad result may come of that."""


class Endpoints:
    """Begins what is due, and hands over results as they come."""

    def __init__(
        self,
        watched: Sequence[WatchedEndpoint],
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
        self._schedule = Schedule(self._intervals, clock, soon=soon)
        self.counts = self._schedule.counts
        self._interruptions = Interruptions(clock)
        self._begun: dict[str, _Begun] = {}
        self._on_their_way: set[asyncio.Future[None]] = set()
        self._behind = False

    def adopt(self, watched: Sequence[WatchedEndpoint]) -> None:
        """Go on with these. What is on its way of those that are as they were arrives; all else is not heard of."""
        before, self._watched = self._watched, {each.check.name: each for each in watched}
        self._schedule.adopt(self._intervals)
        for name in [name for name in self._begun if not self._is_as_in(before, name)]:
            del self._begun[name]
            self._schedule.done(name)

    def begin_due(self) -> None:
        """Begin what is due."""
        self._note_interruptions()
        if not (runs := self._schedule.due()):
            return
        now, monotonic = self._clock.now(), self._clock.monotonic()
        batch = {
            run.name: _Begun(now - timedelta(seconds=monotonic - run.due), self._watched[run.name].interval)
            for run in runs
        }
        self._begun |= batch
        work = self._prober.begin([self._watched[name].check for name in batch], partial(self._take, batch))
        self._on_their_way.add(work)
        work.add_done_callback(lambda future: self._end(batch, future))

    def stop(self) -> None:
        """Begin nothing more; what is on its way is forgotten."""
        for work in list(self._on_their_way):
            work.cancel()

    def until_next(self) -> timedelta:
        """How long nothing will be due."""
        return self._schedule.until_next()

    @property
    def _intervals(self) -> Mapping[str, timedelta]:
        return {name: each.interval for name, each in self._watched.items()}

    def _is_as_in(self, before: Mapping[str, WatchedEndpoint], name: str) -> bool:
        return name in self._watched and self._watched[name].check == before[name].check

    def _take(self, batch: Mapping[str, _Begun], results: Sequence[ProbeResult]) -> None:
        self._note_interruptions()
        asked = [result for result in results if self._finish(result.endpoint, batch)]
        self._emit([self._judge(result, batch[result.endpoint]) for result in asked])

    def _finish(self, name: str, batch: Mapping[str, _Begun]) -> bool:
        """One of a batch has ended; whether anybody still wants to know how."""
        wanted = self._begun.get(name) is batch[name]
        if wanted:
            del self._begun[name]
            self._schedule.done(name)
        return wanted

    def _judge(self, result: ProbeResult, begun: _Begun) -> ProbeResult:
        if result.state not in _BAD:
            return result
        if begun.disturbed:
            return _unknown(result, "Colter was stopped, or the clock was set, while it was looked at")
        late = result.at - begun.due
        if late <= begun.interval:
            return result
        self._tell_behind(late)
        return _unknown(result, "it was looked at later than its interval: Colter had too much to do")

    def _note_interruptions(self) -> None:
        if self._interruptions.happened():
            for begun in self._begun.values():
                begun.disturbed = True

    def _end(self, batch: Mapping[str, _Begun], work: "asyncio.Future[None]") -> None:
        self._on_their_way.discard(work)
        if work.cancelled() or not work.exception():
            return
        log.error("probes were lost: %s", work.exception())
        for name in batch:  # what has not come will not come any more: let it be due again
            self._finish(name, batch)

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
