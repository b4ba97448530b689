"""The page that is scraped, made at most once a second however many ask for it."""

import asyncio
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from colter import __version__
from colter.core.clock import Clock
from colter.core.model import Latest, Owing
from colter.core.own_metrics import BUILD_INFO
from colter.sinks.exposition import of_latest, of_owing, own_point
from colter.sinks.text_format import Point, TextFormat, write

_FRESH = timedelta(seconds=1)
_QUICKLY = 3
_GZIP = 31  # zlib.h, deflateInit2: 16 for the header of gzip, and the largest window


class Known(Protocol):
    """Where the page comes from: a store, which asks no network."""

    async def latest(self) -> Sequence[Latest]:
        """The newest look at everything."""

    async def owing(self) -> Sequence[Owing]:
        """What sinks have not taken."""


class Page:
    """What is known right now, in both formats, plain and packed."""

    def __init__(self, known: Known, clock: Clock, more: Callable[[], Iterable[Point]] = tuple) -> None:
        """`more`: what there is to tell beside what is known."""
        self._known = known
        self._clock = clock
        self._more = more
        self._one_at_a_time = asyncio.Lock()
        self._made: dict[tuple[TextFormat, bool], tuple[float, bytes]] = {}
        """With the time until which each is fresh."""

    async def text(self, format_: TextFormat, *, packed: bool) -> bytes:
        """The page in a format, packed with gzip or not.

        Raises:
            ColterError: what is known cannot be read.
        """
        async with self._one_at_a_time:
            now = self._clock.monotonic()
            self._made = {kind: made for kind, made in self._made.items() if now < made[0]}
            if (format_, packed) not in self._made:
                body = await self._make(format_, packed=packed)
                self._made[format_, packed] = self._clock.monotonic() + _FRESH.total_seconds(), body
            return self._made[format_, packed][1]

    async def _make(self, format_: TextFormat, *, packed: bool) -> bytes:
        read = _Read(await self._known.latest(), await self._known.owing(), tuple(self._more()))
        # In a thread: the page of thousands of targets takes longer than a probe may be late.
        return await asyncio.to_thread(_written, read, format_, packed=packed)


@dataclass(frozen=True, slots=True)
class _Read:
    latest: Sequence[Latest]
    owing: Sequence[Owing]
    more: Sequence[Point]

    @property
    def points(self) -> Iterator[Point]:
        yield own_point(BUILD_INFO, 1, version=__version__)
        yield from of_latest(self.latest)
        yield from of_owing(self.owing)
        yield from self.more


def _written(read: _Read, format_: TextFormat, *, packed: bool) -> bytes:
    pieces = write(read.points, format_)
    return b"".join(_packed(pieces) if packed else pieces)


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=_QUICKLY, wbits=_GZIP)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
