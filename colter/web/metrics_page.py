"""The page of `/metrics`, made at most once a second however many ask for it."""

import asyncio
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Protocol

from colter import __version__
from colter.core.clock import Clock
from colter.core.model import Latest, Owing
from colter.core.own_metrics import BUILD_INFO
from colter.sinks.exposition import of_owing, own_point, page_of_latest
from colter.sinks.text_format import Point, TextFormat

_FRESH = timedelta(seconds=1)
_QUICKLY = 3
_GZIP = 31  # zlib.h, deflateInit2: 16 for the header of gzip, and the largest window
_PIECE = 65536


class Known(Protocol):
    """Where the page comes from: a store, which asks no network."""

    async def latest(self) -> Sequence[Latest]:
        """The newest look at everything."""

    async def owing(self) -> Sequence[Owing]:
        """What sinks have not taken."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A page, packed with gzip: a twentieth of its size, and so the only form that is held."""

    body: bytes
    size: int
    """Bytes of it when it is unpacked."""

    def unpacked(self) -> Iterator[bytes]:
        """The page itself, in pieces."""
        unpacker = zlib.decompressobj(wbits=_GZIP)
        rest = self.body
        while not unpacker.eof:
            yield unpacker.decompress(rest, _PIECE)
            rest = unpacker.unconsumed_tail


class Page:
    """What is known right now, in both formats."""

    def __init__(self, known: Known, clock: Clock, more: Callable[[], Iterable[Point]] = tuple) -> None:
        """`more`: what there is to tell beside what is known."""
        self._known = known
        self._clock = clock
        self._more = more
        self._one_at_a_time = asyncio.Lock()
        self._made: dict[TextFormat, tuple[float, Packed]] = {}
        """With the time until which each is fresh."""

    async def packed(self, format_: TextFormat) -> Packed:
        """The page in a format.

        Raises:
            ColterError: what is known cannot be read.
        """
        async with self._one_at_a_time:
            now = self._clock.monotonic()
            self._made = {kind: made for kind, made in self._made.items() if now < made[0]}
            if format_ not in self._made:
                page = await self._make(format_)
                self._made[format_] = self._clock.monotonic() + _FRESH.total_seconds(), page
            return self._made[format_][1]

    async def _make(self, format_: TextFormat) -> Packed:
        latest, owing, more = await self._known.latest(), await self._known.owing(), tuple(self._more())
        others = chain([own_point(BUILD_INFO, 1, version=__version__)], of_owing(owing), more)
        # In a thread: the page of thousands of targets takes longer than a probe may be late.
        return await asyncio.to_thread(_pack, page_of_latest(latest, others, format_))


def _pack(pieces: Iterable[bytes]) -> Packed:
    packer = zlib.compressobj(level=_QUICKLY, wbits=_GZIP)
    size, packed = 0, bytearray()
    for piece in pieces:
        size += len(piece)
        packed += packer.compress(piece)
    packed += packer.flush()
    return Packed(bytes(packed), size)
