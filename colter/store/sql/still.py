"""A history where nothing can be written, on a full or a read-only disk: it is looked at as it lies there."""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection

from colter.core.clock import Clock
from colter.core.errors import FullError, StateError
from colter.core.model import Metric
from colter.store.schema import READ_VERSION, REVISIONS
from colter.store.sql.checks import check_soundness
from colter.store.sql.file import Pools
from colter.store.sql.pool import Pool
from colter.store.sql.store import SqlStore


class StillStore(SqlStore):
    """A history that nobody writes to; whatever would change it raises why that cannot be done."""

    def __init__(self, path: Path, clock: Clock, metrics: Mapping[tuple[str, str], Metric], why: StateError) -> None:
        """With the reason why it could not be opened as usual."""
        super().__init__(path, clock, metrics)
        self._why = why

    async def open(self) -> None:
        """Open it to be looked at.

        Raises:
            StateError: that reason, when there is nothing in it, it has to be brought up to date first, or somebody has
                it open.
            DamagedError: something in it is not as it was written.
        """
        try:
            at_rest = self._path.is_file() and self._path.stat().st_size > 0 and not self._is_in_use()
        except PermissionError:  # it is in a folder of somebody else
            at_rest = False
        if not at_rest:
            raise self._why
        readers = Pool(self._path, busy_timeout=self._busy_timeout, at_once=2, writes=False, still=True)
        self._file = Pools(readers, _Refusing(self._why))
        try:
            await self._check()
        except BaseException:
            self._let_go()
            raise

    async def _check(self) -> None:
        if await self._read(_version) != REVISIONS[-1]:
            raise self._why
        await self._read(check_soundness, self._path)

    def _is_in_use(self) -> bool:
        """Whether somebody has it open, or was killed: then not all of it is in the one file."""
        # On a full disk, it may be our own try to open it that has left a `-shm`.
        endings = ("-wal",) if isinstance(self._why, FullError) else ("-wal", "-shm")
        beside = (self._path.with_name(f"{self._path.name}{ending}") for ending in endings)
        return any(each.exists() and each.stat().st_size for each in beside)


class _Refusing(Pool):
    """Takes nothing."""

    def __init__(self, why: StateError) -> None:
        self._why = why

    async def run(self, *_: object, **__: object) -> NoReturn:
        raise self._why

    async def insist(self, *_: object, **__: object) -> NoReturn:
        raise self._why

    async def compel(self, *_: object, **__: object) -> NoReturn:
        raise self._why

    def close(self) -> None:
        """There is nothing to close."""


def _version(connection: Connection) -> str | None:
    found: str | None = connection.exec_driver_sql(READ_VERSION).scalar()
    return found
