"""How what is owed gets to a recipient: every measurement to a sink, the newest state to a display."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from colter.app.delivering.sending import Parcels, encode, send
from colter.core.model import Latest, Refusal
from colter.core.ports import Display, Sink, Store

PAGE = 10_000
"""Most entries of one page, or one round if that is larger. Two are in memory at a time."""

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

    @property
    def careful(self) -> bool:
        """Whether it failed of late: nothing is read ahead for it."""

    async def load(self, after: str | None) -> Page | None:
        """The next of what is owed, behind the delivery with this key; None when there is nothing more."""

    async def bring(self, page: Page, before: Before) -> list[Refusal]:
        """Hand it over, and return what was refused for good.

        Args:
            page: what `load` gave.
            before: awaited before every request; what it raises ends the sending.

        Raises:
            DeliveryError: not all of it has arrived.
        """

    def adapt(self, *, arrived: bool) -> None:
        """Go on after a page has arrived, or has not."""


class ToSink:
    """Every entry of every round, in order."""

    def __init__(self, sink: Sink[Any], store: Store) -> None:
        self.name = sink.name
        self._sink = sink
        self._store = store
        self._batch = sink.batch

    @property
    def careful(self) -> bool:
        """Whether less than a whole batch is sent at a time."""
        return self._batch < self._sink.batch

    async def load(self, after: str | None) -> Page | None:
        """The next rounds, encoded already: that goes on while the page before is on its way."""
        most = self._batch if self.careful else PAGE
        owed = await self._store.next_owed("sink", self.name, most=most, after=after)
        if not owed:
            return None
        rounds = await self._store.rounds_by_key([delivery.round_key for delivery in owed if delivery.round_key])
        entries = [entry for done in rounds for entry in done.entries]
        parcels = await encode(self._sink, entries)
        return Page([delivery.key for delivery in owed], len(entries), parcels)

    async def bring(self, page: Page, before: Before) -> list[Refusal]:
        """Hand it over in batches."""
        return await send(self._sink, page.parcels, batch=self._batch, before=before)

    def adapt(self, *, arrived: bool) -> None:
        """Give one that fails less at a time, until it keeps up again: it may just be slow."""
        self._batch = min(self._sink.batch, self._batch * 2) if arrived else max(1, self._batch // 2)


class ToDisplay:
    """The newest state, once for all rounds that are owed, in one piece."""

    careful = False

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

    async def bring(self, page: Page, before: Before) -> list[Refusal]:  # noqa: ARG002  all pages show the same
        """What is known by now, which is not older than any round of the page."""
        await before()
        await self._display.show(await self._latest())
        return []

    def adapt(self, *, arrived: bool) -> None:
        """Go on as before."""
