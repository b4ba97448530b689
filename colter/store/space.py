"""Room in the state directory: a ballast file that is given up when the disk is full, and the limit of the history.

A full disk wedges a database with a write-ahead log: not even a deletion gets through. So some room is taken while
there is plenty, and given back to the one commit that needs it.
"""

import errno
import os
import sqlite3
from collections.abc import Callable
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

    @property
    def size(self) -> int:
        """Bytes; 0 when it is not there."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

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

    def _allocate(self, size: int) -> None:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, size)  # a file with holes would hold no room
        except (OSError, AttributeError):
            self.give_up()
            raise
        finally:
            os.close(handle)


def with_ballast(writer: Engine, ballast: Ballast, work: Callable[[Engine], T]) -> T:
    """Do this, and when the disk is full, once more with the room that the ballast gives back.

    Args:
        writer: to the database that is worked on.
        ballast: the one beside it; it is there afterwards, as far as there is room.
        work: whole transactions, which may be begun anew.
    """
    try:
        done = work(writer)
    except (DBAPIError, sqlite3.Error) as error:
        if not is_full(error.orig if isinstance(error, DBAPIError) else error):
            raise
        ballast.give_up()
        write_back(writer)
        done = work(writer)
    ballast.take()
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
