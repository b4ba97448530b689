"""Brings every channel what it is owed. The channels go side by side, and none waits for another."""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Sequence
from datetime import timedelta

from colter.app.alerting.channel import Channel, Make
from colter.app.alerting.dead_letters import MOST, DeadLetters
from colter.app.alerting.desk import Desk
from colter.app.alerting.pause import pause
from colter.app.alerting.plan import Plan
from colter.app.cycle import bug
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.wording import About, Lookup
from colter.core.clock import Clock
from colter.core.errors import ColterError, DeliveryError, StateError
from colter.core.model import Target
from colter.core.ports import Store

log = logging.getLogger(__name__)

_AGAIN = timedelta(seconds=10)
"""After a failure of our own."""
_LAST_WORDS = timedelta(seconds=4)


class Sender:
    """All channels. To be used by whoever has the right to decide about alerts, and closed before the store."""

    def __init__(self, store: Store, clock: Clock, desk: Desk, *, plan: Plan, make: Make, about: Lookup) -> None:
        """A sender.

        Args:
            store: the outbox.
            clock: the time.
            desk: is told what has arrived, and what was refused.
            plan: which channels there are, and which stands in for which.
            make: makes a channel by its name.
            about: what is configured of a target, for the words.
        """
        self._store = store
        self._clock = clock
        self._desk = desk
        self._make = make
        self._about = about
        self._dead_letters = DeadLetters(store, clock, desk, plan, self.wake)
        self._channels = {name: self._open(name) for name in plan.channels}
        self._woken = {name: asyncio.Event() for name in plan.channels}
        self._gone = asyncio.Event()
        """Set when there are fewer channels than before."""
        self._served: set[str] = set()
        self._group: asyncio.TaskGroup | None = None
        """While it runs."""

    def adopt(self, plan: Plan, about: Lookup, changed: Collection[str]) -> None:
        """Go on by another plan.

        A channel that is taken out ends with the message that is on its way; what it is owed then is told others.

        Args:
            plan: which channels there are now.
            about: what is configured of a target.
            changed: channels that have other settings than before.
        """
        self._about = about
        self._dead_letters.adopt(plan)
        before, self._channels = self._channels, {}
        for name in plan.channels:
            channel = self._channels[name] = before.get(name) or self._open(name)
            if name in changed:
                channel.renew()
            self._woken.setdefault(name, asyncio.Event())
            if self._group and name not in self._served:
                self._begin(name, self._group)
        self.wake()

    async def tell(self, patience: timedelta) -> list[ColterError]:
        """Tell everything that is owed now; what is not taken stays owed.

        Args:
            patience: how long to go on with a channel that takes nothing.

        Returns:
            What went wrong, channel by channel.
        """
        failed: dict[str, ColterError] = {}
        try:
            # What one channel refuses another one is told, so there may be more afterwards.
            while names := [name for name in await self._owing() if name not in failed]:
                async with asyncio.TaskGroup() as group:
                    tasks = {name: group.create_task(self._tell(name, patience)) for name in names}
                failed |= {name: problem for name, task in tasks.items() if (problem := task.result())}
        except StateError as error:
            return [error]
        return [*failed.values(), *filter(None, (channel.take_losses() for channel in self._channels.values()))]

    async def run(self) -> None:
        """Tell what there is to tell as soon as it is due, until this is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forsake_when_gone())
            self._group = group
            for name in self._channels:
                self._begin(name, group)

    def wake(self) -> None:
        """There may be more to tell: something was committed."""
        for woken in self._woken.values():
            woken.set()

    async def close(self) -> None:
        """Let go of all channels; harmless twice."""
        for channel in self._channels.values():
            await channel.close()

    def _open(self, name: str) -> Channel:
        return Channel(
            name,
            self._store,
            self._clock,
            self._desk,
            make=self._make,
            about=self._look_up,
            dead_letters=self._dead_letters,
        )

    def _look_up(self, target: Target) -> About:
        return self._about(target)

    async def _owing(self) -> Sequence[str]:
        return [owing.to for owing in await self._store.owing() if owing.lane == "channel" and owing.deliveries]

    async def _tell(self, name: str, patience: timedelta) -> ColterError | None:
        channel = self._channels.get(name)
        try:
            if channel is not None:
                return await self._insist(channel, patience)
            await self._forsake()
        except StateError as error:
            return error
        except Exception as error:  # a bug in one channel must not cost the others their messages
            return bug(name, error)
        return None

    async def _insist(self, channel: Channel, patience: timedelta) -> ColterError | None:
        moved, arrived = self._clock.monotonic(), channel.arrived
        while (wait := await channel.turn()) is not None:
            if error := channel.unusable:  # waiting does not open what is locked
                return type(error)(f"{channel.name}: {error}; kept; the next run tells it", hint=error.hint)
            if channel.arrived > arrived:
                moved, arrived = self._clock.monotonic(), channel.arrived
            waited = timedelta(seconds=self._clock.monotonic() - moved)
            if wait and waited + wait > patience:
                problem = channel.problem or DeliveryError(f"{channel.name}: enough was told within an hour")
                return DeliveryError(f"{problem}; kept; the next run tells it", hint=problem.hint)
            await self._clock.sleep(wait)
        return None

    def _begin(self, name: str, group: asyncio.TaskGroup) -> None:
        self._served.add(name)
        group.create_task(self._serve(name))

    async def _serve(self, name: str) -> None:
        """Send what it is owed, again and again, for as long as there is a channel of this name."""
        woken, told = self._woken[name], ""
        while channel := self._channels.get(name):
            woken.clear()
            wait = await self._try(name, self._to_its_end(channel))
            problem = str(channel.problem or "")
            if problem and problem != told:
                log.warning("%s; kept, and tried again", problem)
            told = problem
            if self._channels.get(name) is channel:
                await pause(woken, wait, self._clock)
            if self._channels.get(name) is not channel:
                await channel.close()
        self._served.discard(name)
        self._gone.set()

    async def _try(self, name: str, turn: Awaitable[timedelta | None]) -> timedelta | None:
        try:
            return await turn
        except ColterError as error:
            log.warning("%s: %s", name, error)
        except Exception as error:  # the same
            bug(name, error)
        return _AGAIN

    async def _to_its_end(self, channel: Channel) -> timedelta | None:
        """A turn; when it is to be broken off, what is on its way may still arrive: else it would be sent again."""
        going = asyncio.ensure_future(channel.turn())
        try:
            return await asyncio.shield(going)
        except asyncio.CancelledError:
            channel.stopped = True
            await asyncio.wait([going], timeout=_LAST_WORDS.total_seconds())
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            raise

    async def _forsake_when_gone(self) -> None:
        """At once, and whenever a channel was taken out: nothing new is owed to those that are not configured."""
        while True:
            self._gone.clear()
            wait = await self._try("alerts", self._forsake())
            await pause(self._gone, wait, self._clock)

    async def _forsake(self) -> None:
        """Give up what is owed to channels that are not configured any more, and tell others instead."""
        for name in await self._owing():
            while not self._is_there(name) and (owed := await self._store.next_owed("channel", name, most=MOST)):
                rows = [from_delivery(delivery) for delivery in owed]
                await self._dead_letters.give_up(rows, f"{name}: the channel is not configured any more")
                log.warning("%s: %d notifications given up: the channel is not configured any more", name, len(rows))

    def _is_there(self, name: str) -> bool:
        """Whether there is such a channel, or the last message of one that was taken out is still on its way."""
        return name in self._channels or name in self._served
