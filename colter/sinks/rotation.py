"""A file that grows at its end, and its full predecessors: `name`, `name.1` (the newest of them), `name.2`, ...

Several processes may append at once. Whoever reads meets whole lines only: one that a crash tore is cut off before the
next is written, and what cannot be written as a whole is taken back.
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from stat import S_ISREG

_STEP = 65_536
_PIECE = 4 * 2**20


class Series:
    """The files of one path; nothing of it stays open."""

    def __init__(self, path: Path, head: bytes, *, max_size: int, keep: int) -> None:
        self.path = path
        self._head = head
        self._max_size = max_size
        self._keep = keep

    def append(self, items: Sequence[bytes]) -> list[bytes]:
        """Write as many as can be, until they are safe on the disk.

        Args:
            items: each one or more whole lines; an item never stands in two files.

        Returns:
            What is left: all or some of them while another process writes, none when all is done.

        Raises:
            OSError: not all could be written; it left nothing half written.
        """
        rest = list(items)
        while rest:
            with self._locked() as handle:
                if handle is None:
                    break
                taken = self._fill(handle, rest)
                rest = rest[taken:]
                if rest:
                    self._rotate()
        return rest

    @contextmanager
    def _locked(self) -> Iterator[int | None]:
        """The file, made if need be, and nobody else's while this lasts; None while it is somebody else's."""
        path = self._place()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Not blocking, or a named pipe would wait here for its reader.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        try:
            found = os.fstat(handle)
            if not S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "it is no plain file")
            yield handle if _lock(handle) and _is_still(found, path) else None
        finally:
            os.close(handle)

    def _fill(self, handle: int, items: Sequence[bytes]) -> int:
        """How many were written: all that fit, and in an empty file at least one."""
        good = _mend(handle)
        new = b"" if good else self._head
        taken, size = 0, good + len(new)
        for item in items:
            if size + len(item) > self._max_size and size > len(self._head):
                break
            taken, size = taken + 1, size + len(item)
        if taken:
            _write(handle, new + b"".join(items[:taken]), good)
            if not good:
                _sync_folder(self._place().parent)
        return taken

    def _rotate(self) -> None:
        """Move each file one number on, up to the first number that is free: an interrupted move is gone on with."""
        path = self._place()
        free = next(number for number in count(1) if number >= self._keep or not _numbered(path, number).exists())
        for number in range(free, 1, -1):
            _numbered(path, number - 1).replace(_numbered(path, number))
        path.replace(_numbered(path, 1))
        _sync_folder(path.parent)

    def _place(self) -> Path:
        """Where the path leads: a link stays one."""
        try:
            return self.path.resolve()
        except RuntimeError as error:
            raise OSError(errno.ELOOP, "the link leads to itself") from error


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(found: os.stat_result, path: Path) -> bool:
    """Whether the path leads to what was opened: another process may have moved it on before it was locked."""
    try:
        return os.path.samestat(found, path.stat())
    except FileNotFoundError:
        return False


def _mend(handle: int) -> int:
    """Cut off what a crash has left behind the last line end; the size that is left."""
    size = good = os.fstat(handle).st_size
    while good:
        start = max(0, good - _STEP)
        newline = os.pread(handle, good - start, start).rfind(b"\n")
        good = start + newline + 1
        if newline >= 0:
            break
    if good < size:
        os.ftruncate(handle, good)
    return good


def _write(handle: int, data: bytes, good: int) -> None:
    """All of it, safe on the disk, or nothing; `good` is the size to go back to."""
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(handle, rest[:_PIECE]) :]
        os.fsync(handle)
    except OSError:
        with suppress(OSError):
            os.ftruncate(handle, good)
        raise


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
