"""Opens what a piece of work needs, does it, and closes everything."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from colter.app.cycle import Collected, collect, commit, make_round
from colter.app.registry import Parts, TrackPlan, catalogue, make_source
from colter.config.settings import Settings
from colter.core.clock import Clock
from colter.core.errors import ColterError
from colter.core.model import Delivery, ProbeResult, Reading, Round
from colter.core.ports import Source, Store, TargetStatus

if TYPE_CHECKING:  # each kind of work pays for its own imports only
    from colter.net.http import Http
    from colter.sources.probe.check import Check
    from colter.sources.probe.prober import Prober

DATABASE = "state.db"
log = logging.getLogger(__name__)


def ignore(_: object) -> None:
    """For those who wait for the whole round."""


@asynccontextmanager
async def open_runtime(settings: Settings, clock: Clock, *, state_dir: Path | None) -> "AsyncIterator[Runtime]":
    """Everything that work needs, closed at the end; without a state directory nothing is kept.

    Raises:
        StateError: the state directory cannot be used.
    """
    async with AsyncExitStack() as stack:
        store = _store(state_dir, clock)
        stack.push_async_callback(store.close)
        await store.open()
        yield Runtime(settings, clock, store, stack, log_level=logging.DEBUG if state_dir is None else logging.INFO)


class Runtime:
    """The open parts, and the work that is done with them. Made by `open_runtime`."""

    def __init__(
        self, settings: Settings, clock: Clock, store: Store, stack: AsyncExitStack, *, log_level: int
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._store = store
        self._stack = stack
        self._log_level = log_level  # of rounds: of what is not to be kept, the log file tells nothing either
        self._http: Http | None = None
        self._prober: Prober | None = None
        self.problems: list[ColterError] = []
        """What went wrong beyond single targets; the work itself goes on."""

    async def track(
        self,
        plans: Sequence[TrackPlan],
        *,
        timeout: timedelta,
        emit: Callable[[Reading], None] = ignore,
    ) -> Round:
        """Read repositories and packages once, and keep the round; interrupted, it keeps what was read by then."""
        started, done = self._clock.now(), Collected()
        try:
            await collect(await self._sources(plans), done, timeout=timeout, emit=emit)
        finally:
            self.problems += done.problems
            kept = await self._keep(make_round(self._clock, started, readings=done.readings))
        return kept

    async def probe(
        self,
        checks: "Sequence[Check]",
        *,
        explain: bool = False,
        emit: Callable[[ProbeResult], None] = ignore,
    ) -> Round:
        """Probe endpoints once, and keep the round; its results stand in the order of the checks.

        Interrupted, it keeps what was measured by then.
        """
        started = self._clock.now()
        results: list[ProbeResult] = []

        def keep(result: ProbeResult) -> None:
            results.append(result)
            log.debug("%s is %s: %s", result.target, result.state.value, result.detail or result.status_code)
            emit(result)

        try:
            await self._open_prober().probe(checks, keep, explain=explain)
        finally:
            place = {check.name: number for number, check in enumerate(checks)}
            results.sort(key=lambda result: place[result.endpoint])
            kept = await self._keep(make_round(self._clock, started, results=results))
        return kept

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, without any network."""
        return await self._store.status()

    async def owed(self) -> Sequence[Delivery]:
        """What sinks and channels have not taken yet, oldest first."""
        return await self._store.owed()

    async def _sources(self, plans: Sequence[TrackPlan]) -> list[Source]:
        parts = Parts(self._settings, await self._open_http(), self._store, self._clock)
        made = []
        for plan in plans:
            try:
                made.append(make_source(plan, parts))
            except ColterError as error:  # a locked token must not cost the packages their readings
                self.problems.append(error)
        return made

    async def _open_http(self) -> "Http":
        from colter.net.http import Http  # noqa: PLC0415  httpx; probing does without

        if self._http is None:
            self._http = await self._stack.enter_async_context(Http(self._clock))
        return self._http

    def _open_prober(self) -> "Prober":
        from colter.sources.probe.prober import Prober  # noqa: PLC0415  libcurl; tracking does without

        if self._prober is None:
            self._prober = Prober(clock=self._clock)
            self._stack.callback(self._prober.close)
        return self._prober

    async def _keep(self, done: Round) -> Round:
        if done.readings or done.results:
            failed = await commit(self._store, done)
            self.problems += [failed] if failed else []
            log.log(
                self._log_level, "round %s: %s%s", done.key, _summary(done), "" if failed is None else f"; {failed}"
            )
        return done


def _summary(done: Round) -> str:
    """Such as `12 readings (11 ok, 1 partial) in 2.3 s`."""
    what = "readings" if done.readings else "results"
    found = Counter(
        [reading.status.value for reading in done.readings] + [result.state.value for result in done.results]
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.most_common())
    return f"{found.total()} {what} ({kinds}) in {(done.finished - done.started).total_seconds():.1f} s"


def _store(state_dir: Path | None, clock: Clock) -> Store:
    if state_dir is None:
        from colter.store.memory import MemoryStore  # noqa: PLC0415

        return MemoryStore()
    from colter.store.sql import SqlStore  # noqa: PLC0415  SQLAlchemy costs half a second

    return SqlStore(state_dir / DATABASE, clock, catalogue())
