"""What the loop is tested with: a history that is kept for real, and everything that was kept of it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from colter.app.cycle import make_round
from colter.app.registry import TrackPlan
from colter.app.watching.connectivity import Offline
from colter.config.schema.endpoints import Endpoint
from colter.core.clock import Clock, SystemClock
from colter.core.model import ProbeResult, Round
from colter.sources.probe.prober import Prober

_PATIENCE = 300  # seconds
_MOMENT = timedelta(seconds=0.02)


def run_until(true: Callable[[], object], work: Coroutine[Any, Any, None]) -> None:
    """Run this until something is so, and cancel it then."""

    async def limited() -> None:
        task, clock = asyncio.create_task(work), SystemClock()
        async with asyncio.timeout(_PATIENCE):
            while not task.done() and not true():
                await clock.sleep(_MOMENT)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    asyncio.run(limited())


@dataclass
class Ledger:
    """Notes down what it is given, in the place of a runtime."""

    prober: Prober
    clock: Clock = field(default_factory=SystemClock)
    rounds: list[Round] = field(default_factory=list)
    offline: list[Offline] = field(default_factory=list)
    tracked: list[TrackPlan] = field(default_factory=list)

    def open_prober(self) -> Prober:
        return self.prober

    async def track(self, plans: Sequence[TrackPlan], *, timeout: timedelta) -> Round:
        self.tracked += plans
        return make_round(self.clock, self.clock.now())

    async def judge(self, jobs: Sequence[Endpoint]) -> Sequence[ProbeResult]:
        raise AssertionError("there are no jobs")

    async def keep(self, done: Round) -> None:
        self.rounds.append(done)

    async def back_online(self, offline: Offline) -> None:
        self.offline.append(offline)

    async def fetch(self, url: str) -> str | None:
        raise AssertionError("there is nothing to fetch")

    async def serve(self) -> None:
        """There are no sinks and no channels."""

    @property
    def results(self) -> list[ProbeResult]:
        return [result for done in self.rounds for result in done.results]
