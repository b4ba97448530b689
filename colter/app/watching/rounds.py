"""Gathers results into rounds, about one a second. Each is first asked whether this machine was offline."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from colter.app.cycle import make_round
from colter.app.watching.connectivity import Connectivity, Offline, is_network_failure
from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult, Round

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=1)
WINDOW = timedelta(seconds=2)
"""So long after the first failure that a cut line may have brought, the others are waited for."""
_LAST_WORK = timedelta(seconds=4)
"""How long what is being kept may take after everything else has ended."""

Keep = Callable[[Round], Awaitable[None]]
"""Decides about a round and keeps it, with what it owes. Must not raise."""
Back = Callable[[Offline], Awaitable[None]]
"""Tells that we were offline. Must not raise."""


class Rounds:
    """Gathers results, and keeps them; `run` for as long as results come."""

    def __init__(
        self, names: Collection[str], keep: Keep, back: Back, connectivity: Connectivity, clock: Clock
    ) -> None:
        """`names` of everything that is watched here."""
        self._names = frozenset(names)
        self._missing = set(names)
        """What was not looked at since the last round that completed all of it."""
        self._oldest: datetime | None = None
        """The first look since then."""
        self._keep = keep
        self._back = back
        self._connectivity = connectivity
        self._clock = clock
        self._gathered: list[ProbeResult] = []
        self._started: datetime | None = None
        self._first_failure: float | None = None
        self._states: dict[str, EndpointState] = {}

    def adopt(self, names: Collection[str]) -> None:
        """Go on with these; of others nothing is kept any more."""
        before, self._names = self._names, frozenset(names)
        self._missing = (self._missing & self._names) | (self._names - before)
        self._gathered = [result for result in self._gathered if result.endpoint in self._names]
        self._states = {name: state for name, state in self._states.items() if name in self._names}

    def add(self, results: Sequence[ProbeResult]) -> None:
        """Take results as they come."""
        self._started = self._started or self._clock.now()
        self._gathered += results
        if self._first_failure is None and any(map(is_network_failure, results)):
            self._first_failure = self._clock.monotonic()

    async def run(self) -> None:
        """Make rounds until cancelled; what was gathered by then becomes the last one."""
        try:
            while True:
                await self._clock.sleep(EVERY)
                if not self._window_open():
                    await to_its_end(self._keep_gathered(), _LAST_WORK)
        finally:
            await self._keep_gathered()

    def _window_open(self) -> bool:
        if self._first_failure is None:
            return False
        return self._clock.monotonic() - self._first_failure < WINDOW.total_seconds()

    async def _keep_gathered(self) -> None:
        results, started = self._gathered, self._started or self._clock.now()
        self._gathered, self._started, self._first_failure = [], None, None
        judged = await self._connectivity.judge(results)
        if judged.results:
            for result in judged.results:
                self._tell_change(result)
            await self._keep(self._make_round(started, judged.results))
        if judged.over:
            await self._back(judged.over)

    def _make_round(self, started: datetime, results: Sequence[ProbeResult]) -> Round:
        """Now and then all have been looked at: what was not seen since is not watched any more."""
        self._missing.difference_update([result.endpoint for result in results])
        oldest = min(result.at for result in results)
        self._oldest = oldest if self._oldest is None else min(self._oldest, oldest)
        if self._missing:
            return make_round(self._clock, started, results=results)
        began, self._oldest, self._missing = min(self._oldest, started), None, set(self._names)
        return make_round(self._clock, began, results=results, complete={"probe"})

    def _tell_change(self, result: ProbeResult) -> None:
        before = self._states.get(result.endpoint, EndpointState.UP)
        if result.state is EndpointState.UNKNOWN or result.state is before:
            return
        self._states[result.endpoint] = result.state
        log.warning("%s is %s%s", result.target, result.state.value, f": {result.detail}" if result.detail else "")


async def to_its_end(work: Coroutine[Any, Any, None], limit: timedelta) -> None:
    """Do this to its end, for at most so long after somebody has cancelled it."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=limit.total_seconds())
        raise
