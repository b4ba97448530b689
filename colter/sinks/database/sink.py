"""Hands entries over to a database, all of a batch or nothing of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from colter.core.errors import Answer, DeliveryError, StateError
from colter.core.model import Entry, Reading
from colter.sinks.database.answers import refusal
from colter.sinks.database.engine import connections
from colter.sinks.database.patience import Line, within
from colter.store.migrate import ALEMBIC, is_behind, lock, upgrade
from colter.store.write.entries import append
from colter.store.write.fitting import fitted

DEADLINE = timedelta(seconds=10)
_UPGRADE = timedelta(minutes=10)
"""For one step of bringing the tables up to date, which may move all that many machines have written."""
_TURN = 0.02
_LOCK = "colter_migration"
_LOCK_NUMBER = 0x636F6C746572  # `colter`


class Database:
    """One database; any number of machines may write into it at once."""

    name = "database"
    batch = 5_000
    at_once = 1

    def __init__(self, url: URL, *, deadline: timedelta = DEADLINE) -> None:
        """Nothing is connected before the first `send`."""
        self._url = url
        self._deadline = deadline
        self._where = _shown(url)
        self._way: _Way | None = None

    def encode(self, entry: Entry) -> Sequence[Entry]:
        """The entry, in a form that every database takes."""
        return (fitted(entry),)

    async def send(self, items: Sequence[Entry]) -> None:
        """Write all of these in one transaction; what is there already stays as it is.

        Raises:
            DeliveryError: they are not written, or it is not known whether they are.
        """
        try:
            if self._way is None:
                self._way = _Way(connections(self._url))
            if not self._way.ready:
                await self._prepare(self._way)
            await within(self._deadline, self._write(self._way, items), self._way.line)
        except TimeoutError as error:
            raise DeliveryError(f"{self._where}: {str(error) or 'no answer in time'}") from error
        except StateError as error:
            raise DeliveryError(str(error), answer=Answer.PAUSE, hint=error.hint) from error
        except (SQLAlchemyError, OSError, ValueError, TypeError, ArithmeticError) as error:
            raise refusal(self._where, error) from error

    def show(self, item: Entry) -> str:
        """Which look it is."""
        kind = "reading" if isinstance(item.what, Reading) else "result"
        return f"{kind} of {item.what.target} at {item.what.at:%Y-%m-%d %H:%M:%S} UTC"

    async def close(self) -> None:
        """Let go of what is left; harmless twice."""
        if self._way is not None:
            await self._way.engine.dispose()

    async def _prepare(self, way: "_Way") -> None:
        behind = await within(self._deadline, _look(way.engine, self._where), way.line)
        while behind:
            behind = await within(_UPGRADE, _step(way.engine, self._where), way.line)
        way.ready = True

    async def _write(self, way: "_Way", items: Sequence[Entry]) -> None:
        async with way.engine.begin() as connection:
            await connection.run_sync(_append, items, self._where)


class _Way:
    """How to get there, once something was to be sent."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.line = Line(engine)
        self.ready = False
        """Whether the tables were found to be there."""


async def _look(engine: AsyncEngine, where: str) -> bool:
    async with engine.connect() as connection:
        return await connection.run_sync(is_behind, where)


async def _step(engine: AsyncEngine, where: str) -> bool:
    async with _alone(), engine.begin() as connection:
        return await connection.run_sync(_upgrade, where)


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    while not ALEMBIC.acquire(blocking=False):  # noqa: ASYNC110  whoever has it may be in another thread, or in this
        await asyncio.sleep(_TURN)  # noqa: TID251  how long an upgrade takes, no clock of a test decides
    try:
        yield
    finally:
        ALEMBIC.release()


def _append(connection: Connection, items: Sequence[Entry], where: str) -> None:
    lock(connection, where)
    append(connection, items)


def _upgrade(connection: Connection, where: str) -> bool:
    """One step, if there is one; whether there may be more."""
    database = connection.dialect.name
    if database == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
    elif database == "mysql":
        # Ends with the connection, which is right after this transaction.
        connection.execute(text(f"SELECT GET_LOCK(CONCAT('{_LOCK}.', DATABASE()), 60)"))
    behind = is_behind(connection, where)
    if behind:
        upgrade(connection)
    return behind


def _shown(url: URL) -> str:
    """Server and database, without user and password."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite at {url.database}"
    kind = {"postgresql": "PostgreSQL", "mysql": "MySQL"}[url.get_backend_name()]
    port = f":{url.port}" if url.port else ""
    return f"{kind} at {url.host or 'localhost'}{port}/{url.database}"
