"""Opens what a piece of work needs, does it, and closes everything."""

import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from colter.app.cycle import Collected, collect, commit, make_round
from colter.app.deliver import Bounds
from colter.app.deliveries import AnySink, Arrived, Deliveries
from colter.app.deliveries import ignore as ignore_arrival
from colter.app.registry import Parts, TrackPlan, catalogue, make_notifier, make_sink, make_source
from colter.app.ring import Ring
from colter.app.trial import try_channels
from colter.config.settings import Settings
from colter.core.clock import Clock
from colter.core.errors import ColterError, FullError, StateError
from colter.core.model import Latest, Owing, ProbeResult, Reading, Refusal, Round
from colter.core.ports import Notifier, Source, Store, TargetStatus

if TYPE_CHECKING:  # each kind of work pays for its own imports only
    from colter.app.transfer import Asked, Mover, Page, Watcher
    from colter.net.http import Http
    from colter.sources.probe.check import Check
    from colter.sources.probe.prober import Prober

DATABASE = "state.db"
log = logging.getLogger(__name__)


def ignore(_: object) -> None:
    """For those who wait for the whole round."""


@asynccontextmanager
async def open_runtime(
    settings: Settings,
    clock: Clock,
    *,
    state_dir: Path | None,
    sinks: Sequence[str] = (),
    if_full: Literal["fail", "forget"] = "fail",
) -> "AsyncIterator[Runtime]":
    """Everything that work needs, closed at the end.

    Args:
        settings: the checked configuration.
        clock: the time.
        state_dir: where the history is; None: nothing outlives this run.
        sinks: what every round is owed to.
        if_full: when there is not even room to open the history, fail, or go on as if without a `state_dir`; that
            nothing is kept is then one of the problems.

    Raises:
        StateError: the state directory cannot be used.
    """
    async with AsyncExitStack() as stack:
        problems: list[ColterError] = []
        try:
            store = await _open_store(stack, settings, clock, state_dir)
        except FullError as error:
            if if_full == "fail":
                raise
            problems.append(StateError(f"{error}: nothing of this run is kept", hint=error.hint))
            store = await _open_store(stack, settings, clock, None)
        lasting = state_dir is not None and not problems
        runtime = Runtime(settings, clock, store, stack, sinks=sinks, lasting=lasting)
        runtime.problems += problems
        stack.push_async_callback(runtime.keep_rest)
        yield runtime


class Runtime:
    """The open parts, and the work that is done with them. Made by `open_runtime`."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        store: Store,
        stack: AsyncExitStack,
        *,
        sinks: Sequence[str],
        lasting: bool,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._store = store
        self._ring = Ring(store)
        self._stack = stack
        self._sinks = sinks
        self._lasting = lasting
        outbox = settings.config.outbox
        self._deliveries = Deliveries(
            store, clock, self._make_sink, Bounds(outbox.max_age, outbox.max_measurements), lasting=lasting
        )
        stack.push_async_callback(self._deliveries.close)
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
        complete: set[str] = set()
        try:
            sources = await self._sources(plans)
            await collect(sources, done, timeout=timeout, emit=emit)
            complete = {plan.source for plan in plans if not plan.targets}
            complete &= {source.name for source in sources} - done.failed
        finally:
            self.problems += done.problems
            kept = await self._keep(make_round(self._clock, started, readings=done.readings, complete=complete))
        return kept

    async def probe(
        self,
        checks: "Sequence[Check]",
        *,
        complete: bool = False,
        explain: bool = False,
        emit: Callable[[ProbeResult], None] = ignore,
    ) -> Round:
        """Probe endpoints once, and keep the round; its results stand in the order of the checks.

        Interrupted, it keeps what was measured by then. `complete`: these are all the endpoints that are watched.
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
            whole = {"probe"} if complete and len(results) == len(checks) else set()
            kept = await self._keep(make_round(self._clock, started, results=results, complete=whole))
        return kept

    async def deliver(
        self,
        sinks: Sequence[str] | None = None,
        *,
        patience: timedelta,
        arrived: Arrived = ignore_arrival,
    ) -> None:
        """Bring all sinks what they are owed, side by side; what they do not take stays owed.

        Args:
            sinks: which; None: those that this run was opened with.
            patience: how long to go on with a sink that takes nothing.
            arrived: told of a sink and how many more measurements are safe there.
        """
        self.problems += await self._deliveries.deliver(self._sinks if sinks is None else sinks, patience, arrived)

    def deliver_meanwhile(self) -> None:
        """Begin the same beside further measuring; what goes wrong is told by `deliver`."""
        self._deliveries.deliver_meanwhile(self._sinks)

    async def keep_rest(self) -> None:
        """Try once more to keep what could not be kept; what is lost then is one of the problems."""
        reason, hint = "there was no room for too long", None
        try:
            await self._ring.flush()
        except StateError as error:
            reason, hint = str(error), error.hint
        if lost := self._ring.size + self._ring.dropped:
            were = "1 measurement was" if lost == 1 else f"{lost} measurements were"
            self.problems.append(StateError(f"{reason}: {were} not kept", hint=hint))

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, without any network."""
        return await self._store.status()

    async def owing(self) -> Sequence[Owing]:
        """What sinks and channels have not taken yet, and why."""
        return await self._store.owing()

    def mover(self, patience: timedelta, watcher: "Watcher") -> "Mover":
        """Moves parts of the history, and goes on with a sink that takes nothing for as long as `patience`."""
        from colter.app.transfer import Mover  # noqa: PLC0415

        return Mover(self._store, self._clock, patience, watcher)

    def pages(self, asked: "Asked") -> "AsyncGenerator[Page, None]":
        """A part of the history, oldest first. To be closed (`aclosing`)."""
        from colter.app.transfer import read_pages  # noqa: PLC0415

        return read_pages(self._store, asked)

    async def count(self, asked: "Asked") -> int:
        """How many readings and results a part of the history has."""
        if not asked.sources:
            return await self._store.entries(asked.since, asked.until)
        async with aclosing(self.pages(asked)) as pages:
            return sum([len(page.entries) async for page in pages])

    async def sink(self, name: str) -> AnySink:
        """A sink by its name, closed at the end; ColterError when it cannot be used."""
        return await self._deliveries.sink(name)

    async def test_channels(self, names: Sequence[str]) -> Mapping[str, ColterError | None]:
        """Send each of these channels a message that says it is only a test; by channel, why it did not take it."""
        return await try_channels(names, self._make_notifier, self._clock)

    async def refusals(self) -> Sequence[Refusal]:
        """What sinks have refused for good, oldest first."""
        return await self._store.refusals()

    async def latest(self) -> Sequence[Latest]:
        """The newest look at everything that is still watched."""
        return await self._store.latest()

    async def _make_sink(self, name: str) -> AnySink:
        return make_sink(name, await self._parts())

    async def _make_notifier(self, name: str) -> Notifier:
        return make_notifier(name, await self._parts())

    async def _parts(self) -> Parts:
        return Parts(self._settings, await self._open_http(), self._store, self._clock)

    async def _sources(self, plans: Sequence[TrackPlan]) -> list[Source]:
        parts, made = await self._parts(), []
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
            failed = await commit(self._ring, done, self._sinks)
            # Of what is not to be kept, the log file tells nothing either.
            level = logging.INFO if self._lasting else logging.DEBUG
            waits = "" if failed is None else f"; {failed}; {self._ring.size} wait, {self._ring.dropped} were given up"
            log.log(level, "round %s: %s%s", done.key, _summary(done), waits)
        return done


def _summary(done: Round) -> str:
    """Such as `12 readings (11 ok, 1 partial) in 2.3 s`."""
    what = "readings" if done.readings else "results"
    found = Counter(
        [reading.status.value for reading in done.readings] + [result.state.value for result in done.results]
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.most_common())
    return f"{found.total()} {what} ({kinds}) in {(done.finished - done.started).total_seconds():.1f} s"


async def _open_store(stack: AsyncExitStack, settings: Settings, clock: Clock, state_dir: Path | None) -> Store:
    store = _store(settings, clock, state_dir)
    stack.push_async_callback(store.close)
    await store.open()
    return store


def _store(settings: Settings, clock: Clock, state_dir: Path | None) -> Store:
    if state_dir is None:
        from colter.store.memory import MemoryStore  # noqa: PLC0415

        return MemoryStore(clock)
    from colter.store.sql import SqlStore  # noqa: PLC0415  SQLAlchemy costs half a second

    return SqlStore(state_dir / DATABASE, clock, catalogue(), limit=settings.config.state.max_size.count)
