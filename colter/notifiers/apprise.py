"""Whatever Apprise knows (https://github.com/caronc/apprise): an extra, `pip install 'colter[apprise]'`."""

import importlib
from datetime import timedelta

from colter.core.errors import Answer, DeliveryError
from colter.core.message import Message, MessageKind
from colter.core.secret import Secret
from colter.net.aside import aside
from colter.notifiers.fitting import fit
from colter.notifiers.mentions import without_mentions

_DEADLINE = timedelta(seconds=30)
_LONGEST = 20_000
_TYPES = {
    MessageKind.FIRING: "failure",
    MessageKind.REMINDER: "failure",
    MessageKind.FLAPPING: "warning",
    MessageKind.RESOLVED: "success",
}


class Apprise:
    """One address of Apprise's kind. It says whether it worked, and not why not: so all is tried again."""

    def __init__(self, *, name: str, url: Secret) -> None:
        self.name = name
        self._url = url

    async def send(self, message: Message) -> None:
        """Hand it over; DeliveryError when it was not taken."""
        lines = fit((*message.lines, message.key), _LONGEST)
        body = "\n".join(without_mentions(line) for line in lines)
        title, kind = without_mentions(message.title), _TYPES.get(message.kind, "info")
        try:
            taken = await aside(lambda: self._notify(title, body, kind), _DEADLINE)
        except TimeoutError as error:
            raise DeliveryError(f"{self.name}: not done within {_DEADLINE.total_seconds():g} s") from error
        if not taken:
            raise DeliveryError(f"{self.name}: Apprise could not send it, and says no more than that")

    async def close(self) -> None:
        """Nothing is held open here."""

    def _notify(self, title: str, body: str, kind: str) -> bool:
        try:
            library = importlib.import_module("apprise")  # 200 ms, and not everybody has it
        except ImportError as error:
            raise DeliveryError(
                f"{self.name}: Apprise is not installed", answer=Answer.PAUSE, hint="pip install 'colter[apprise]'"
            ) from error
        # What is sent must not follow a redirect to another server.
        sender = library.Apprise(asset=library.AppriseAsset(http_redirects=False, async_mode=False))
        if not sender.add(self._url.reveal()):
            raise DeliveryError(
                f"{self.name}: Apprise does not understand the address",
                answer=Answer.PAUSE,
                hint=f"correct alerts.channels.{self.name}.url",
            )
        return bool(sender.notify(body=body, title=title, notify_type=kind, body_format="text"))
