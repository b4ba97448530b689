"""Tells: brings every channel what it is owed. The channels go side by side, and none waits for another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from colter.app.alerting.channel import Channel, Make
from colter.app.alerting.dead_letters import MOST, DeadLetters
from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import Plan
from colter.app.cycle import bug
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.wording import Lookup
from colter.core.clock import Clock
from colter.core.errors import ColterError, DeliveryError, StateError
from colter.core.ports import Store

log = logging.getLogger(__name__)

Turn = Callable[[], Awaitable[timedelta | None]]
"""Does what there is to do; how long until there may be more, None: until somebody says so."""
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
        self._dead_letters = DeadLetters(store, clock, desk, plan, self.wake)
        self._channels = {
            name: Channel(name, store, clock, desk, make=make, about=about, dead_letters=self._dead_letters)
            for name in plan.channels
        }
        self._woken = {name: asyncio.Event() for name in plan.channels}

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
            # Once: nothing new is owed to channels that are not configured.
            group.create_task(self._serve("alerts", self._forsake, asyncio.Event()))
            for name, channel in self._channels.items():
                group.create_task(self._serve(name, channel.turn, self._woken[name]))

    def wake(self) -> None:
        """There may be more to tell: something was committed."""
        for woken in self._woken.values():
            woken.set()

    async def close(self) -> None:
        """Let go of all channels; harmless twice."""
        for channel in self._channels.values():
            await channel.close()

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

    async def _insist(self, channel: Channel, patience: timedelta) -> DeliveryError | None:
        moved, arrived = self._clock.monotonic(), channel.arrived
        while (wait := await channel.turn()) is not None:
            if channel.arrived > arrived:
                moved, arrived = self._clock.monotonic(), channel.arrived
            waited = timedelta(seconds=self._clock.monotonic() - moved)
            if wait and waited + wait > patience:
                error = channel.problem or DeliveryError(f"{channel.name}: enough was told within an hour")
                return DeliveryError(f"{error}; kept; the next run tells it", hint=error.hint)
            await self._clock.sleep(wait)
        return None

    async def _serve(self, name: str, turn: Turn, woken: asyncio.Event) -> None:
        while True:
            woken.clear()
            try:
                wait = await self._to_its_end(turn)
            except ColterError as error:
                log.warning("%s: %s", name, error)
                wait = _AGAIN
            except Exception as error:  # the same
                bug(name, error)
                wait = _AGAIN
            await self._pause(woken, wait)

    async def _to_its_end(self, turn: Turn) -> timedelta | None:
        """A turn; when it is to be broken off, what is on its way may still arrive: else it would be sent again."""
        going = asyncio.ensure_future(turn())
        try:
            return await asyncio.shield(going)
        except asyncio.CancelledError:
            for channel in self._channels.values():
                channel.stopped = True
            await asyncio.wait([going], timeout=_LAST_WORDS.total_seconds())
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            raise

    async def _pause(self, woken: asyncio.Event, length: timedelta | None) -> None:
        """Until it is over, or somebody wakes us."""
        waiting: list[asyncio.Task[object]] = [asyncio.create_task(woken.wait())]
        if length is not None:
            waiting.append(asyncio.create_task(self._clock.sleep(length)))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    async def _forsake(self) -> None:
        """Give up what is owed to channels that are not configured any more, and tell others instead."""
        for name in await self._owing():
            while name not in self._channels and (owed := await self._store.next_owed("channel", name, most=MOST)):
                rows = [from_delivery(delivery) for delivery in owed]
                await self._dead_letters.give_up(rows, f"{name}: the channel is not configured any more")
                log.warning("%s: %d notifications given up: the channel is not configured any more", name, len(rows))
