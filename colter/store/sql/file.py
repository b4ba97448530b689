"""One history file, open: whoever looks, writes or tends it goes through here."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from colter.core.errors import DamagedError, StateError
from colter.store.space import NO_ROOM
from colter.store.sql.advice import advice, distrust, no_space
from colter.store.sql.pool import Pool

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pools:
    """An open file: whoever looks need not wait for the one who writes."""

    readers: Pool
    writer: Pool


class SqlFile:
    """A file that is open between `_hold` and `_let_go`."""

    def __init__(self, path: Path, busy_timeout: timedelta) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._file: Pools | None = None
        self.damage: DamagedError | None = None
        """By what it was found out, since it was opened, that SQLite cannot make sense of it."""

    def _hold(self) -> Pools:
        """Open it, made where there is none; StateError when its place cannot be used."""
        _prepare(self._path)
        self.damage = None
        self._file = Pools(
            Pool(self._path, busy_timeout=self._busy_timeout, at_once=2, writes=False),
            Pool(self._path, busy_timeout=self._busy_timeout, at_once=1, writes=True),
        )
        return self._file

    def _opened(self) -> Pools:
        if self._file is None:
            raise StateError(f"{self._path} is not open")
        return self._file

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.readers.break_off()  # nobody waits any more for what they look at
            file.writer.close()

    async def _read(self, look: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One look, at one moment of the history."""
        with self._noting(distrust):
            return await self._opened().readers.run(_in_transaction, look, *args, **kwargs)

    async def _write(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One change of what is owed, in a transaction of its own."""
        with self._noting(advice):
            return await self._opened().writer.compel(_in_transaction, change, *args, **kwargs)

    async def _tend(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One change that can wait, in a transaction of its own: for this nothing is given up on a full disk."""
        with self._noting(distrust):
            return await self._opened().writer.run(_in_transaction, change, *args, **kwargs)

    @contextmanager
    def _noting(self, kind: Callable[[Path], AbstractContextManager[None]]) -> Iterator[None]:
        """Advice or distrust; damage is remembered, unless it is only a row that means nothing."""
        try:
            with kind(self._path):
                yield
        except DamagedError as error:
            if isinstance(error.__cause__, DBAPIError | sqlite3.Error):
                self.damage = error
            raise


def _prepare(path: Path) -> None:
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
            raise no_space(path) from e
        raise StateError(
            f"{path} cannot be made: {e.strerror}",
            hint="choose a writable --state directory; or measure without a history: --no-store",
        ) from e


def _in_transaction(
    engine: Engine, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    with engine.begin() as connection:
        return work(connection, *args, **kwargs)
