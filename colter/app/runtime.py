"""Opens what a piece of work needs, does it, and closes everything."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from colter.app.delivering.bringing import Bringing
from colter.app.delivering.courier import Bounds
from colter.app.delivering.deliveries import AnySink, Arrived, Deliveries
from colter.app.delivering.deliveries import ignore as ignore_arrival
from colter.app.history.keeper import Keeper
from colter.app.history.latest import only_endpoints
from colter.app.history.opening import open_history
from colter.app.history.upkeep import Upkeep
from colter.app.measuring import Pass, Probing, Tracking, ignore
from colter.app.registry import TrackPlan
from colter.app.settings_in_use import SettingsInUse
from colter.app.workshop import Workshop
from colter.config.schema.config import Config
from colter.config.schema.endpoints import Endpoint
from colter.config.settings import Settings
from colter.core.allowance import Allowances
from colter.core.clock import Clock
from colter.core.errors import ColterError, DamagedError, FullError, StateError
from colter.core.model import Latest, ProbeResult, Reading, Round, Target
from colter.core.ports import Store, TargetStatus

if TYPE_CHECKING:  # each kind of work pays for its own imports only
    from colter.app.watching.connectivity import Offline
    from colter.core.alerting.own_events import OwnEvent
    from colter.sources.probe.check import Check
    from colter.sources.probe.prober import Prober

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_runtime(
    settings: Settings,
    clock: Clock,
    *,
    state_dir: Path | None,
    sinks: Sequence[str] = (),
    alerts: bool = False,
    rhythm: timedelta | None = None,
    if_full: Literal["fail", "forget"] = "fail",
) -> "AsyncIterator[Runtime]":
    """Everything that work needs, closed at the end.

    Args:
        settings: the checked configuration.
        clock: the time.
        state_dir: where the history is; None: nothing outlives this run, and what is not needed any more is forgotten.
        sinks: what every round is owed to.
        alerts: whether rounds may raise alerts. They do when there is a channel, and something is kept.
        rhythm: of a daemon, from one look at repositories and packages to the next; its rounds always raise alerts.
        if_full: when there is not even room to open the history, fail, or go on as if without a `state_dir`; that
            nothing is kept is then one of the problems.

    Raises:
        StateError: the state directory cannot be used.
    """
    async with AsyncExitStack() as stack:
        problems: list[ColterError] = []
        try:
            store, news = await open_history(stack, settings, clock, state_dir, mend=rhythm is not None)
        except FullError as error:
            if if_full == "fail":
                raise
            problems.append(StateError(f"{error}: nothing of this run is kept", hint=error.hint))
            store, news = await open_history(stack, settings, clock, None)
        lasting = state_dir is not None and not problems
        runtime = Runtime(settings, clock, store, stack, sinks=sinks, lasting=lasting, forever=rhythm is not None)
        runtime.problems += problems
        runtime.news = news
        if rhythm or (lasting and alerts and settings.config.channels):
            runtime.raise_alerts(state_dir if lasting else None, rhythm)
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
        forever: bool,
    ) -> None:
        self._settings = SettingsInUse(settings, sinks)
        self._workshop = Workshop(self._settings, store, clock, stack)
        self._clock = clock
        self._store = store
        self._keeper = Keeper(store, sinks, lasting=lasting, forever=forever)
        self._stack = stack
        self._sinks = sinks
        self._lasting = lasting
        self._forever = forever
        latest = self._watched if forever else None
        self._deliveries = Deliveries(
            store, clock, self._workshop.sink, _bounds(settings), lasting=lasting, latest=latest, lost=self._tell_loss
        )
        stack.push_async_callback(self._deliveries.close)
        self.upkeep = Upkeep(settings.config, store, clock)
        """What is done to the history beside measuring."""
        self._bringing = Bringing(self._deliveries, self._keeper)
        stack.push_async_callback(self._bringing.close)
        self.problems: list[ColterError] = []
        """What went wrong beyond single targets; the work itself goes on. Of a daemon the log tells it."""
        self.news: str | None = None
        """What there is to tell of a history that was damaged, and begins anew."""

    async def track(
        self,
        plans: Sequence[TrackPlan],
        *,
        timeout: timedelta,
        emit: Callable[[Reading], None] = ignore,
    ) -> Round:
        """Read repositories and packages once, and keep the round; interrupted, it keeps what was read by then."""
        return await self._take(Tracking(plans, self._workshop, self._clock, timeout=timeout, emit=emit))

    async def probe(
        self,
        checks: "Sequence[Check | Endpoint]",
        *,
        complete: bool = False,
        explain: bool = False,
        emit: Callable[[ProbeResult], None] = ignore,
    ) -> Round:
        """Probe endpoints once, and keep the round; its results stand in the order of the checks.

        An endpoint with a `heartbeat` stands for itself: it is judged by what is in the history.
        Interrupted, it keeps what was measured by then. `complete`: these are all the endpoints that are watched.
        """
        workshop, clock = self._workshop, self._clock
        return await self._take(
            Probing(checks, workshop, clock, self.judge, complete=complete, explain=explain, emit=emit)
        )

    async def deliver(
        self,
        sinks: Sequence[str] | None = None,
        *,
        patience: timedelta,
        arrived: Arrived = ignore_arrival,
    ) -> None:
        """Bring all sinks what they are owed, and tell what is to be told, side by side; what is not taken stays owed.

        Args:
            sinks: which; None: those that this run was opened with.
            patience: how long to go on with a sink or a channel that takes nothing.
            arrived: told of a sink and how many more measurements are safe there.
        """
        self.problems += await self._bringing.bring(self._sinks if sinks is None else sinks, patience, arrived)

    def deliver_meanwhile(self) -> None:
        """Begin the same beside further measuring, if it is not going on already; `deliver` tells what goes wrong."""
        self._bringing.begin(self._sinks)

    async def keep(self, done: Round) -> None:
        """Keep a round, with what it owes and what it gives to tell. Never raises."""
        await self._keeper.keep(done)

    async def fetch(self, url: str) -> str | None:
        """Fetch an address whose answer does not matter; why it did not answer well, if it did not."""
        return await self._workshop.fetch(url)

    def on_kept(self, told: Callable[[Round], None]) -> None:
        """Have this told of every round that was kept."""
        self._keeper.kept = told

    @property
    def allowances(self) -> Allowances:
        """What the APIs of sources still grant."""
        return self._workshop.allowances

    @property
    def unkept(self) -> tuple[int, int]:
        """Readings and results that could not be kept yet, and those that were given up."""
        return self._keeper.waiting

    @property
    def refusal(self) -> ColterError | None:
        """Why the history has not taken the last round; None: it has."""
        return self._keeper.failed

    @property
    def damage(self) -> DamagedError | None:
        """The error that has shown that the history is damaged; None: it seems sound."""
        from colter.store.sql.file import SqlFile  # noqa: PLC0415  for daemons

        return self._store.damage if isinstance(self._store, SqlFile) else None

    async def keep_rest(self) -> None:
        """Try once more to keep what could not be kept; what is lost then is one of the problems."""
        if lost := await self._keeper.keep_rest():
            self.problems.append(lost)

    def raise_alerts(self, state_dir: Path | None, rhythm: timedelta | None) -> None:
        """From now on rounds may raise alerts."""
        from colter.app.alerting.alerting import open_alerting  # noqa: PLC0415  for those who have a channel

        config, make = self._config, self._workshop.notifier
        self._keeper.alerting = open_alerting(config, self._store, self._clock, state_dir, make=make, rhythm=rhythm)
        self._stack.push_async_callback(self._keeper.alerting.close)

    async def take_charge(self) -> None:
        """Open every sink and channel once, and become the process that decides about alerts, until this is closed.

        Raises:
            BusyError: somebody else is.
            ConfigError, LockedError, VaultError: a sink or a channel cannot be used.
            StateError: the state directory cannot be used.
        """
        for name in self._sinks:
            await self._deliveries.sink(name)
        for name in self._config.channels:
            await (await self._workshop.notifier(name)).close()
        if self._keeper.alerting:
            await self._keeper.alerting.take_charge()
            if self.news:
                from colter.core.alerting.own_events import OwnEvent  # noqa: PLC0415  for daemons

                await self._keeper.alerting.happened(OwnEvent.DAMAGED_HISTORY, self.news)

    async def adopt(self, settings: Settings, locked: Collection[tuple[str, ...]], rhythm: timedelta) -> None:
        """Go on by other settings. What is not different in them is not touched.

        Args:
            settings: checked ones.
            locked: places of the secrets in them that cannot be opened now; what needs them goes on as it was.
            rhythm: from one look at repositories and packages to the next.
        """
        changed = self._settings.adopt(settings, locked)
        self._deliveries.adopt(_bounds(settings), [part.name for part in changed if part.kind == "sink"])
        channels = [part.name for part in changed if part.kind == "channel"]
        await self._keeper.adopt(settings.config, rhythm, channels, self._clock)
        self.upkeep.adopt(settings.config)

    async def back_online(self, offline: "Offline") -> None:
        """Have one message told about a time in which this machine was offline. Never raises."""
        if self._keeper.alerting:
            await self._keeper.alerting.back_online(offline.since, offline.until)

    async def tell_configuration(self, at: datetime, problem: str | None) -> None:
        """Have told what is wrong with the newest configuration since then; None: nothing is. Never raises."""
        if self._keeper.alerting:
            await self._keeper.alerting.configuration(at, problem)

    async def happened(self, kind: "OwnEvent", what: str) -> None:
        """Have one message told about something that has happened to Colter itself. Never raises."""
        if self._keeper.alerting:
            await self._keeper.alerting.happened(kind, what)

    async def serve(self) -> None:
        """Bring sinks what they are owed, tell what there is to tell, and take care of the history, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliveries.serve(self._sinks))
            if self._keeper.alerting:
                group.create_task(self._keeper.alerting.run())
            if self._lasting:
                group.create_task(self.upkeep.run())

    async def tend(self, patience: timedelta, *, least: int = 0) -> None:
        """Take care of the history, for so long at most, if so many measurements wait for that. Never raises."""
        if self._lasting:
            await self.upkeep.tend(patience, least)

    @property
    def store(self) -> Store:
        """The history itself, open."""
        return self._store

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, without any network; jobs that report are judged now."""
        from colter.app.history.last_known import read_status  # noqa: PLC0415  for those who look back

        return await read_status(self._store, self._config.endpoints, self._clock)

    async def sink(self, name: str) -> AnySink:
        """A sink by its name, closed at the end; ColterError when it cannot be used."""
        return await self._deliveries.sink(name)

    async def test_channels(self, names: Sequence[str]) -> Mapping[str, ColterError | None]:
        """Send each of these channels a message that says it is only a test; by channel, why it did not take it."""
        from colter.app.alerting.trial import try_channels  # noqa: PLC0415  for those who try them

        return await try_channels(names, self._workshop.notifier, self._clock)

    def open_prober(self) -> "Prober":
        """The prober, closed at the end."""
        return self._workshop.prober()

    async def judge(self, jobs: Sequence[Endpoint]) -> Sequence[ProbeResult]:
        """How jobs stand, by what they have reported."""
        from colter.sources.heartbeat.judge import judge_beats, unknown  # noqa: PLC0415  for those who have some

        if self._lasting:
            return await judge_beats(jobs, self._store, self._clock)
        why = "what jobs report is kept in the history, which this run goes without"
        return [unknown(job, self._clock.now(), why) for job in jobs]

    @property
    def _config(self) -> Config:
        return self._settings.newest.config

    async def _take(self, look: Pass) -> Round:
        try:
            await look.take()
        finally:
            self._note(look.problems)
            done = look.round()
            await self.keep(done)
        return done

    def _note(self, problems: Sequence[ColterError]) -> None:
        if not self._forever:
            self.problems += problems
            return
        for problem in problems:
            log.warning("%s", problem)

    async def _watched(self) -> Sequence[Latest]:
        """The newest of what is watched now."""
        return only_endpoints(await self._store.latest(), {endpoint.name for endpoint in self._config.endpoints})

    async def _tell_loss(self, sink: str, what: str) -> None:
        if self._keeper.alerting:
            from colter.core.alerting.own_events import OwnEvent  # noqa: PLC0415  for those who have a channel

            await self._keeper.alerting.happened(OwnEvent.LOSS, what, Target("sink", sink))


def _bounds(settings: Settings) -> Bounds:
    outbox = settings.config.outbox
    return Bounds(outbox.max_age, outbox.max_measurements)
