"""Room in the state directory: ballast that is given up when the disk is full, and the limit of the history.

A full disk wedges a database with a write-ahead log: not even a deletion gets through. So some room is taken while
there is plenty, and given back to the one commit that needs it. Measurements are many, and would soon have used it up:
a second file of it is for everything else, so that there is room for an alert while they wait.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from colter.core.errors import FullError
from colter.core.units import format_size

T = TypeVar("T")

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says when a disk or a quota is used up."""

_LARGEST = 4 * 2**20
_SMALLEST = 2**16
_STEP = 2**14
_PART = 4  # of what is free; three times as much stays free
_USED = """
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""
# A quota that is used up is a failed write for SQLite, and the index of the log that cannot grow is another failure.
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})


@dataclass(frozen=True, slots=True)
class Ballast:
    """A file that holds room for one database. Processes that share the database share it too."""

    path: Path

    @classmethod
    def beside(cls, database: Path) -> "Ballast":
        """The ballast of this database."""
        return cls(database.with_name(f"{database.name}-ballast"))

    @classmethod
    def reserve(cls, database: Path) -> "Ballast":
        """The one that is given up for no measurement."""
        return cls(database.with_name(f"{database.name}-reserve"))

    @property
    def size(self) -> int:
        """Bytes; 0 when it is not there."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def is_tight(self) -> bool:
        """Whether there is little room beside it."""
        try:
            disk = os.statvfs(self.path.parent)
        except (OSError, AttributeError):
            return False
        return disk.f_bavail * disk.f_frsize < _LARGEST

    def take(self) -> None:
        """Make it, or make it larger, when there is plenty of room."""
        size = self.size
        if size == _LARGEST:
            return
        with suppress(OSError, AttributeError):  # work goes on without a ballast, on macOS always
            disk = os.statvfs(self.path.parent)
            wanted = min(_LARGEST, (disk.f_bavail * disk.f_frsize + size) // _PART)
            if wanted >= max(_SMALLEST, 2 * size):
                self._allocate(wanted)

    def give_up(self) -> None:
        """Give its room back."""
        with suppress(OSError):
            self.path.unlink()

    def take_back(self, size: int) -> None:
        """Make it anew, as large as it was or as there is room."""
        with suppress(OSError, AttributeError):
            disk = os.statvfs(self.path.parent)
            size = min(size, disk.f_bavail * disk.f_frsize)
        while size >= _SMALLEST and not self.size:
            with suppress(OSError, AttributeError):
                self._allocate(size)
            size -= _STEP

    def _allocate(self, size: int) -> None:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, size)  # a file with holes would hold no room
        except (OSError, AttributeError):
            self.give_up()
            raise
        finally:
            os.close(handle)


def with_ballast(writer: Engine, ballasts: Sequence[Ballast], work: Callable[[Engine], T]) -> T:
    """Do this, and when the disk is full, again with the room that the first ballast gives back, then the next.

    Args:
        writer: to the database that is worked on.
        ballasts: beside it; they are there afterwards, as far as there is room.
        work: whole transactions, which may be begun anew.
    """
    left, given_up = [*ballasts], dict[Ballast, int]()
    while True:
        try:
            done = work(writer)
        except (DBAPIError, sqlite3.Error) as error:
            if not left or not is_full(error.orig if isinstance(error, DBAPIError) else error):
                raise
            ballast = left.pop(0)
            given_up[ballast] = ballast.size
            ballast.give_up()
            write_back(writer)
        else:
            for ballast in reversed(ballasts):
                ballast.take_back(given_up.get(ballast, 0))
                ballast.take()
            if ballasts[0].is_tight:  # a log that has taken all the room could never be written back
                write_back(writer)
            return done


def is_full(error: BaseException | None) -> bool:
    """Whether this is how SQLite says that there is no room left on the disk."""
    return getattr(error, "sqlite_errorcode", None) in _FULL


def check_limit(connection: Connection, limit: int) -> None:
    """Whether the history may grow any more.

    Not `PRAGMA max_page_count`: its failure looks like a full disk, and it would stop alerts and deliveries as well.

    Args:
        connection: to the database.
        limit: in bytes. One round may go beyond it.

    Raises:
        FullError: it may not.
    """
    if connection.exec_driver_sql(_USED).scalar_one() >= limit:
        raise FullError(
            f"the history has reached its limit of {format_size(limit)}",
            hint="raise state.max_size, or save the history (colter export) and move state.db away: a new one begins",
        )


def write_back(writer: Engine) -> None:
    """Let the log begin anew, if that is possible: it keeps its size, and with it room that nobody else can take."""
    with suppress(DBAPIError, sqlite3.Error), closing(writer.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint")
