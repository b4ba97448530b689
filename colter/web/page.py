"""The page that is scraped, made at most once a second however many ask for it."""

import asyncio
import gzip
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from colter import __version__
from colter.core.clock import Clock
from colter.core.model import Latest, Owing
from colter.core.own_metrics import BUILD_INFO
from colter.sinks.exposition import Point, TextFormat, of_latest, of_owing, own_point, page

_FRESH = timedelta(seconds=1)


class Known(Protocol):
    """Where the page comes from: a store, which asks no network."""

    async def latest(self) -> Sequence[Latest]:
        """The newest look at everything."""

    async def owing(self) -> Sequence[Owing]:
        """What sinks have not taken."""


class Page:
    """What is known right now, in both formats, plain and packed."""

    def __init__(self, known: Known, clock: Clock) -> None:
        self._known = known
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._points: list[Point] = []
        self._made: dict[tuple[TextFormat, bool], bytes] = {}
        self._fresh_until = float("-inf")

    async def text(self, format_: TextFormat, *, packed: bool) -> bytes:
        """The page in a format, packed with gzip or not.

        Raises:
            ColterError: what is known cannot be read.
        """
        async with self._one_at_a_time:
            if self._clock.monotonic() >= self._fresh_until:
                self._points, self._made = await self._read(), {}
                self._fresh_until = self._clock.monotonic() + _FRESH.total_seconds()
            if (format_, packed) not in self._made:
                # In a thread: the page of thousands of targets takes longer than a probe may be late.
                self._made[format_, packed] = await asyncio.to_thread(_made, self._points, format_, packed=packed)
            return self._made[format_, packed]

    async def _read(self) -> list[Point]:
        return [
            own_point(BUILD_INFO, 1, version=__version__),
            *of_latest(await self._known.latest()),
            *of_owing(await self._known.owing()),
        ]


def _made(points: Sequence[Point], format_: TextFormat, *, packed: bool) -> bytes:
    plain = page(points, format_)
    return gzip.compress(plain, compresslevel=6, mtime=0) if packed else plain
