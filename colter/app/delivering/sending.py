"""Hands entries to a sink in batches, and finds the single items that it refuses. Nothing else in Colter does that."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry, Refusal
from colter.core.ports import Item, Sink
from colter.core.text import clean

_T = TypeVar("_T")
_LONGEST_SHOWN = 500
_ALL_WRONG = 16
"""So many items refused and none taken: it is not the items, it is how the sink is set up."""

Parcels = list[tuple[Entry, Item]]
"""Items, each with the entry that it belongs to."""


async def nothing() -> None:
    """For those who need not be asked before each request."""


async def send_entries(
    sink: Sink[Item],
    entries: Iterable[Entry],
    *,
    batch: int | None = None,
    before: Callable[[], Awaitable[None]] = nothing,
) -> list[Refusal]:
    """Encode these entries and send them; see `send`."""
    return await send(sink, await encode(sink, entries), batch=batch, before=before)


async def encode(sink: Sink[Item], entries: Iterable[Entry]) -> Parcels[Item]:
    """The items of these entries, made in a thread: there may be many."""
    return await asyncio.to_thread(lambda: [(entry, item) for entry in entries for item in sink.encode(entry)])


async def send(
    sink: Sink[Item],
    parcels: Parcels[Item],
    *,
    batch: int | None = None,
    before: Callable[[], Awaitable[None]] = nothing,
) -> list[Refusal]:
    """Hand over all items, and return what was refused for good.

    One bad item among n costs at most about 2 log2 n requests, and nothing else is lost.

    Args:
        sink: who takes them.
        parcels: what `encode` made, oldest first.
        batch: most items at once, if less than the sink would take.
        before: awaited before every request; what it raises ends the sending.

    Raises:
        DeliveryError: not all has arrived; it is to be tried again (RETRY), or when the settings are mended (PAUSE).
            To send all of it again is harmless.
    """
    batches = _parts(parcels, min(batch or sink.batch, sink.batch))
    refused: list[Refusal] = []
    for wave in _parts(batches, sink.at_once):
        sendings = [_Sending(sink, before) for _ in wave]
        sent = [sending.send(part) for sending, part in zip(sendings, wave, strict=True)]
        for failed in await asyncio.gather(*sent, return_exceptions=True):
            if failed is not None:
                raise failed
        refused += (refusal for sending in sendings for refusal in sending.refused)
    return refused


class _Sending(Generic[Item]):
    """One batch on its way, in smaller parts where it is not taken as a whole."""

    def __init__(self, sink: Sink[Item], before: Callable[[], Awaitable[None]]) -> None:
        self._sink = sink
        self._before = before
        self._taken = False
        self.refused: list[Refusal] = []

    async def send(self, parcels: Parcels[Item]) -> None:
        if error := await self._try(parcels):
            await self._split(parcels, error)

    async def _try(self, parcels: Parcels[Item]) -> DeliveryError | None:
        """The error, when something in them is not taken; any other error is raised."""
        await self._before()
        try:
            await self._sink.send([item for _, item in parcels])
        except DeliveryError as error:
            if error.answer in (Answer.REFUSED, Answer.TOO_LARGE):
                return error
            raise
        self._taken = True
        return None

    async def _split(self, parcels: Parcels[Item], error: DeliveryError) -> None:
        """Find out what of these is not taken, and get the rest through."""
        if len(parcels) == 1:
            self._refuse(*parcels[0], error)
            return
        half = len(parcels) // 2
        left, right = parcels[:half], parcels[half:]
        trouble = await self._try(left)
        if trouble:
            await self._split(left, trouble)
        if trouble or error.answer is Answer.TOO_LARGE or len(right) == 1:
            await self.send(right)
        else:  # what is refused is not in the left part: no need to ask about the right one as a whole
            await self._split(right, error)

    def _refuse(self, entry: Entry, item: Item, error: DeliveryError) -> None:
        refusal = Refusal(
            to=self._sink.name,
            round_key=entry.round.key,
            target=entry.what.target,
            at=entry.what.at,
            item=clean(self._sink.show(item), _LONGEST_SHOWN),
            reason=clean(str(error), _LONGEST_SHOWN),
        )
        self.refused.append(refusal)
        if not self._taken and len(self.refused) >= _ALL_WRONG:
            raise DeliveryError(f"everything is refused: {error}", answer=Answer.PAUSE, hint=error.hint)


def _parts(whole: list[_T], size: int) -> list[list[_T]]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]
