"""The history in an SQLite file; see `colter.core.ports.Store` for what is promised."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from colter.core.clock import Clock
from colter.core.errors import StateError
from colter.core.model import AlertState, Delivery, Metric, Round, Target
from colter.core.ports import Cached, TargetStatus
from colter.store import read_state, replies
from colter.store.connection import advice, check_soundness, distrust, prepare_file, reader, writer
from colter.store.kept import kept
from colter.store.migrate import bring_up_to_date
from colter.store.read_rounds import read_rounds
from colter.store.read_status import read_status
from colter.store.write import write_round
from colter.store.write_results import Outcomes

log = logging.getLogger(__name__)

_MOST_UNWRITTEN = 4 * 2**20


P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _File:
    """An open file: many may look, one thread writes."""

    reader: AsyncEngine
    writer: Engine
    thread: ThreadPoolExecutor


class SqlStore:
    """One SQLite file. Several processes may use it at once: readers never wait, writers wait for each other."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        metrics: Mapping[tuple[str, str], Metric],
        *,
        busy_timeout: timedelta = timedelta(seconds=10),
    ) -> None:
        self._path = path
        self._clock = clock
        self._metrics = metrics
        self._busy_timeout = busy_timeout
        self._file: _File | None = None
        self._outcomes = Outcomes()
        self._replies: dict[str, Cached] = {}

    async def open(self) -> None:
        """Make it ready: directory, file, tables; an older schema is migrated.

        Raises:
            StateError: it is damaged, foreign, locked, out of reach or newer than this Colter.
        """
        prepare_file(self._path)
        self._file = _File(
            reader(self._path, self._busy_timeout), writer(self._path, self._busy_timeout), ThreadPoolExecutor(1)
        )
        try:
            with distrust(self._path):
                await self._in_thread(bring_up_to_date, self._path)
            async with self._reading() as connection:
                await connection.run_sync(check_soundness, self._path)
        except BaseException:
            await self._let_go()
            raise

    async def close(self) -> None:
        """Write what is left of the cache and let go of the file; harmless twice."""
        if self._file is not None:
            try:
                await self._write_replies()
            finally:
                await self._let_go()

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep all of it or none of it; False when this round was already kept.

        Raises:
            StateError: the disk is full or broken, the file locked or damaged. Nothing of the round is kept then.
        """
        with advice(self._path):
            new = await self._in_thread(self._commit, kept(done), states, deliveries)
        await self._write_replies()
        return new

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""
        async with self._reading() as connection:
            return await read_status(connection)

    async def rounds(self, since: datetime, until: datetime) -> Sequence[Round]:
        """Rounds that finished in [since, until), oldest first; targets under the names they have now.

        An event stands in the round that brought it first; days and marks belong to the target, not to a round.
        """
        async with self._reading() as connection:
            return await read_rounds(connection, since, until, self._metrics)

    async def alert_states(self) -> Sequence[AlertState]:
        """All alert states, ordered by target and rule."""
        async with self._reading() as connection:
            return await read_state.read_alert_states(connection)

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""
        async with self._reading() as connection:
            return await read_state.read_owed(connection)

    async def cached(self, key: str) -> Cached | None:
        """The reply kept under this key."""
        if (reply := self._replies.get(key)) is not None:
            return reply
        async with self._reading() as connection:
            return await replies.read_reply(connection, key)

    async def cache(self, key: str, reply: Cached) -> None:
        """Keep a reply, in place of an older one; written down with the next round, at the latest by `close`."""
        if len(reply.body) > replies.LARGEST:
            return
        self._replies[key] = reply
        if sum(len(reply.body) for reply in self._replies.values()) > _MOST_UNWRITTEN:
            await self._write_replies()

    async def marks(self, target: Target) -> Mapping[str, str]:
        """The target's high-water marks; empty on first sight."""
        async with self._reading() as connection:
            return await read_state.read_marks(connection, target)

    async def daily(self, target: Target, series: str) -> Mapping[date, int]:
        """All days ever committed of one series of a target."""
        async with self._reading() as connection:
            return await read_state.read_daily(connection, target, series)

    async def identities(self, source: str) -> Mapping[str, str]:
        """Identity by name, of every target of a source, with its former names too."""
        async with self._reading() as connection:
            return await read_state.read_identities(connection, source)

    async def _write_replies(self) -> None:
        """A reply that cannot be written is fetched again next time: no reason to fail."""
        written = dict(self._replies)
        if not written:
            return
        try:
            with advice(self._path):
                await self._in_thread(_write_replies, written)
        except StateError as e:
            log.warning("replies were not cached: %s", e)
        for key, reply in written.items():
            if self._replies.get(key) is reply:
                del self._replies[key]

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        with distrust(self._path):
            async with self._opened().reader.connect() as connection:
                yield connection

    def _commit(
        self, writer: Engine, done: Round, states: Sequence[AlertState], deliveries: Sequence[Delivery]
    ) -> bool:
        try:
            with writer.begin() as connection:
                now = self._clock.now()
                return write_round(connection, done, states, deliveries, outcomes=self._outcomes, now=now)
        except BaseException:
            # The transaction was undone, and with it perhaps an outcome that is remembered as written.
            self._outcomes = Outcomes()
            raise

    async def _in_thread(self, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let the one thread that writes do it: fifty hops between threads would take longer than the writing."""
        file = self._opened()
        job = partial(work, file.writer, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(file.thread, job)

    def _opened(self) -> _File:
        if self._file is None:
            raise StateError(f"{self._path} is not open")
        return self._file

    async def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            await file.reader.dispose()
            file.thread.submit(file.writer.dispose)
            file.thread.shutdown()


def _write_replies(writer: Engine, written: Mapping[str, Cached]) -> None:
    with writer.begin() as connection:
        replies.write_replies(connection, written)
