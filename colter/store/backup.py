"""A copy of the history as it was, made before its tables are changed."""

import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from threading import Event

from sqlalchemy import Connection

from colter.store.schema import READ_VERSION

log = logging.getLogger(__name__)

_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
_MIB = 2**20
_LARGE = 256 * _MIB
"""From here on it takes a while, and whoever waits for it should know why."""
_PAGES = 4096
"""Copied at a time, 16 MiB as a rule: between two parts it can be ended."""


def back_up(connection: Connection, path: Path, *, revision: str | None, upto: str, ending: Event) -> None:
    """Copy it to `state.db.before-UPTO`, in place of older copies; where that is not possible, say so.

    That is no failure: each step of what follows is done as a whole or not at all, and the copy is for going back.

    Args:
        connection: to the history, in a transaction that keeps every other writer out.
        path: where it is.
        revision: its own.
        upto: the one that it will be brought to.
        ending: set when nobody waits for it any more.

    Raises:
        InterruptedError: nobody does, and it was not done. Nothing of it stays behind.
    """
    copy, half = path.with_name(f"{path.name}.before-{upto}"), _half(path)
    if _revision(copy) not in (None, revision):  # killed between two steps: the copy is from before the first
        return
    try:
        half.unlink(missing_ok=True)
        _check_room(size := connection.exec_driver_sql(_SIZE).scalar_one(), path)
        level = logging.WARNING if size > _LARGE else logging.INFO
        log.log(level, "%s is copied to %s and brought up to date: %s", path, copy.name, _format(size))
        _copy(path, half, ending)
        half.replace(copy)
        _sync(path.parent)
        for older in path.parent.glob(f"{path.name}.before-*"):
            if older != copy:
                older.unlink()
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        if ending.is_set():
            raise
        log.warning("%s is brought up to date without a copy of it: %s", path, error)


def progress(path: Path) -> str | None:
    """How much of it is copied just now, such as `512.0 MiB of 4.8 GiB`; None: it is not, as far as can be seen."""
    try:
        done, size = _half(path).stat().st_size, path.stat().st_size
    except OSError:
        return None
    return f"{_format(done)} of {_format(size)}"


def _half(path: Path) -> Path:
    return path.with_name(f"{path.name}.unfinished-copy")


def _format(size: int) -> str:
    return f"{size / 1024 / _MIB:.1f} GiB" if size >= 1024 * _MIB else f"{size / _MIB:.1f} MiB"


def _revision(copy: Path) -> str | None:
    """Of a whole copy; None: there is none, or it cannot be read."""
    if not copy.exists():
        return None
    try:
        # It is not changed by that, and nothing is left beside it: https://www.sqlite.org/uri.html#uriimmutable
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            found: str = connection.execute(READ_VERSION).fetchone()[0]
    except (sqlite3.Error, TypeError):
        return None
    return found


def _check_room(size: int, path: Path) -> None:
    """As much as the copy must stay free for the change itself."""
    disk = os.statvfs(path.parent)
    if (free := disk.f_bavail * disk.f_frsize) < 2 * size:
        raise OSError(f"{_format(2 * size)} would have to be free, and {_format(free)} are")


def _copy(path: Path, half: Path, ending: Event) -> None:
    handle = os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def go_on(*_: int) -> None:
        os.fsync(handle)  # bit by bit: all at once at the end could take minutes
        if ending.is_set():
            raise InterruptedError

    try:
        # By a connection of its own: one that is in a transaction waits for itself.
        source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(source) as history, closing(sqlite3.connect(half)) as to:
            to.execute("PRAGMA journal_mode = OFF")  # until it has its name, it is worth nothing
            to.execute("PRAGMA synchronous = OFF")
            history.backup(to, pages=_PAGES, progress=go_on)
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
