"""Connections to one SQLite file, each with a thread to use it in; writers take its lock with their first statement."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from colter.store.locked import is_locked
from colter.store.pragmas import set_up
from colter.store.space import Ballast, with_ballast

P = ParamSpec("P")
T = TypeVar("T")

_STATEMENTS = 24
"""Prepared ones that a connection keeps: rounds of every size make statements of their own, and the usual 128 take
megabytes."""
_AGAIN = 0.02
"""Seconds; an interrupt that comes between two statements has no effect."""
_TURN = timedelta(milliseconds=250)
"""So long a writer waits for the lock at a time: meanwhile nothing can end it."""


class Pool:
    """One hop to a thread and back per piece of work, not one per statement."""

    def __init__(self, path: Path, *, busy_timeout: timedelta, at_once: int, writes: bool, still: bool = False) -> None:
        """With `writes`, its transactions take the lock at once; `still`: nobody writes to it, and none is needed."""
        self._threads = ThreadPoolExecutor(at_once)
        self._jobs: set[Future[Any]] = set()
        self._connections: list[sqlite3.Connection] = []
        self._busy_timeout, self._writes = busy_timeout, writes
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
        self.ending = Event()
        """Set for what has begun and is to end; statements are interrupted besides."""
        event.listen(self._engine, "connect", self._connected)
        event.listen(self._engine, "begin", self._begin)

    async def run(self, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let a thread do this; what has begun goes on, also when the caller is cancelled."""
        job = self._threads.submit(partial(work, self._engine, *args, **kwargs))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return await asyncio.wrap_future(job)

    async def insist(self, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what is measured; on a full disk, the ballast makes room for it."""
        return await self.run(self._weighed([self._ballast], work), *args, **kwargs)

    async def compel(self, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what is small and must not wait; on a full disk, the reserve makes room for it as well."""
        return await self.run(self._weighed([self._ballast, self._reserve], work), *args, **kwargs)

    def close(self) -> None:
        """Let what was begun come to its end, and let go of the file; harmless twice."""
        self._threads.shutdown()
        self._engine.dispose()

    def break_off(self) -> None:
        """End what was begun at once: its transaction is undone; and let go of the file."""
        self.ending.set()
        while wait(self._jobs, _AGAIN).not_done:
            for connection in self._connections:
                with suppress(sqlite3.ProgrammingError):  # it is closed already
                    connection.interrupt()
        self.close()

    def _connected(self, connection: sqlite3.Connection, _record: object) -> None:
        set_up(connection)
        if self._writes:
            turn = min(_TURN, self._busy_timeout) // timedelta(milliseconds=1)
            connection.execute(f"PRAGMA busy_timeout = {turn}").close()
        self._connections.append(connection)

    def _begin(self, connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            self._take_lock(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    def _take_lock(self, connection: Connection) -> None:
        for left in reversed(range(max(1, self._busy_timeout // _TURN))):
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                break
            except OperationalError as error:
                if not (is_locked(error) and left) or self.ending.is_set():
                    raise

    @staticmethod
    def _weighed(
        ballasts: Sequence[Ballast], work: Callable[Concatenate[Engine, P], T]
    ) -> Callable[Concatenate[Engine, P], T]:
        def weighed(writer: Engine, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return with_ballast(writer, ballasts, lambda writer: work(writer, *args, **kwargs))

        return weighed


def _address(path: Path, *, still: bool) -> URL:
    if still:  # https://www.sqlite.org/uri.html#uriimmutable
        query = {"immutable": "1", "uri": "true"}
        return URL.create("sqlite+pysqlite", database=path.absolute().as_uri(), query=query)
    return URL.create("sqlite+pysqlite", database=str(path))
