"""One SQLite file, opened safely: durable, locked by writers from their first statement, its failures with advice."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from colter.core.errors import DamagedError, FullError, StateError
from colter.core.units import timestamp
from colter.store.packs.body import UnreadableError
from colter.store.plain import is_sound
from colter.store.pragmas import set_up
from colter.store.space import NO_ROOM, Ballast, is_full, with_ballast

P = ParamSpec("P")
T = TypeVar("T")

_STATEMENTS = 24
"""Prepared ones that a connection keeps: rounds of every size make statements of their own, and the usual 128 take
megabytes."""

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
    sqlite3.SQLITE_NOTADB: ("{path} is not a Colter database", _DAMAGED_HINT),
}
_DAMAGED = ("{path} is damaged", _DAMAGED_HINT)


def prepare_file(path: Path) -> None:
    """Make the directory (0700) and an empty file (0600) where there is none.

    Raises:
        StateError: the place cannot be used.
    """
    try:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # Never opened when it exists: closing it would drop the locks that SQLite holds on it in this process.
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError as e:
        if not path.is_file():  # otherwise another process was quicker
            raise StateError(f"{path.parent} is not a directory", hint="choose another --state directory") from e
    except OSError as e:
        if e.errno in NO_ROOM:
            raise _state_error(path, _NO_SPACE, FullError) from e
        raise StateError(
            f"{path} cannot be made: {e.strerror}", hint="choose a writable --state directory, or run with --no-store"
        ) from e


class Lane:
    """Connections to one file, each with a thread to use it in: one hop per piece of work, not one per statement."""

    def __init__(self, path: Path, *, busy_timeout: timedelta, at_once: int, writes: bool, still: bool = False) -> None:
        """With `writes`, its transactions take the lock at once; `still`: nobody writes to it, and none is needed."""
        self._threads = ThreadPoolExecutor(at_once)
        self._ballast, self._reserve = Ballast.beside(path), Ballast.reserve(path)
        self._engine = create_engine(
            _address(path, still=still),
            # isolation_level None: the driver must not begin or end any transaction by itself.
            connect_args={
                "isolation_level": None,
                "timeout": busy_timeout.total_seconds(),
                "cached_statements": _STATEMENTS,
            },
            execution_options={"writes": writes},
            pool_size=at_once,
            max_overflow=0,
        )
        event.listen(self._engine, "connect", _set_up)
        event.listen(self._engine, "begin", _begin)

    async def run(self, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let a thread do this; what has begun goes on to its end, also when the caller is cancelled."""
        job = partial(work, self._engine, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)

    async def insist(self, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what is measured; on a full disk, the ballast makes room for it."""
        return await self.run(self._weighed([self._ballast], work), *args, **kwargs)

    async def compel(self, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what is small and must not wait; on a full disk, the reserve makes room for it as well."""
        return await self.run(self._weighed([self._ballast, self._reserve], work), *args, **kwargs)

    def close(self) -> None:
        """Let what was begun come to its end, and let go of the file."""
        self._threads.shutdown()
        self._engine.dispose()

    @staticmethod
    def _weighed(
        ballasts: Sequence[Ballast], work: Callable[Concatenate[Engine, P], T]
    ) -> Callable[Concatenate[Engine, P], T]:
        def weighed(writer: Engine, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return with_ballast(writer, ballasts, lambda writer: work(writer, *args, **kwargs))

        return weighed


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
        raise _state_error(path, _DAMAGED, DamagedError) from e


def check_soundness(connection: Connection, path: Path) -> None:
    """Look through the small tables that decisions hang on; the long ones are found out when they are read."""
    if not is_sound(connection.exec_driver_sql):
        raise _state_error(path, _DAMAGED, DamagedError)


def check_whole(connection: Connection, path: Path) -> None:
    """Look through everything: a second for each few hundred megabytes."""
    if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
        raise _state_error(path, _DAMAGED, DamagedError)


def check_writable(connection: Connection) -> None:
    """Begin to write, and write nothing: a transaction alone begins, without a word, where only reading is possible."""
    connection.exec_driver_sql("DELETE FROM outbox WHERE 0")


def _address(path: Path, *, still: bool) -> URL:
    if still:  # https://www.sqlite.org/uri.html#uriimmutable
        query = {"immutable": "1", "uri": "true"}
        return URL.create("sqlite+pysqlite", database=path.absolute().as_uri(), query=query)
    return URL.create("sqlite+pysqlite", database=str(path))


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    set_up(connection)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _trouble(path: Path, error: BaseException | None) -> StateError:
    # The low byte is the kind; the rest says where in SQLite it happened.
    code = getattr(error, "sqlite_errorcode", 0)
    words = _TROUBLE.get(code) or _TROUBLE.get(code & 0xFF, _DAMAGED)
    if code == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK):
        words = _DAMAGED  # only its own header can forbid it then: the format's "write version"
    kind = DamagedError if words[1] is _DAMAGED_HINT else FullError if is_full(error) else StateError
    return _state_error(path, words, kind)


def _state_error(path: Path, words: tuple[str, str], kind: type[StateError] = StateError) -> StateError:
    message, hint = words
    return kind(message.format(path=path), hint=hint)
