"""The channel: one mail to all its recipients, and those whom the server put off again later."""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from colter.core.clock import Clock
from colter.core.errors import Answer, DeliveryError
from colter.core.message import Message
from colter.core.ports import Cached, Recall
from colter.net.aside import aside
from colter.notifiers.email.letter import ascii_address, write_letter
from colter.notifiers.email.server import PERMANENT, Conversation, MailServer, Said, said

log = logging.getLogger(__name__)

DEADLINE = timedelta(seconds=30)
_REMEMBERED = timedelta(days=2)  # nothing is retried for longer


class Email:
    """Mail to some recipients, over one server.

    Args:
        name: of the channel.
        server: where mail is handed over.
        sender: address that it comes from.
        recipients: addresses that it goes to; at least one.
        recall: keeps who has a mail already, while the server puts others off: also over a restart.
        clock: the time.
        deadline: for all of it.
    """

    def __init__(
        self,
        *,
        name: str,
        server: MailServer,
        sender: str,
        recipients: Sequence[str],
        recall: Recall,
        clock: Clock,
        deadline: timedelta = DEADLINE,
    ) -> None:
        self.name = name
        self._server = server
        self._sender = ascii_address(sender)
        self._recipients = tuple(dict.fromkeys(map(ascii_address, recipients)))
        self._recall = recall
        self._clock = clock
        self._deadline = deadline

    async def send(self, message: Message) -> None:
        """Hand it over; DeliveryError when not everybody will get it who could.

        Somebody whom the server refuses for good is logged, and not tried again, as long as others get it.
        """
        before = await self._settled(message.key)
        left = [to for to in self._recipients if to not in before]
        if not left:
            return
        refused = await self._hand_over(message, left)
        later = {to: words for to, words in refused.items() if words[0] < PERMANENT}
        never = {to: words for to, words in refused.items() if to not in later}
        settled = {**before, **{to: to not in never for to in left if to not in later}}
        if before or later:
            await self._remember(message.key, settled)
        if not later and not any(settled.values()):
            raise DeliveryError(f"{self.name}: {_told(never)}", answer=Answer.REFUSED)
        if never:
            log.warning("%s: refused for good, and not tried again: %s", self.name, _told(never))
        if later:
            raise DeliveryError(f"{self.name}: {_told(later)}")

    async def close(self) -> None:
        """Nothing is held open here."""

    async def _hand_over(self, message: Message, recipients: Sequence[str]) -> Mapping[str, Said]:
        letter = write_letter(message, self._sender, self._recipients)
        conversation = Conversation(self._server)
        try:
            return await aside(partial(conversation.send, letter, self._sender, recipients), self._deadline)
        except TimeoutError as error:
            seconds = self._deadline.total_seconds()
            raise DeliveryError(f"{self.name}: {self._server.host} did not take it within {seconds:g} s") from error
        except DeliveryError as error:
            raise DeliveryError(f"{self.name}: {error}", answer=error.answer, hint=error.hint) from error
        finally:
            conversation.cut()  # nothing may be sent behind our back, to be sent again later

    async def _settled(self, key: str) -> dict[str, bool]:
        """Recipients who need not be told again; False: the server will never take it for them."""
        kept = await self._recall.cached(_place(key))
        return json.loads(kept.body) if kept else {}

    async def _remember(self, key: str, settled: Mapping[str, bool]) -> None:
        now = self._clock.now()
        await self._recall.cache(_place(key), Cached(json.dumps(settled).encode(), "", now, now + _REMEMBERED))


def _place(key: str) -> str:
    return f"email:{key}"


def _told(refused: Mapping[str, Said]) -> str:
    """Who got what for an answer."""
    return "; ".join(f"{to}: {said(words)}" for to, words in refused.items())
