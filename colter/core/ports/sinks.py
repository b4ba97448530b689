"""What takes measurements, and what shows the newest of them."""

from collections.abc import Sequence
from typing import Protocol, TypeVar, runtime_checkable

from colter.core.model import Entry, Latest

Item = TypeVar("Item")


class Sink(Protocol[Item]):
    """Takes measurements. To be given the same twice must be harmless."""

    name: str
    batch: int
    """Most items at once."""
    at_once: int
    """How many batches may be on their way at a time."""

    def encode(self, entry: Entry) -> Sequence[Item]:
        """The items of one entry, none when it holds nothing for this sink. Runs in any thread, and never raises."""

    async def send(self, items: Sequence[Item]) -> None:
        """Hand over all of these, and return when they are safe there.

        Raises:
            DeliveryError: they are not; its `answer` says what that means for them.
        """

    def show(self, item: Item) -> str:
        """One item as a person may read it, for the list of what was refused."""

    async def close(self) -> None:
        """Let go of connections and files; harmless twice."""


@runtime_checkable
class Display(Protocol):
    """Shows the newest look at everything (a Pushgateway, a file that is scraped): what came before does not matter."""

    name: str

    async def show(self, latest: Sequence[Latest]) -> None:
        """Show this, all of it, in place of what was shown before of these sources; one with nothing in it vanishes.

        Raises:
            DeliveryError: it could not be shown.
        """

    async def clear(self) -> None:
        """Show nothing any more. DeliveryError when that fails."""

    async def close(self) -> None:
        """Let go of connections; harmless twice."""
