"""ntfy: one topic of ntfy.sh or of a server of one's own.

https://docs.ntfy.sh/publish/#publish-as-json
"""

import json
from urllib.parse import unquote, urlsplit, urlunsplit

from colter.core.clock import Clock
from colter.core.message import Message, MessageKind
from colter.core.secret import Secret
from colter.net.http import Http
from colter.notifiers.fitting import fit
from colter.notifiers.hook import Hook

_LONGEST = 4096  # bytes; what is longer, ntfy makes a file of
_DEFAULT, _HIGH = 3, 4
_PRIORITIES = {
    MessageKind.FIRING: _HIGH,
    MessageKind.REMINDER: _HIGH,
    MessageKind.FLAPPING: _HIGH,
    MessageKind.DIGEST: _HIGH,
}
_TAGS = {
    MessageKind.FIRING: "rotating_light",
    MessageKind.REMINDER: "rotating_light",
    MessageKind.FLAPPING: "warning",
    MessageKind.RESOLVED: "white_check_mark",
}
"""Those with the name of an emoji are shown as one, before the title."""


class Ntfy:
    """One topic, by its address: `https://ntfy.sh/TOPIC`. A repeat after a lost answer is shown twice."""

    def __init__(self, *, name: str, url: Secret, http: Http, clock: Clock, token: Secret | None = None) -> None:
        self.name = name
        server, self._topic = _split(url.reveal())
        self._hook = Hook(name, "ntfy", Secret(server), http=http, clock=clock)
        self._token = token

    async def send(self, message: Message) -> None:
        """Publish it; DeliveryError when it was not taken."""
        body = {
            "topic": self._topic,
            "title": message.title,
            "message": "\n".join(fit(message.lines, _LONGEST, _bytes)) or message.title,
            "priority": _PRIORITIES.get(message.kind, _DEFAULT),
            "tags": [_TAGS[message.kind]] if message.kind in _TAGS else [],
        }
        await self._hook.post(json.dumps(body).encode(), token=self._token, secrets=[Secret(self._topic)])

    async def close(self) -> None:
        """Nothing is held open here."""


def _split(url: str) -> tuple[str, str]:
    """The server, and the topic: JSON is posted to the server, so that titles of any script need no header.

    Nothing of both, where there is no topic in it: the hook says so when it is used.
    """
    try:
        place = urlsplit(url)
    except ValueError:
        return "", ""
    folder, _, topic = place.path.rstrip("/").rpartition("/")
    server = urlunsplit((place.scheme, place.netloc, f"{folder}/", "", ""))
    return (server, unquote(topic)) if topic else ("", "")


def _bytes(text: str) -> int:
    return len(text.encode())
