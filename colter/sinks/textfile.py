"""A file for the textfile collector of the node exporter.

https://github.com/prometheus/node_exporter#textfile-collector
"""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from colter.core.model import Latest
from colter.sinks.disk import not_written
from colter.sinks.exposition import of_latest, page

_MODE = 0o644
"""The node exporter is another user."""


class TextFile:
    """All sources in one file, replaced in one step: a scrape never finds half of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def show(self, latest: Sequence[Latest]) -> None:
        """Write the file anew: it holds this and nothing else. DeliveryError when it cannot be written."""
        await asyncio.to_thread(self._write, latest)

    async def clear(self) -> None:
        """Remove the file; DeliveryError when that is not possible."""
        try:
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
        except OSError as error:
            raise not_written(self._path, error) from error

    def _write(self, latest: Sequence[Latest]) -> None:
        body = page(of_latest(latest), "text")
        try:
            _replace(self._path, body)
        except OSError as error:
            raise not_written(self._path, error) from error


def _replace(path: Path, body: bytes) -> None:
    # No name that ends in .prom, or the collector would read it; in the same directory, or it could not be renamed.
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fchmod(handle, _MODE)
            os.fsync(handle)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)  # still there only when something went wrong
