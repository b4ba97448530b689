"""Sends one channel what it is owed: one message after the other, in order, and nothing more after a failure."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from colter.app.alerting.channel_health import ChannelHealth
from colter.app.alerting.dead_letters import MOST, DeadLetters
from colter.app.alerting.desk import Desk
from colter.app.cycle import bug
from colter.core.alerting.deliveries import from_delivery, to_delivery
from colter.core.alerting.outgoing import GROUP_WAIT, Outgoing, may_give_up
from colter.core.alerting.packing import Message, pack
from colter.core.alerting.wording import Lookup, word
from colter.core.clock import Clock
from colter.core.errors import Answer, ColterError, DeliveryError, StateError
from colter.core.ports import Notifier, Store
from colter.core.units import format_amount

log = logging.getLogger(__name__)

Make = Callable[[str], Awaitable[Notifier]]
"""Makes a channel by its name."""
_HOUR = timedelta(hours=1)
_NOW, _SOON = timedelta(0), timedelta(seconds=10)


class Channel:
    """Brings one channel what it is owed. To be used by whoever has the right to decide about alerts, and nobody else.

    That right is a lock that ends with its process, so nothing waits after a crash: a lease would have to run out.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        clock: Clock,
        desk: Desk,
        *,
        make: Make,
        about: Lookup,
        dead_letters: DeadLetters,
    ) -> None:
        self.name = name
        self._store = store
        self._clock = clock
        self._desk = desk
        self._make = make
        self._about = about
        self._dead_letters = dead_letters
        self._health = ChannelHealth(name, store, clock)
        self._notifier: Notifier | None = None
        self._stale = False
        """Whether it was made by settings that do not hold any more."""
        self._unsettled: list[Outgoing] = []
        """These have arrived, but that is not written down yet. They are not sent twice for that."""
        self._unwritten: StateError | None = None
        self.arrived = 0
        """Messages so far."""
        self.unusable: ColterError | None = None
        """Why it could not even be tried, the last time."""
        self.stopped = False
        """Whether to say nothing more after the present message."""
        self._lost = 0
        self._why_lost: DeliveryError | None = None

    @property
    def problem(self) -> DeliveryError | None:
        """Why something is still owed; None when the last try was well."""
        if error := self._unwritten:
            return DeliveryError(f"{self.name}: told, but that could not be written down: {error}", hint=error.hint)
        return self._health.problem

    def take_losses(self) -> DeliveryError | None:
        """What was given up since this was last asked: how much, and why the last of it; None: nothing."""
        error, amount = self._why_lost, format_amount(self._lost, "notification")
        self._why_lost, self._lost = None, 0
        if error is None:
            return None
        return DeliveryError(f"{error}; {amount} given up", hint="`colter alerts list --undelivered` lists them")

    def renew(self) -> None:
        """Use its new settings from the next message on, and forget how it failed with the old ones."""
        self._stale = True

    async def turn(self) -> timedelta | None:
        """Send what is due, as far as it is taken.

        Returns:
            How long until there may be more to do; None when nothing is owed.

        Raises:
            StateError: the outbox cannot be read or written.
        """
        if self._stale:
            self._stale = False
            await self.close()
            await self._health.forget()
        await self._settle()
        await self._dead_letters.save()
        rests = await self._health.rests()
        rows = await self._owed()
        if not rows:
            return _SOON if self._unsettled else None
        if rests:
            return _NOW if await self._rescue(rows) else rests
        now = self._clock.now()
        messages = pack(rows, now, await self._store.arrivals(self.name, now - _HOUR))
        for message in messages:
            if not await self._bring(message) or self.stopped:
                break
        return _NOW if messages else _until_due(rows, now)

    async def close(self) -> None:
        """Let go of the connection, and write what has arrived if that was not possible before; harmless twice."""
        await self._settle()
        if self._notifier is not None:
            await self._notifier.close()
            self._notifier = None

    async def _bring(self, message: Message) -> bool:
        """Whether the next message may be tried."""
        await self._begin(message)
        error = await self._try(message)
        if error is None:
            await self._arrive(message)
        elif error.answer is Answer.RETRY:
            await self._health.failed(error)
        elif error.answer is Answer.PAUSE:
            await self._health.failed(error)
            await self._rescue(await self._owed())
            await self._dead_letters.tell_of(self.name, str(error))
        else:
            await self._lose(message.rows, error)
            await self._dead_letters.tell_of(self.name, str(error))
        return error is None or error.answer not in (Answer.RETRY, Answer.PAUSE)

    async def _begin(self, message: Message) -> None:
        """Whatever becomes of this try, a repeat must be the same message under the same key."""
        fresh = [replace(row, begun=message.key) for row in message.rows if row.begun != message.key]
        if fresh:
            with suppress(StateError):  # a full disk keeps nobody from being told
                await self._store.exchange([to_delivery(row) for row in fresh])

    async def _try(self, message: Message) -> DeliveryError | None:
        self.unusable = None
        try:
            if self._notifier is None:
                self._notifier = await self._make(self.name)
            await self._notifier.send(word(message, self._about))
        except DeliveryError as error:
            return error
        except ColterError as error:  # a locked secret, say
            self.unusable = error
            return DeliveryError(f"{self.name}: {error}", hint=error.hint)
        except Exception as error:  # the plugin border: a bug in one channel must not cost the others their messages
            return DeliveryError(str(bug(self.name, error)), hint="the log has the details")
        return None

    async def _arrive(self, message: Message) -> None:
        self.arrived += 1
        self._desk.heard(message.rows)
        self._unsettled += message.rows
        await self._settle()
        await self._health.well()
        await self._dead_letters.tell_of(self.name, None)

    async def _settle(self) -> None:
        self._unwritten = None
        if self._unsettled:
            try:
                await self._store.settle([row.key for row in self._unsettled])
            except StateError as error:
                self._unwritten = error
            else:
                self._unsettled = []

    async def _rescue(self, rows: Sequence[Outgoing]) -> bool:
        """While it takes nothing: tell others what they can be told, and give up what was tried for too long (R12).

        Returns:
            Whether anything was given up.
        """
        error = self._health.problem
        if error is None:
            return False
        now = self._clock.now()
        late = [row for row in rows if may_give_up(row, self._health.failures, now)]
        if late:
            await self._lose(late, error)
            await self._dead_letters.tell_of(self.name, str(error))
            return True
        others = [row for row in rows if self._dead_letters.diverted(row)] if error.answer is Answer.PAUSE else []
        if others:
            await self._lose(others, error)
        return bool(others)

    async def _lose(self, lost: Sequence[Outgoing], error: DeliveryError) -> None:
        keys = {row.key for row in lost}
        left = [row for row in await self._owed() if row.key not in keys]
        await self._dead_letters.give_up(lost, str(error), left)
        self._lost += len(lost)
        self._why_lost = error
        log.warning("%s: %s given up: %s", self.name, format_amount(len(lost), "notification"), error)

    async def _owed(self) -> list[Outgoing]:
        owed = await self._store.next_owed("channel", self.name, most=MOST)
        arrived = {row.key for row in self._unsettled}
        return [from_delivery(delivery) for delivery in owed if delivery.key not in arrived]


def _until_due(rows: Sequence[Outgoing], now: datetime) -> timedelta:
    """When the first of them is due; when too many were sent in the last hour, soon is early enough to look again."""
    return min((row.due - now for row in rows if now < row.due <= now + GROUP_WAIT), default=GROUP_WAIT)
