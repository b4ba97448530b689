"""What the results of one endpoint come to in one hour, one day, or any time put together from those."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from colter.core.model import EndpointState
from colter.core.uptime.sketch import Sketch

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Tally:
    """Looks by what they saw, time by how it was, and how long answers took. The order is that of the table.

    Looks in a maintenance are not counted; their time is.
    """

    up: int = 0
    degraded: int = 0
    down: int = 0
    unknown: int = 0
    """Looks that told nothing, because it was us who were offline, or because nothing was asked."""
    outages: int = 0
    """That began in this time."""
    blips: int = 0
    """Runs of failing looks that were too short to be an outage, and began in this time."""
    up_ms: int = 0
    degraded_ms: int = 0
    down_ms: int = 0
    blip_ms: int = 0
    maintenance_ms: int = 0
    latency_sum_us: int = 0
    """Of looks that were up or degraded, as everything about latencies."""
    fastest_us: int | None = None
    slowest_us: int | None = None
    sketch: Sketch = field(default_factory=Sketch)

    @classmethod
    def total(cls, tallies: Iterable["Tally"]) -> "Tally":
        """All of these together; quicker than one after another."""
        together, sketches = cls(), []
        for each in tallies:
            together._add_numbers(each)
            sketches.append(each.sketch)
        together.sketch = Sketch.total(sketches)
        return together

    def see(self, state: EndpointState, latency_us: int | None) -> None:
        """One look more; a look in a maintenance changes nothing."""
        if state is EndpointState.UP:
            self.up += 1
        elif state is EndpointState.DEGRADED:
            self.degraded += 1
        else:
            self.down += state is EndpointState.DOWN
            self.unknown += state is EndpointState.UNKNOWN
            return
        if latency_us is not None:
            self.latency_sum_us += latency_us
            if self.fastest_us is None or latency_us < self.fastest_us:
                self.fastest_us = latency_us
            if self.slowest_us is None or latency_us > self.slowest_us:
                self.slowest_us = latency_us
            self.sketch.add(latency_us)

    def merge(self, other: "Tally") -> None:
        """Take in another one, of the same time or of another."""
        self._add_numbers(other)
        self.sketch.merge(other.sketch)

    @property
    def looks(self) -> int:
        """How often it was looked at, maintenance apart."""
        return self.up + self.degraded + self.down + self.unknown

    @property
    def availability(self) -> float | None:
        """The share of the time in which it was not down, of the time that is known; None when none of it is.

        A blip is not held against it, and a maintenance is not counted.
        """
        good = self.up_ms + self.degraded_ms + self.blip_ms
        known = good + self.down_ms
        return good / known if known else None

    @property
    def known(self) -> timedelta:
        """Of how much time it is known how it was; maintenance too."""
        parts = self.up_ms + self.degraded_ms + self.down_ms + self.blip_ms + self.maintenance_ms
        return parts * _MILLISECOND

    @property
    def downtime(self) -> timedelta:
        """How long it was down."""
        return self.down_ms * _MILLISECOND

    def coverage(self, span: timedelta) -> float | None:
        """The share of this whole time of which it is known how it was; None of no time at all."""
        return min(self.known / span, 1.0) if span else None

    @property
    def mean_ms(self) -> float | None:
        """Mean latency in milliseconds; None when nothing was answered."""
        answered = self.sketch.count
        return self.latency_sum_us / answered / 1000 if answered else None

    def percentiles_ms(self, shares: Sequence[float]) -> list[float | None]:
        """For each share (0.95) the latency in milliseconds, within 1 %, that so many answers did not exceed."""
        fastest, slowest = self.fastest_us, self.slowest_us
        if fastest is None or slowest is None:
            return [None for _ in shares]
        found = self.sketch.quantiles(shares)
        return [None if each is None else min(max(each, fastest), slowest) / 1000 for each in found]

    def _add_numbers(self, other: "Tally") -> None:
        self.up += other.up
        self.degraded += other.degraded
        self.down += other.down
        self.unknown += other.unknown
        self.outages += other.outages
        self.blips += other.blips
        self.up_ms += other.up_ms
        self.degraded_ms += other.degraded_ms
        self.down_ms += other.down_ms
        self.blip_ms += other.blip_ms
        self.maintenance_ms += other.maintenance_ms
        self.latency_sum_us += other.latency_sum_us
        if other.fastest_us is not None:
            self.fastest_us = other.fastest_us if self.fastest_us is None else min(self.fastest_us, other.fastest_us)
        if other.slowest_us is not None:
            self.slowest_us = other.slowest_us if self.slowest_us is None else max(self.slowest_us, other.slowest_us)
