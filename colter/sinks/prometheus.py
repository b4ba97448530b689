"""Where Prometheus finds the newest of everything without asking us: a Pushgateway, a file, or both."""

from collections.abc import Sequence
from typing import Protocol

from colter.core.model import Latest
from colter.sinks.together import together


class Place(Protocol):
    """One of them; see `colter.core.ports.Display`."""

    async def show(self, latest: Sequence[Latest]) -> None:
        """Show all of this; DeliveryError when that fails."""

    async def clear(self) -> None:
        """Show nothing any more; DeliveryError when that fails."""


class Prometheus:
    """A `colter.core.ports.Display` in one or more places."""

    name = "prometheus"

    def __init__(self, *places: Place) -> None:
        self._places = places

    async def show(self, latest: Sequence[Latest]) -> None:
        """In all places; one that fails does not keep it from the others."""
        await together(place.show(latest) for place in self._places)

    async def clear(self) -> None:
        """Show nothing any more, anywhere."""
        await together(place.clear() for place in self._places)

    async def close(self) -> None:
        """There is nothing to let go of: the connections are those of all."""
