"""Moves a part of the stored history to a sink or into a file, and goes on where an interrupted move has ended."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from colter.app.delivering.courier import backoff
from colter.app.delivering.sending import send_entries
from colter.core.clock import Clock
from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry, Refusal, Transfer
from colter.core.ports import Sink, Store
from colter.sinks.part import Part

_PAGE = 5_000
"""Most entries of one page, or one round if that is larger. Two pages are in memory at a time."""


@dataclass(frozen=True, slots=True)
class HistoryWindow:
    """What part of the history is wanted."""

    since: datetime
    until: datetime
    """First moment after it."""
    sources: frozenset[str] = frozenset()
    """None: all."""
    key: str = ""
    """The request as it was written, with where to: the same request again goes on where the first one ended."""


@dataclass(slots=True)
class Moved:
    """How far a move is."""

    window: Transfer
    """What is kept of it; its window is that of the first time the same was asked for."""
    total: int
    """Entries of the window, of any source."""
    seen: int
    """So many of them are behind us, those of an earlier run too."""
    refused: list[Refusal] = field(default_factory=list)
    resumed: bool = False


class Watcher(Protocol):
    """Is told how a move goes."""

    def at(self, moved: Moved) -> None:
        """At the beginning, and whenever more has arrived."""

    def waiting(self, error: DeliveryError, wait: timedelta) -> None:
        """It was not taken, and will be tried again after that time."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the history, oldest first."""

    entries: Sequence[Entry]
    seen: int
    """Entries that were read for it, of any source."""
    last: str
    """Key of its last round."""


async def read_pages(store: Store, asked: HistoryWindow, *, after: str | None = None) -> AsyncGenerator[Page, None]:
    """Page by page; the next one is read while the last one is worked on. To be closed (`aclosing`)."""

    async def load(after: str | None) -> Page | None:
        rounds = await store.rounds(asked.since, asked.until, after=after, most=_PAGE)
        if not rounds:
            return None
        entries = [entry for done in rounds for entry in done.entries]
        wanted = [entry for entry in entries if not asked.sources or entry.what.target.source in asked.sources]
        return Page(wanted, len(entries), rounds[-1].key)

    upcoming = asyncio.create_task(load(after))
    try:
        while page := await upcoming:
            upcoming = asyncio.create_task(load(page.last))
            yield page
    finally:
        await asyncio.gather(upcoming, return_exceptions=True)  # to its end: the store must not be closed under it


async def count_entries(store: Store, asked: HistoryWindow) -> int:
    """How many readings and results it is."""
    if not asked.sources:
        return await store.entries(asked.since, asked.until)
    async with aclosing(read_pages(store, asked)) as pages:
        return sum([len(page.entries) async for page in pages])


@dataclass(frozen=True, slots=True)
class Mover:
    """Moves what is asked for, once. What was refused for good is kept in the list of refusals."""

    store: Store
    clock: Clock
    patience: timedelta
    """How long to go on while nothing arrives."""
    watcher: Watcher

    async def into_sink(self, sink: Sink[Any], asked: HistoryWindow) -> Moved:
        """All of it into a sink.

        Raises:
            DeliveryError: not all has arrived. The same request again goes on there.
        """
        start = await self._start(asked)
        moved = await self._move(sink, asked, start, lambda: 0)
        await self.store.end_transfer(asked.key)
        return moved

    async def into_file(
        self, part: Part, asked: HistoryWindow, arrange: Callable[[Iterator[str]], Iterator[str]] | None = None
    ) -> Moved:
        """All of it into a file, which appears when it is whole.

        Args:
            part: the file, not begun yet.
            asked: what part of the history.
            arrange: brings its lines into their final order.

        Raises:
            DeliveryError: it cannot be written. The same request again goes on where this one ended.
        """
        start = await self._start(asked)
        if not await asyncio.to_thread(part.begin, start.size):
            start = Transfer(asked.key, start.since, start.until)
        moved = await self._move(part, asked, start, lambda: part.size)
        await asyncio.to_thread(part.finish, arrange(part.lines()) if arrange else None)
        await self.store.end_transfer(asked.key)
        return moved

    async def _start(self, asked: HistoryWindow) -> Transfer:
        known = await self.store.transfer(asked.key)
        return known or Transfer(asked.key, asked.since, asked.until)

    async def _move(self, sink: Sink[Any], asked: HistoryWindow, start: Transfer, size: Callable[[], int]) -> Moved:
        asked = replace(asked, since=start.since, until=start.until)
        total = await self.store.entries(start.since, start.until)
        left = await self.store.entries(start.since, start.until, after=start.after)
        moved = Moved(start, total, total - left, resumed=start.after is not None)
        if not moved.resumed:
            await self.store.keep_transfer(start)  # its window from now on, also when not even the first page arrives
        self.watcher.at(moved)
        async with aclosing(read_pages(self.store, asked, after=start.after)) as pages:
            async for page in pages:
                refused = await self._send(sink, page.entries)
                if refused:
                    await self.store.settle((), refused)
                sent = moved.window.sent + len(page.entries)
                moved.window = replace(moved.window, after=page.last, sent=sent, size=size())
                await self.store.keep_transfer(moved.window)
                moved.seen += page.seen
                moved.refused += refused
                self.watcher.at(moved)
        return moved

    async def _send(self, sink: Sink[Any], entries: Sequence[Entry]) -> list[Refusal]:
        """Until it is there, in smaller batches and with longer breaks the more often it fails."""
        failures, batch, gives_up = 0, sink.batch, float("inf")
        while True:
            try:
                return await send_entries(sink, entries, batch=batch)
            except DeliveryError as error:
                failures += 1
                now = self.clock.monotonic()
                gives_up = min(gives_up, now + self.patience.total_seconds())
                wait = error.retry_after or backoff(failures)
                if error.answer is not Answer.RETRY or now + wait.total_seconds() > gives_up:
                    raise
                self.watcher.waiting(error, wait)
            batch = max(1, batch // 2)
            await self.clock.sleep(wait)
