"""How what is owed gets to a recipient: every measurement to a sink, the newest state to a display."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from colter.app.delivering.sending import Parcels, encode, send
from colter.core.model import Latest, Refusal
from colter.core.ports import Display, Sink, Store

PAGE = 10_000
"""Most entries of one page, or one round if that is larger. Two pages are in memory at a time."""

Before = Callable[[], Awaitable[None]]
Newest = Callable[[], Awaitable[Sequence[Latest]]]
"""The newest of everything that is to be shown."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what is owed, oldest first."""

    keys: Sequence[str]
    """Of the deliveries that are settled when the page has arrived."""
    count: int = 0
    """Entries in them."""
    parcels: Parcels[Any] = field(default_factory=list)
    """What they hold, ready to be sent."""


class Route(Protocol):
    """The way to one recipient."""

    name: str

    async def load(self, after: str | None) -> Page | None:
        """The next of what is owed, behind the delivery with this key; None when there is nothing more."""

    async def bring(self, page: Page, before: Before, *, careful: bool) -> list[Refusal]:
        """Hand it over, and return what was refused for good.

        Args:
            page: what `load` gave.
            before: awaited before every request; what it raises ends the sending.
            careful: something has just failed: in smaller parts.

        Raises:
            DeliveryError: not all of it has arrived.
        """


class ToSink:
    """Every entry of every round, in order."""

    def __init__(self, sink: Sink[Any], store: Store) -> None:
        self.name = sink.name
        self._sink = sink
        self._store = store
        self._batch = sink.batch

    async def load(self, after: str | None) -> Page | None:
        """The next rounds, encoded already: that goes on while the page before is on its way."""
        owed = await self._store.next_owed("sink", self.name, most=PAGE, after=after)
        if not owed:
            return None
        rounds = await self._store.rounds_by_key([delivery.round_key for delivery in owed if delivery.round_key])
        entries = [entry for done in rounds for entry in done.entries]
        parcels = await encode(self._sink, entries)
        return Page([delivery.key for delivery in owed], len(entries), parcels)

    async def bring(self, page: Page, before: Before, *, careful: bool) -> list[Refusal]:
        """A sink that fails is given less at a time, until it keeps up again: it may just be slow."""
        self._batch = max(1, self._batch // 2) if careful else min(self._sink.batch, self._batch * 2)
        return await send(self._sink, page.parcels, batch=self._batch, before=before)


class ToDisplay:
    """The newest state, once for all rounds that are owed."""

    def __init__(self, display: Display, store: Store, latest: Newest | None = None) -> None:
        self.name = display.name
        self._display = display
        self._store = store
        self._latest = latest or store.latest

    async def load(self, after: str | None) -> Page | None:
        """All that is owed by now."""
        keys = [after] if after else []
        while owed := await self._store.next_owed("sink", self.name, most=PAGE, after=keys[-1] if keys else None):
            keys += [delivery.key for delivery in owed]
        keys = keys[1:] if after else keys
        return Page(keys) if keys else None

    async def bring(self, page: Page, before: Before, *, careful: bool) -> list[Refusal]:  # noqa: ARG002  it is one piece
        """What is known by now, which is not older than any round of the page."""
        await before()
        await self._display.show(await self._latest())
        return []
