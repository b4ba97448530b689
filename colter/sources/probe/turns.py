"""Who may begin, and when: first come, first served, but only so many at once, and only so many of one host."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from colter.core.model import ProbeResult
from colter.sources.probe.steps import Probe

HELD_SECONDS = 0.2
"""So long a probe counts for its host: one that hangs must not keep the healthy ones of its host waiting."""
NEVER = float("inf")


class Batch:
    """Probes that were asked for together, each with its host.

    `report` and `fail` are called from the engine's thread; `fail` when no more results will come.
    """

    def __init__(
        self,
        probes: Iterable[tuple[str, Probe]],
        report: Callable[[Sequence[ProbeResult]], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self.probes: Iterator[tuple[str, Probe]] = iter(probes)
        self.report = report
        self.fail = fail
        self.cancelled = False
        self.finished: list[ProbeResult] = []
        """Results that are not reported yet."""

    def cancel(self) -> None:
        """Begin no more of them; from any thread."""
        self.cancelled = True


class Turns:
    """Probes that have not begun, and how many of each host have."""

    def __init__(self, per_host: Callable[[], int]) -> None:
        """`per_host` says how many of one host may begin together; it is asked each time."""
        self._per_host = per_host
        self._batches: deque[Batch] = deque()
        self._counts: Counter[str] = Counter()
        self._parked: dict[str, deque[tuple[Batch, Probe]]] = {}
        """By host: those that wait because enough of their host's have begun."""
        self._next: deque[tuple[str, Batch, Probe]] = deque()
        """Those that a place has been kept for."""
        self._begun: dict[Probe, str] = {}
        self._ages: deque[tuple[float, Probe]] = deque()

    def add(self, batch: Batch) -> None:
        """Let all of a batch wait for their turn."""
        self._batches.append(batch)

    @property
    def any(self) -> bool:
        """Whether `take` may find one."""
        return bool(self._next or self._batches)

    @property
    def due(self) -> float:
        """When a host has room again, should none of its probes end before."""
        return self._ages[0][0] if self._parked and self._ages else NEVER

    @property
    def waiting(self) -> set[Batch]:
        """Batches of which some have not begun."""
        parked = (batch for queue in self._parked.values() for batch, _ in queue)
        return {*self._batches, *parked, *(batch for _, batch, _ in self._next)}

    def take(self, now: float) -> tuple[Batch, Probe] | None:
        """The next one, which begins now; None when the one that was looked at may not."""
        if self._next:
            host, batch, probe = self._next.popleft()
            if batch.cancelled:
                self._free(host)
                return None
        else:
            batch = self._batches[0]
            found = None if batch.cancelled else next(batch.probes, None)
            if found is None:
                self._batches.popleft()
                return None
            host, probe = found
            if self._counts[host] >= self._per_host():
                self._parked.setdefault(host, deque()).append((batch, probe))
                return None
            self._counts[host] += 1
        self._begun[probe] = host
        self._ages.append((now + HELD_SECONDS, probe))
        return batch, probe

    def end(self, probe: Probe) -> None:
        """It is over, or has been for so long that others of its host may begin; harmless twice."""
        if (host := self._begun.pop(probe, None)) is not None:
            self._free(host)

    def end_old(self, now: float) -> None:
        """Let others begin beside those that take long."""
        while self._ages and self._ages[0][0] <= now:
            self.end(self._ages.popleft()[1])

    def _free(self, host: str) -> None:
        if queue := self._parked.get(host):
            self._next.append((host, *queue.popleft()))  # the place passes on
            if not queue:
                del self._parked[host]
        elif self._counts[host] > 1:
            self._counts[host] -= 1
        else:
            del self._counts[host]
