"""The migrations and the tables say the same, and an interrupted migration goes on where it stood."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from colter.store.migrate import REVISIONS, VERSION_TABLE
from colter.store.tables import metadata
from tests.store.making import FOR_EVER, answer, done, opened

# Opens the file anew for every statement, and dies before it, as a machine does that loses its power.
DIES_EARLY = """
import asyncio, itertools, os, pathlib, sys
import alembic.command
from sqlalchemy import event
from sqlalchemy.engine import Engine
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock

def open_and_die_before(number):
    numbers = itertools.count()

    @event.listens_for(Engine, "before_cursor_execute")
    def count(*_):
        if next(numbers) == number:
            os._exit(9)

    path = pathlib.Path(sys.argv[1], f"{number}.db")
    asyncio.run(SqlStore(path, FakeClock(), {}).open())
    os._exit(0)

for number in itertools.count():
    child = os.fork()
    if not child:
        open_and_die_before(number)
    if not os.waitpid(child, 0)[1]:
        break
"""

OPENS = """
import asyncio, pathlib, sys
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock

async def main():
    store = SqlStore(pathlib.Path(sys.argv[1]), FakeClock(), {})
    await store.open()
    await store.close()

asyncio.run(main())
print("alembic" in sys.modules)
"""


def test_the_migrated_schema_is_the_declared_one(tmp_path: Path) -> None:
    asyncio.run(_open_once(tmp_path / "state.db"))
    engine = create_engine(f"sqlite:///{tmp_path / 'state.db'}")
    options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


def test_a_migrated_table_is_stored_as_declared(tmp_path: Path) -> None:
    asyncio.run(_open_once(tmp_path / "migrated.db"))
    engine = create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    metadata.create_all(engine)
    engine.dispose()
    migrated, created = (_clustered_tables(tmp_path / name) for name in ("migrated.db", "created.db"))
    assert migrated == created


def test_the_revisions_known_by_heart_are_the_ones_there_are() -> None:
    config = Config()
    config.set_main_option("script_location", "colter.store:migrations")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert tuple(script.revision for script in reversed(scripts)) == REVISIONS


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mysql"])
def test_no_name_needs_quotes_in_any_database(database: str) -> None:
    dialect = make_url(f"{database}://").get_dialect()()
    for table in metadata.sorted_tables:
        statements: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, table.indexes)]
        for statement in statements:
            written = str(statement.compile(dialect=dialect))
            assert not set("\"`'") & set(written), written


def test_no_key_is_longer_than_mysql_allows() -> None:
    for table in metadata.tables.values():
        keys = [table.primary_key.columns, *(index.columns for index in table.indexes)]
        for key in keys:
            assert sum(4 * (getattr(column.type, "length", None) or 2) for column in key) <= 3072, table.name


def test_a_migration_killed_before_any_of_its_statements_is_made_good(tmp_path: Path) -> None:
    _python(DIES_EARLY, tmp_path)
    files = list(tmp_path.glob("*.db"))
    assert len(files) > 40
    for path in files:
        asyncio.run(_use(path))


def test_a_database_of_the_current_schema_is_opened_without_alembic(tmp_path: Path) -> None:
    opened_so_far = [_python(OPENS, tmp_path / "state.db") for _ in range(2)]
    assert opened_so_far == ["True", "False"]


def _python(code: str, path: Path) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    return run.stdout.strip()


async def _open_once(path: Path) -> None:
    async with opened(path):
        pass


async def _use(path: Path) -> None:
    async with opened(path) as store:
        assert await store.commit(done("one", answer()))
        assert len(await store.rounds(*FOR_EVER)) == 1


def _clustered_tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
        return {name for (name,) in tables}
    finally:
        connection.close()
