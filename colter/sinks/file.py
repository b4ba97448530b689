"""Appends every measurement to a file, and begins a new one when that is full."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from colter.core.clock import Clock
from colter.core.errors import DeliveryError
from colter.core.model import Entry
from colter.sinks.disk import not_written
from colter.sinks.formats import Format
from colter.sinks.rotation import Series

_TURN = timedelta(milliseconds=20)
_PATIENCE = timedelta(seconds=10)


class File:
    """A `colter.core.ports.Sink`: each item is all that is written of one entry, and stays together."""

    name = "file"
    batch = 5000
    at_once = 1

    def __init__(self, path: Path, format_: Format, *, max_size: int, keep: int, clock: Clock) -> None:
        """`max_size` is in bytes, for each file; `keep` is how many full ones stay beside it."""
        self._files = Series(path, format_.head.encode(), max_size=max_size, keep=keep)
        self._format = format_
        self._clock = clock

    def encode(self, entry: Entry) -> Sequence[str]:
        """Its lines as one item."""
        text = self._format.text(entry)
        return [text] if text else []

    async def send(self, items: Sequence[str]) -> None:
        """Append all of these, and return when they are safe on the disk.

        Raises:
            DeliveryError: they could not be written. What is in the file are whole items, and perhaps some of these.
        """
        waiting = [item.encode() for item in items]
        for _ in range(_PATIENCE // _TURN):
            try:
                waiting = await asyncio.to_thread(self._files.append, waiting)
            except OSError as error:
                raise not_written(self._files.path, error) from error
            if not waiting:
                return
            await self._clock.sleep(_TURN)
        raise DeliveryError(f"cannot write {self._files.path}: another process keeps it locked")

    def show(self, item: str) -> str:
        """The lines themselves."""
        return item

    async def close(self) -> None:
        """Nothing is open between two sendings."""
