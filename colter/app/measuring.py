"""One pass of measuring, over sources or endpoints. What it finds is a round, also when it is interrupted."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Protocol

from colter.app.cycle import Collected, collect, make_round
from colter.app.registry import TrackPlan
from colter.app.workshop import Workshop
from colter.config.schema.endpoints import Endpoint
from colter.core.clock import Clock
from colter.core.errors import ColterError
from colter.core.model import ProbeResult, Reading, Round

if TYPE_CHECKING:  # libcurl; tracking does without
    from colter.sources.probe.check import Check

log = logging.getLogger(__name__)


def ignore(_: object) -> None:
    """The `emit` of those who wait for the whole round."""


class Pass(Protocol):
    """One look at everything that was asked for."""

    async def take(self) -> None:
        """Look, once."""

    def round(self) -> Round:
        """What was found by now."""

    @property
    def problems(self) -> Sequence[ColterError]:
        """What went wrong beyond single targets."""


@dataclass
class Tracking:
    """A look at repositories and packages."""

    plans: Sequence[TrackPlan]
    workshop: Workshop
    clock: Clock
    timeout: timedelta
    """For each source as a whole."""
    emit: Callable[[Reading], None]
    """Told of each reading as it comes."""

    def __post_init__(self) -> None:
        self._started = self.clock.now()
        self._found = Collected()
        self._complete: set[str] = set()
        self._unmade: list[ColterError] = []

    async def take(self) -> None:
        """Read them all, side by side."""
        sources, self._unmade = await self.workshop.sources(self.plans)
        await collect(sources, self._found, timeout=self.timeout, emit=self.emit)
        whole: set[str] = {plan.source for plan in self.plans if not plan.targets}
        self._complete = whole & ({source.name for source in sources} - self._found.failed)

    def round(self) -> Round:
        """What was read by now."""
        return make_round(self.clock, self._started, readings=self._found.readings, complete=self._complete)

    @property
    def problems(self) -> Sequence[ColterError]:
        """Why sources could not be made, or not be read as a whole."""
        return [*self._unmade, *self._found.problems]


@dataclass
class Probing:
    """A look at endpoints; those with a `heartbeat` are judged by what they have reported."""

    checks: "Sequence[Check | Endpoint]"
    workshop: Workshop
    clock: Clock
    judge: Callable[[Sequence[Endpoint]], Awaitable[Sequence[ProbeResult]]]
    complete: bool
    """These are all the endpoints that are watched."""
    explain: bool
    emit: Callable[[ProbeResult], None]
    """Told of each result as it comes."""

    problems: ClassVar[Sequence[ColterError]] = ()

    def __post_init__(self) -> None:
        self._started = self.clock.now()
        self._results: list[ProbeResult] = []

    async def take(self) -> None:
        """Judge the jobs, then probe all others side by side."""
        if jobs := [each for each in self.checks if isinstance(each, Endpoint)]:
            for result in await self.judge(jobs):
                self._keep(result)
        if probed := [each for each in self.checks if not isinstance(each, Endpoint)]:
            await self.workshop.prober().probe(probed, self._keep, explain=self.explain)

    def round(self) -> Round:
        """What was measured by now, in the order of the checks."""
        place = {check.name: number for number, check in enumerate(self.checks)}
        results = sorted(self._results, key=lambda result: place[result.endpoint])
        whole = {"probe"} if self.complete and len(results) == len(self.checks) else set()
        return make_round(self.clock, self._started, results=results, complete=whole)

    def _keep(self, result: ProbeResult) -> None:
        self._results.append(result)
        log.debug("%s is %s: %s", result.target, result.state.value, result.detail or result.status_code)
        self.emit(result)
