"""Brings the tables of a database up to what this Colter writes, one transaction per step."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table
from sqlalchemy.exc import OperationalError

from colter.core.errors import StateError
from colter.core.without import without
from colter.store import backup
from colter.store.locked import is_locked
from colter.store.schema import REVISIONS, VERSION_TABLE
from colter.store.space import write_back
from colter.store.tables import metadata

VIEWS = ("endpoint_history", "endpoint_status", "package_metrics", "repository_metrics")

ALEMBIC = threading.Lock()
"""Held around `upgrade`: alembic works with globals, and one program may have several databases to migrate."""

_version = table(VERSION_TABLE, column("version_num"))


def bring_up_to_date(writer: Engine, path: Path, ending: threading.Event) -> None:
    """Run the migrations that are missing on a file of our own; usually one look, and nothing to do.

    Before the first of them a copy is made of what is there.

    Args:
        writer: to the file.
        path: where it is.
        ending: set when nobody waits for it any more.

    Raises:
        StateError: the file belongs to another program or to a newer Colter, or another one is at work with it.
        InterruptedError: nobody waits; what is not done yet is done by the next one.
    """
    with writer.execution_options(writes=False).connect() as connection:
        behind = migrated = _file_is_behind(connection, path)
    copied = False
    while behind:
        # Asked again under the write lock: another process may have been quicker.
        with ALEMBIC, _alone(writer, path) as connection:
            behind = _file_is_behind(connection, path)
            is_new = not inspect(connection).has_table(VERSION_TABLE)
            if behind and not (is_new or copied):
                copied = True
                revision = connection.scalar(select(_version.c.version_num))
                backup.back_up(connection, path, revision=revision, upto=REVISIONS[-1], ending=ending)
            if behind:  # in a new file there is nothing to lose between two steps
                upgrade(connection, "head" if is_new else "+1")
    if migrated:
        write_back(writer)  # the tables would need room of their own when there is none any more


def is_behind(connection: Connection, where: str) -> bool:
    """Whether migrations are missing in a database where others may have tables too.

    Raises:
        StateError: it was written by a newer Colter, or others have tables of the names that ours need.
    """
    inspector = inspect(connection)
    there = {*inspector.get_table_names(), *inspector.get_view_names()}
    strange = sorted(there & {*metadata.tables, *VIEWS}) if VERSION_TABLE not in there else ()
    if strange:
        raise StateError(
            f"{where} has a table {strange[0]} that is not Colter's", hint="give Colter a database of its own"
        )
    return _is_behind(connection, there, where)


def lock(connection: Connection, where: str) -> None:
    """Keep every other writer out until the end of the transaction, and make sure that the tables are as we know them.

    Raises:
        StateError: another Colter has brought the tables further than this one knows.
    """
    if _is_older(connection.scalar(select(_version.c.version_num).with_for_update()), where):
        raise StateError(f"{where} has older tables than a moment ago", hint="try again")


def upgrade(connection: Connection, upto: str = "+1") -> None:
    """Run the next migration, or all, in the caller's transaction, under a lock that keeps others out and `ALEMBIC`."""
    with without("mako.ext.pygmentplugin"):  # alembic's templates colour tracebacks: 5 MB of lexers
        from alembic import command  # noqa: PLC0415  600 ms that most runs do not need
    from alembic.config import Config  # noqa: PLC0415  the same

    config = Config()
    config.set_main_option("script_location", "colter.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, upto)


@contextmanager
def _alone(writer: Engine, path: Path) -> Iterator[Connection]:
    """Have the write lock of a file that has to be brought up to date: who else has it may be doing just that."""
    try:
        with writer.begin() as connection:
            yield connection
    except OperationalError as e:
        if not is_locked(e):
            raise
        if progress := backup.progress(path):
            raise StateError(
                f"another Colter brings {path} up to date: {progress} are copied",
                hint="wait until that is done, and try again",
            ) from e
        raise StateError(
            f"{path} must be brought up to date, and is locked by another process",
            hint="perhaps another Colter does it: wait, and try again; if it lasts, end whatever holds it open",
        ) from e


def _file_is_behind(connection: Connection, path: Path) -> bool:
    tables = inspect(connection).get_table_names()
    if tables and VERSION_TABLE not in tables:
        raise StateError(f"{path} belongs to another program", hint="choose another --state directory")
    return _is_behind(connection, tables, str(path))


def _is_behind(connection: Connection, tables: Collection[str], where: str) -> bool:
    return VERSION_TABLE not in tables or _is_older(connection.scalar(select(_version.c.version_num)), where)


def _is_older(version: str | None, where: str) -> bool:
    if version is not None and version not in REVISIONS:
        raise StateError(f"{where} was written by a newer Colter (schema {version})", hint="upgrade Colter")
    return version != REVISIONS[-1]
