"""A file that is written piece by piece as `PATH.part`, and put in its place when all of it is there."""

import asyncio
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry
from colter.sinks.disk import not_written
from colter.sinks.formats import Format


class Part:
    """A `colter.core.ports.Sink`. What is there already stays as it is until `finish`."""

    name = "file"
    batch = 20_000
    at_once = 1

    def __init__(self, path: Path, format_: Format) -> None:
        self.path = path.resolve()  # a link stays one
        self.part = self.path.with_name(f"{self.path.name}.part")
        self._format = format_
        self._file: IO[bytes] | None = None

    def begin(self, size: int) -> bool:
        """Open it, and go on behind its first `size` bytes; False when they are not there, and it begins anew.

        Raises:
            DeliveryError: it cannot be written, or another process writes it.
        """
        with self._told():
            self._file = os.fdopen(_open(self.part), "r+b", buffering=0)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            there = 0 < size <= self._file.seek(0, os.SEEK_END)
            self._file.truncate(size if there else 0)
            self._file.seek(0, os.SEEK_END)
            if not there:
                self._write(self._format.head)
        return there

    @property
    def size(self) -> int:
        """Bytes of it that are safe on the disk."""
        return self._begun.tell()

    def encode(self, entry: Entry) -> Sequence[str]:
        """All lines of an entry as one item."""
        return [self._format.text(entry)]

    async def send(self, items: Sequence[str]) -> None:
        """Append them, and return when they are safe on the disk; DeliveryError when they could not be written."""
        with self._told():
            await asyncio.to_thread(self._write, "".join(items))

    def show(self, item: str) -> str:
        """The lines themselves."""
        return item

    def lines(self) -> Iterator[str]:
        """All that is written, line by line; for formats that have to be put in order."""
        with self.part.open(encoding="utf-8", newline="\n") as written:
            yield from written

    def finish(self, arranged: Iterator[str] | None = None) -> None:
        """Put it in its place in one step; in the words of `arranged`, if there are any.

        Raises:
            DeliveryError: it cannot be written; the file of that name is as it was.
        """
        with self._told():
            whole = self.part if arranged is None else self._ordered(arranged)
            if self.path.exists():
                whole.chmod(self.path.stat().st_mode & 0o777)
            whole.replace(self.path)
            self.part.unlink(missing_ok=True)

    def _ordered(self, arranged: Iterator[str]) -> Path:
        ordered = self.path.with_name(f"{self.path.name}.part.sorted")
        with os.fdopen(_open(ordered), "w", encoding="utf-8", newline="\n") as file:
            file.truncate(0)
            file.writelines(arranged)
            file.flush()
            os.fsync(file.fileno())
        return ordered

    async def close(self) -> None:
        """Let go of it, without finishing it; harmless twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _begun(self) -> IO[bytes]:
        if self._file is None:
            raise AssertionError("begin() comes first")
        return self._file

    def _write(self, text: str) -> None:
        rest = memoryview(text.encode())
        while rest:
            rest = rest[self._begun.write(rest) :]
        os.fsync(self._begun.fileno())

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError as error:
            message = f"{self.path}: another export is writing it"
            raise DeliveryError(message, answer=Answer.PAUSE, hint="wait for it, or choose another name") from error
        except OSError as error:
            failed = not_written(self.part, error)
            # Nobody waits at a terminal for space: the same command goes on where this one ends.
            raise DeliveryError(str(failed), answer=Answer.PAUSE, hint=failed.hint) from error


def _open(path: Path) -> int:
    """For reading and writing, made if need be; not through a link, which somebody else may have put there."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
