"""What uptime means, said once more: over the whole list of looks at once, as slowly as it likes."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from colter.core.alerting.policy import Threshold
from colter.core.model import EndpointState, Reason
from colter.core.uptime.counting import Look
from colter.core.uptime.pace import Pace
from tests.fakes.clock import START

HOUR = 3_600_000
DAY = 24 * HOUR
START_MS = int(START.timestamp() * 1000)


@dataclass(slots=True)
class Seen:
    """One look that was not late."""

    at: int
    state: EndpointState
    reason: Reason | None
    holds: int
    """Milliseconds."""
    closed: bool
    """It fell into a maintenance."""
    fate: str = ""
    """Where its time goes: up_ms, down_ms, ...; nothing: it is not decided, or not known."""

    @property
    def good(self) -> bool:
        return self.state in (EndpointState.UP, EndpointState.DEGRADED)

    @property
    def bad(self) -> bool:
        return self.state is EndpointState.DOWN and not self.closed

    @property
    def own(self) -> str:
        return "blip_ms" if self.bad else f"{self.state.value}_ms"


@dataclass(slots=True)
class Truth:
    """What it all comes to."""

    hours: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    latencies: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    outages: list[tuple[int, int | None, Reason | None, int]] = field(default_factory=list)
    """When each began and ended, why it began, how many looks failed in it."""


def truth(looks: Sequence[Look], pace: Pace, closed: Mapping[int, bool]) -> Truth:
    """Of looks in the order in which they were kept; `closed`: whether the hour is one of maintenance."""
    found = Truth()
    for at, state, latency, _ in looks:
        hour = at - at % HOUR
        if closed.get(hour):
            continue
        found.hours[hour][state.value] += 1
        if state in (EndpointState.UP, EndpointState.DEGRADED) and latency is not None:
            found.latencies[hour].append(latency)
    row = _row(looks, pace, closed)
    judged = [look for look in row if look.good or look.bad]
    _decide(judged, pace, found)
    for look in row:
        if look.closed:
            look.fate = "maintenance_ms"
        for hour, length in _parts(look.at, look.holds):
            if look.fate:
                found.hours[hour][look.fate] += length
    return found


def _row(looks: Sequence[Look], pace: Pace, closed: Mapping[int, bool]) -> list[Seen]:
    """Those that were not late, each with the time that it stands for."""
    row: list[Seen] = []
    gap = 0
    for at, state, _, reason in looks:
        if row and row[-1].at - HOUR <= at < row[-1].at:
            continue
        if row:
            longest = min(2 * gap, DAY) if pace.interval is None else 2 * int(pace.interval.total_seconds() * 1000)
            gap = max(at - row[-1].at, 0)
            row[-1].holds = min(gap, longest)
        row.append(Seen(at, state, reason, 0, closed.get(at - at % HOUR, False)))
    return row


def _decide(judged: Sequence[Seen], pace: Pace, found: Truth) -> None:
    """Which looks belong to outages; those that may still come to belong to one, or to none, have no fate."""
    turned, began = 0, None
    for place in range(len(judged)):
        if began is None:
            first = _run(judged, turned, place, pace.down_after, bad=True)
            if first is not None and _enough(judged, first, place, pace.down_after, bad=True):
                _own(judged[turned:first], found)
                turned, began = place + 1, first
        else:
            first = _run(judged, turned, place, pace.up_after, bad=False)
            if first is not None and _enough(judged, first, place, pace.up_after, bad=False):
                _outage(judged[began:first], judged[first].at, found)
                _own(judged[first : place + 1], found)
                turned, began = place + 1, None
    threshold = pace.down_after if began is None else pace.up_after
    waits = _run(judged, turned, len(judged) - 1, threshold, bad=began is None)
    settled = len(judged) if waits is None else waits
    if began is None:
        _own(judged[turned:settled], found)
    else:
        _outage(judged[began:settled], None, found)


def _run(judged: Sequence[Seen], turned: int, place: int, threshold: Threshold, *, bad: bool) -> int | None:
    """Where the longest run begins that ends here, with no more of the other kind in it than are tolerated."""
    for first in range(turned, place + 1):
        others = sum(look.bad is not bad for look in judged[first : place + 1])
        if judged[first].bad is bad and others <= threshold.of - threshold.count:
            return first
    return None


def _enough(judged: Sequence[Seen], first: int, place: int, threshold: Threshold, *, bad: bool) -> bool:
    wanted = sum(look.bad is bad for look in judged[first : place + 1])
    return judged[place].bad is bad and wanted >= threshold.count


def _own(looks: Sequence[Seen], found: Truth) -> None:
    before = False
    for look in looks:
        look.fate = look.own
        if look.bad and not before:
            found.hours[look.at - look.at % HOUR]["blips"] += 1
        before = look.bad


def _outage(looks: Sequence[Seen], ended: int | None, found: Truth) -> None:
    for look in looks:
        look.fate = "down_ms"
    first = looks[0]
    found.hours[first.at - first.at % HOUR]["outages"] += 1
    ended = None if ended is None else max(ended, first.at)
    found.outages.append((first.at, ended, first.reason, sum(look.bad for look in looks)))


def _parts(at: int, length: int) -> Iterator[tuple[int, int]]:
    """The hours that a stretch of time lies in, with its length in each."""
    for hour in range(at - at % HOUR, at + length, HOUR):
        yield hour, min(at + length, hour + HOUR) - max(at, hour)
