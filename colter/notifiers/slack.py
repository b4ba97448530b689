"""Slack, through an incoming webhook; also Mattermost and Rocket.Chat, which take the same.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

import json

from colter.core.clock import Clock
from colter.core.errors import Answer, DeliveryError
from colter.core.message import Message
from colter.core.secret import Secret
from colter.net.http import Http
from colter.notifiers.fitting import fit
from colter.notifiers.hook import Hook
from colter.notifiers.mentions import without_mentions

_LONGEST = 20_000  # Slack cuts at 40,000 characters
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Slack:
    """One webhook. Slack knows no keys: a repeat after a lost answer stands there twice, with the same key."""

    def __init__(self, *, name: str, url: Secret, http: Http, clock: Clock) -> None:
        self.name = name
        self._hook = Hook(name, "Slack", url, http=http, clock=clock)

    async def send(self, message: Message) -> None:
        """Post it; DeliveryError when it was not taken."""
        body = {"text": _text(message), "link_names": False, "unfurl_links": False, "unfurl_media": False}
        reply = await self._hook.post(json.dumps(body).encode())
        if reply.body.lstrip().startswith(
            b"<"
        ):  # a login or a captive portal; the type is no help, Slack's is HTML too
            receiver = self._hook.receiver
            raise DeliveryError(
                f"{receiver.name}: a web page answers there", answer=Answer.PAUSE, hint=receiver.address_hint
            )

    async def close(self) -> None:
        """Nothing is held open here."""


def _text(message: Message) -> str:
    lines = fit((_escape(line) for line in message.lines), _LONGEST)
    return "\n".join([f"*{_escape(message.title)}*", *lines, f"_{_escape(message.key)}_"])


def _escape(text: str) -> str:
    """Slack's own escapes, without which `<!channel>` calls everybody; in Mattermost `@here` alone does."""
    return without_mentions(text).translate(_ESCAPES)
