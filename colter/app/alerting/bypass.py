"""Tells channels directly what the history has no room for.

It goes on until a channel has taken it, or the history can keep it and it takes the usual way. See
docs/decisions/full-disk.md.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from colter.app.alerting.channel import Make
from colter.app.alerting.pause import pause
from colter.app.cycle import bug
from colter.app.delivering.courier import rest
from colter.core.alerting.deliveries import from_delivery, to_delivery
from colter.core.alerting.outgoing import Outgoing
from colter.core.alerting.packing import pack
from colter.core.alerting.wording import NOTHING, word
from colter.core.clock import Clock
from colter.core.errors import Answer, ColterError, DeliveryError
from colter.core.message import Message
from colter.core.model import Delivery

log = logging.getLogger(__name__)

Write = Callable[[Sequence[Delivery]], Awaitable[bool]]
"""Has the history owe these from now on; whether it does."""


class Bypass:
    """Tells each channel by itself. What was told is never written down, so a restarted process knows nothing of it."""

    def __init__(self, make: Make, clock: Clock, write: Write) -> None:
        """Nothing is to be told yet.

        Args:
            make: makes a channel by its name.
            clock: the time.
            write: has the history owe what no channel has taken when there is room again.
        """
        self._make = make
        self._clock = clock
        self._write = write
        self._rows: asyncio.Queue[Outgoing] = asyncio.Queue()
        self._room = asyncio.Event()

    def tell(self, deliveries: Sequence[Delivery]) -> None:
        """Have these told at once, each channel by itself; they are under the keys that they would have had."""
        self._room.clear()
        for delivery in deliveries:
            self._rows.put_nowait(from_delivery(delivery))

    def there_is_room(self) -> None:
        """The history takes something again: what no channel has taken by now can be written."""
        self._room.set()

    async def run(self) -> None:
        """Tell what there is to tell, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._insist(await self._rows.get()))

    async def _insist(self, row: Outgoing) -> None:
        (packed,) = pack([replace(row, due=self._clock.now())], self._clock.now())
        message, failures = word(packed, lambda _: NOTHING), 0
        while error := await self._try(row.channel, message):
            failures += 1
            log.log(logging.INFO if failures > 1 else logging.ERROR, "not told without the history: %s", error)
            await pause(self._room, None if error.answer is Answer.REFUSED else rest(error, failures), self._clock)
            if self._room.is_set():
                if await self._write([to_delivery(replace(row, begun=packed.key))]):
                    return
                self._room.clear()
        log.warning("%s: told without the history: %s", row.channel, message.title)

    async def _try(self, channel: str, message: Message) -> DeliveryError | None:
        try:
            notifier = await self._make(channel)
            try:
                await notifier.send(message)
            finally:
                await notifier.close()
        except DeliveryError as error:
            return error
        except ColterError as error:  # a locked secret, say
            return DeliveryError(f"{channel}: {error}", hint=error.hint)
        except Exception as error:  # the plugin border: a bug in one channel must not cost the others their messages
            return DeliveryError(str(bug(channel, error)), hint="the log has the details")
        return None
