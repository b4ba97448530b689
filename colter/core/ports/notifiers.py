"""What brings messages to people."""

from typing import Protocol

from colter.core.message import Message


class Notifier(Protocol):
    """Brings messages to one channel. One contract suite runs over all implementations."""

    name: str
    """Of the channel, as it is configured."""

    async def send(self, message: Message) -> None:
        """Hand it over, trying once, within a deadline of its own; return when it is safe there.

        To send the same again is harmless as far as the receiver can tell: it is given the message's key.

        Raises:
            DeliveryError: it is not; `answer` is RETRY, REFUSED (this message will never be taken) or PAUSE.
        """

    async def close(self) -> None:
        """Let go of connections; harmless twice."""
