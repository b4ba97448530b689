"""The alerts of one run: decided and told by this process, or left to the one that does so for this history already."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from colter.app.alerting.about import read_about
from colter.app.alerting.bypass import Bypass
from colter.app.alerting.channel import Make
from colter.app.alerting.desk import Desk
from colter.app.alerting.lock import Lock
from colter.app.alerting.plan import read_plan
from colter.app.alerting.sender import Sender
from colter.app.cycle import owe
from colter.config.schema.config import Config
from colter.core.alerting.decided import NOTHING, Decided
from colter.core.alerting.outgoing import GROUP_WAIT
from colter.core.alerting.own_events import COLTER, OwnEvent
from colter.core.clock import Clock
from colter.core.errors import ColterError
from colter.core.model import Delivery, Round, Target
from colter.core.ports import Store

log = logging.getLogger(__name__)

DESK: Final = "desk"
_PAGE = 10_000
_PATIENCE = timedelta(seconds=2)
_COMMANDS = timedelta(seconds=30)
"""How long a daemon waits at its start for commands to end; for another daemon it does not."""
_OFTEN = timedelta(seconds=5)


def open_alerting(
    config: Config, store: Store, clock: Clock, state_dir: Path | None, *, make: Make, rhythm: timedelta | None
) -> "Alerting":
    """Everything that decides about alerts and tells of them. To be closed before the store.

    Args:
        config: the checked configuration.
        store: the open history.
        clock: the time.
        state_dir: where the right to decide is to be had. None: nobody else sees this history, and it ends with this
            run, so nothing is put off.
        make: makes a channel by its name.
        rhythm: of a daemon, from one look at repositories and packages to the next. None: a command, which tells at
            once what there is to tell.
    """
    plan = read_plan(config, rhythm=rhythm)
    at_once = rhythm is None or state_dir is None
    desk = Desk(plan, store, clock, wait=timedelta(0) if at_once else GROUP_WAIT)
    sender = Sender(store, clock, desk, plan=plan, make=make, about=read_about(config))
    return Alerting(desk, sender, store, clock, lock=Lock(state_dir, clock) if state_dir else None, make=make)


class Alerting:
    """The right to decide (a lock), the desk that decides, and the sender that tells the channels."""

    def __init__(
        self, desk: Desk, sender: Sender, store: Store, clock: Clock, *, lock: Lock | None, make: Make
    ) -> None:
        self._desk = desk
        self._sender = sender
        self._store = store
        self._clock = clock
        self._lock = lock
        self._bypass = Bypass(make, clock, self._owe)
        self._ours = False
        self._unsaved: list[tuple[Decided, Sequence[str]]] = []
        """Decided already, and not written yet; with the keys of what was left to us."""
        self.turn = desk.turn
        """Held while something is decided and committed: what was decided first must be committed first."""
        self.wake = sender.wake
        """To be called when something that there is to tell was committed."""
        self.there_is_room = self._bypass.there_is_room
        """To be called when the history has kept something."""

    async def adopt(self, config: Config, rhythm: timedelta, changed: Collection[str]) -> Decided:
        """Go on by another configuration. Returns what there is to commit about what is not configured any more.

        To be called in one's turn, by whoever has taken charge.

        Args:
            config: the checked configuration.
            rhythm: from one look at repositories and packages to the next.
            changed: channels that have other settings than before.
        """
        plan = read_plan(config, rhythm=rhythm)
        decided = await self._desk.adopt(plan)
        self._sender.adopt(plan, read_about(config), changed)
        return decided

    async def begin(self, patience: timedelta = _PATIENCE, *, for_life: bool = False) -> bool:
        """Become the process that decides, unless another one is; then decide first what others have left to do.

        To be called in one's turn.

        Returns:
            Whether this process is the one.

        Raises:
            StateError: the state directory cannot be used.
        """
        if not self._ours:
            if self._lock and not await self._lock.acquire(patience, for_life=for_life):
                return False
            self._unsaved.append((await self._desk.load(), ()))
            self._ours = True
            await self._catch_up()
        return True

    async def take_charge(self) -> None:
        """Become the process that decides, for as long as this is open.

        Raises:
            BusyError: somebody else is.
            StateError: the state directory cannot be used.
        """
        async with self.turn:
            if not await self.begin(_COMMANDS, for_life=True) and self._lock:
                raise self._lock.busy()

    async def decide(self, done: Round) -> Decided:
        """What there is to commit with this round; when others decide, it is left to them.

        To be called in one's turn.
        """
        if not self._desk.concerns(done):
            return NOTHING
        try:
            if await self.begin():
                return await self._desk.decide(done)
        except ColterError as error:  # what was measured must be kept all the same
            log.warning("alerts are decided later: %s", error)
        return Decided(deliveries=[owe(done, DESK, DESK)])

    async def back_online(self, since: datetime, until: datetime) -> None:
        """Have one message told about a time in which this machine was offline; if need be it is written later."""
        async with self.turn:
            self._unsaved.append((await self._desk.back_online(since, until), ()))
            with suppress(ColterError):
                await self._save()

    async def configuration(self, at: datetime, problem: str | None) -> None:
        """Have told what has been wrong with the configuration since then, or that nothing is; if need be later."""
        async with self.turn:
            self._unsaved.append((self._desk.configuration(at, problem), ()))
            with suppress(ColterError):
                await self._save()

    async def happened(self, kind: OwnEvent, what: str, target: Target = COLTER) -> None:
        """Have one message told about something that has happened to Colter itself; if need be it is written later.

        Args:
            kind: what it is.
            what: what happened, clean.
            target: a part of Colter, such as a sink.
        """
        async with self.turn:
            self._unsaved.append((self._desk.happened(kind, what, target), ()))
            with suppress(ColterError):
                await self._save()

    async def no_room(self, what: str) -> None:
        """Have told that the disk is full; directly, if the history has not even room for that message."""
        async with self.turn:
            owed = self._desk.happened(OwnEvent.NO_ROOM, what, COLTER).deliveries
        if not await self._owe(owed):
            self._bypass.tell(owed)

    async def tell(self, patience: timedelta) -> list[ColterError]:
        """Tell everything that is to be told, if it is for us to tell; what is not taken stays owed.

        Args:
            patience: how long to go on with a channel that takes nothing.

        Returns:
            What went wrong, channel by channel.
        """
        if not self._ours:
            return []
        try:
            async with self.turn:
                await self._catch_up()
        except ColterError as error:
            return [error]
        return await self._sender.tell(patience)

    async def run(self) -> None:
        """Tell what there is to tell when it is due, remind, and decide what others leave to us, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sender.run())
            group.create_task(self._bypass.run())
            problem = None
            while True:
                before, problem = problem, None
                try:
                    async with self.turn:
                        await self._catch_up()
                        self._unsaved.append((await self._desk.remind(), ()))
                        await self._save()
                except ColterError as error:
                    problem = str(error)
                if problem and problem != before:
                    log.warning("alerts are decided later: %s", problem)
                await self._clock.sleep(_OFTEN)

    async def close(self) -> None:
        """Let go of channels, and of the right; harmless twice."""
        await self._sender.close()
        if self._lock:
            self._lock.release()

    async def _catch_up(self) -> None:
        """Decide about the rounds of others, who had not the right to."""
        await self._save()
        while owed := await self._store.next_owed(DESK, DESK, most=_PAGE):
            rounds = await self._store.rounds_by_key([each.round_key for each in owed if each.round_key])
            self._unsaved += [(await self._desk.decide(done), ()) for done in rounds]
            self._unsaved.append((NOTHING, [each.key for each in owed]))
            await self._save()

    async def _owe(self, deliveries: Sequence[Delivery]) -> bool:
        """Whether they could be written."""
        try:
            await self._store.exchange(deliveries)
        except ColterError:
            return False
        self.wake()
        return True

    async def _save(self) -> None:
        if all(decided.empty and not keys for decided, keys in self._unsaved):
            self._unsaved.clear()
            return
        states = {(state.target, state.rule): state for decided, _ in self._unsaved for state in decided.states}
        deliveries = [delivery for decided, _ in self._unsaved for delivery in decided.deliveries]
        decided_keys = [key for _, keys in self._unsaved for key in keys]
        await self._store.exchange(deliveries, states=list(states.values()), decided=decided_keys)
        self._unsaved.clear()
        if deliveries:
            self.wake()
