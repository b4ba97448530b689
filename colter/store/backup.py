"""A copy of the history as it was, made before its tables are changed."""

import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection

from colter.store.schema import VERSION_TABLE

log = logging.getLogger(__name__)

_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
_REVISION = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608  a constant
_MIB = 2**20
_LARGE = 256 * _MIB
"""From here on it takes a while, and whoever waits for it should know why."""


def back_up(connection: Connection, path: Path, *, now: str | None, upto: str) -> None:
    """Copy it to `state.db.before-UPTO`, in place of older copies; where that is not possible, say so.

    Never raises: each step of what follows is done as a whole or not at all, and the copy is for going back.

    Args:
        connection: to the history, in a transaction that keeps every other writer out.
        path: where it is.
        now: its revision.
        upto: the one that it will be brought to.
    """
    copy, half = path.with_name(f"{path.name}.before-{upto}"), path.with_name(f"{path.name}.unfinished-copy")
    if _revision(copy) not in (None, now):  # killed between two steps: the copy is from before the first
        return
    try:
        half.unlink(missing_ok=True)
        _check_room(size := connection.exec_driver_sql(_SIZE).scalar_one(), path)
        level = logging.WARNING if size > _LARGE else logging.INFO
        log.log(level, "%s is copied to %s and brought up to date: %.1f MiB", path, copy.name, size / _MIB)
        _copy(path, half)
        half.replace(copy)
        _sync(path.parent)
        for older in path.parent.glob(f"{path.name}.before-*"):
            if older != copy:
                older.unlink()
    except (OSError, sqlite3.Error) as error:
        log.warning("%s is brought up to date without a copy of it: %s", path, error)
        with suppress(OSError):
            half.unlink(missing_ok=True)


def _revision(copy: Path) -> str | None:
    """Of a whole copy; None: there is none, or it cannot be read."""
    if not copy.exists():
        return None
    try:
        # It is not changed by that, and nothing is left beside it: https://www.sqlite.org/uri.html#uriimmutable
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            found: str = connection.execute(_REVISION).fetchone()[0]
    except (sqlite3.Error, TypeError):
        return None
    return found


def _check_room(size: int, path: Path) -> None:
    """As much as the copy must stay free for the change itself."""
    disk = os.statvfs(path.parent)
    if (free := disk.f_bavail * disk.f_frsize) < 2 * size:
        raise OSError(f"{2 * size / _MIB:.1f} MiB would have to be free, and {free / _MIB:.1f} are")


def _copy(path: Path, half: Path) -> None:
    handle = os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        # By a connection of its own: one that is in a transaction waits for itself.
        source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(source) as history, closing(sqlite3.connect(half)) as to:
            to.execute("PRAGMA journal_mode = OFF")  # until it has its name, it is worth nothing
            to.execute("PRAGMA synchronous = OFF")
            history.backup(to)
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
