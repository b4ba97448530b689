"""Brings the tables of a database up to what this Colter writes, one transaction per step."""

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table

from colter.core.errors import StateError

VERSION_TABLE = "colter_schema"
REVISIONS = ("0001",)
"""All of `migrations/versions`, oldest first: known here, so that alembic (600 ms) is imported only when behind."""

_version = table(VERSION_TABLE, column("version_num"))


def bring_up_to_date(writer: Engine, path: Path) -> None:
    """Run the migrations that are missing; usually one look, and nothing to do.

    Raises:
        StateError: the file belongs to another program or to a newer Colter.
    """
    with writer.execution_options(writes=False).connect() as connection:
        behind = _is_behind(connection, path)
    while behind:
        # Asked again under the write lock: another process may have been quicker.
        with writer.begin() as connection:
            behind = _is_behind(connection, path)
            if behind:
                _one_step(connection)


def _is_behind(connection: Connection, path: Path) -> bool:
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if tables:
            raise StateError(f"{path} belongs to another program", hint="choose another --state directory")
        return True
    version = connection.execute(select(_version.c.version_num)).scalar()
    if version is None:
        return True
    if version not in REVISIONS:
        raise StateError(f"{path} was written by a newer Colter (schema {version})", hint="upgrade Colter")
    return REVISIONS.index(version) < len(REVISIONS) - 1


def _one_step(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  600 ms that most runs do not need
    from alembic.config import Config  # noqa: PLC0415  the same

    config = Config()
    config.set_main_option("script_location", "colter.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "+1")
