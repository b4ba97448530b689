"""Failures of a history file, told with advice."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from colter.core.errors import DamagedError, FullError, StateError
from colter.core.units import timestamp
from colter.store.packs.body import UnreadableError
from colter.store.space import is_full

E = TypeVar("E", bound=StateError)

_DAMAGED_HINT = "move the file away (a new history begins) or put a backup in its place: see docs/history.md"
_NO_SPACE = ("no space left for {path}", "free some disk space; everything kept so far is intact")
_TROUBLE = {
    sqlite3.SQLITE_FULL: _NO_SPACE,
    sqlite3.SQLITE_IOERR_SHMSIZE: _NO_SPACE,
    sqlite3.SQLITE_BUSY: ("{path} is locked by another process", "end whatever holds it open, or wait, and try again"),
    sqlite3.SQLITE_READONLY: ("{path} cannot be written", "check the owner and mode of the file and its directory"),
    sqlite3.SQLITE_CANTOPEN: ("{path} cannot be opened", "check the owner and mode of the file and its directory"),
    sqlite3.SQLITE_PERM: ("{path} cannot be opened", "check the owner and mode of the file and its directory"),
    sqlite3.SQLITE_IOERR: ("the disk failed while {path} was used", "check the disk, its free space and your quota"),
    sqlite3.SQLITE_INTERRUPT: ("{path} is not open any more", "try again"),
    sqlite3.SQLITE_NOTADB: ("{path} is not a Colter database", _DAMAGED_HINT),
}
_DAMAGED = ("{path} is damaged", _DAMAGED_HINT)


@contextmanager
def advice(path: Path) -> Iterator[None]:
    """Turn a failure of the database into a StateError; a wrong statement stays what it is, a bug."""
    try:
        yield
    except (IntegrityError, InterfaceError, ProgrammingError):
        raise
    except DBAPIError as e:
        raise _trouble(path, e.orig) from e
    except sqlite3.Error as e:
        raise _trouble(path, e) from e


@contextmanager
def distrust(path: Path) -> Iterator[None]:
    """Like `advice`, where rows are turned into objects: what cannot be understood was not written by Colter."""
    try:
        with advice(path):
            yield
    except UnreadableError as e:
        first, last = timestamp(e.since), timestamp(e.until)
        raise DamagedError(
            f"{path} is damaged: the results from {first} to {last} cannot be read",
            hint=f"put a backup in its place; until then export around them: --until {first}, --since {last}",
        ) from e
    except (ValueError, TypeError, KeyError, OverflowError) as e:
        raise damaged(path) from e


def damaged(path: Path) -> DamagedError:
    """What is there is not a sound history."""
    return _error(DamagedError, path, _DAMAGED)


def no_space(path: Path) -> FullError:
    """There is no room for what is to be there."""
    return _error(FullError, path, _NO_SPACE)


def _trouble(path: Path, error: BaseException | None) -> StateError:
    # The low byte is the kind; the rest says where in SQLite it happened.
    code = getattr(error, "sqlite_errorcode", 0)
    words = _TROUBLE.get(code) or _TROUBLE.get(code & 0xFF, _DAMAGED)
    if code == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK):
        words = _DAMAGED  # only its own header can forbid it then: the format's "write version"
    kind = DamagedError if words[1] is _DAMAGED_HINT else FullError if is_full(error) else StateError
    return _error(kind, path, words)


def _error(kind: type[E], path: Path, words: tuple[str, str]) -> E:
    message, hint = words
    return kind(message.format(path=path), hint=hint)
