"""The migrations and the tables say the same, and an interrupted migration goes on where it stood."""

import asyncio
import itertools
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from colter.core.model import DailyCount
from colter.store.schema import REVISIONS, VERSION_TABLE
from colter.store.tables import metadata
from tests.fakes.clock import START
from tests.store.first_colter import make_first
from tests.store.making import FOR_EVER, answer, done, opened

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
            assert not set("\"`'") & set(written.replace("DEFAULT ''", "")), written


def test_no_key_is_longer_than_mysql_allows() -> None:
    for table in metadata.tables.values():
        keys = [table.primary_key.columns, *(index.columns for index in table.indexes)]
        for key in keys:
            assert sum(4 * (getattr(column.type, "length", None) or 2) for column in key) <= 3072, table.name


def test_a_migration_that_ends_before_any_of_its_statements_is_made_good(tmp_path: Path) -> None:
    statements, left = _left_behind(tmp_path / "state.db")
    assert statements > 40
    for path in left:
        asyncio.run(_use(path))


def test_a_file_of_the_first_colter_is_brought_up_to_date_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    make_first(path)
    asyncio.run(_see_first(path))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT round_id, position FROM reading ORDER BY id").fetchall() == [
            *((1, position) for position in range(4)),
            *((2, position) for position in range(3)),
            *((3, position) for position in range(2)),
        ]
        assert connection.execute("SELECT entries, machine, complete FROM round WHERE id < 4").fetchall() == [
            (6, "", ""),
            (5, "", ""),
            (4, "", ""),
        ]
        with pytest.raises(sqlite3.IntegrityError, match=r"reading\.round_id, reading\.position"):
            connection.execute("INSERT INTO reading (round_id, target_id, at, position) VALUES (3, 1, 0, 1)")


def test_an_upgrade_that_ends_before_any_of_its_statements_goes_on_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    make_first(path)
    statements, left = _left_behind(path)
    assert statements > 20
    assert len(left) >= len(REVISIONS)
    for each in left:
        asyncio.run(_see_first(each))


def test_a_database_of_the_current_schema_is_opened_without_alembic(tmp_path: Path) -> None:
    opened_so_far = [_python(OPENS, tmp_path / "state.db") for _ in range(2)]
    assert opened_so_far == ["True", "False"]


def _left_behind(path: Path) -> tuple[int, list[Path]]:
    """Open a file; how many statements that took, and what a machine leaves that loses its power before one of them.

    Copies, each once: most statements write nothing that would be there yet.
    """
    left: dict[tuple[bytes, bytes], Path] = {}
    statements = itertools.count()
    log = path.with_name(f"{path.name}-wal")

    def look(*_: object) -> None:
        found = path.read_bytes(), log.read_bytes() if log.exists() else b""
        copy = path.with_name(f"left-{next(statements)}.db")
        if left.setdefault(found, copy) is copy:
            copy.write_bytes(found[0])
            copy.with_name(f"{copy.name}-wal").write_bytes(found[1])

    event.listen(Engine, "before_cursor_execute", look)
    try:
        asyncio.run(_open_once(path))
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    return next(statements), list(left.values())


async def _see_first(path: Path) -> None:
    async with opened(path) as store:
        rounds = await store.rounds(*FOR_EVER)
        assert [len(each.readings) for each in rounds] == [4, 3, 2]
        assert [len(each.results) for each in rounds] == [2, 2, 2]
        assert await store.entries(*FOR_EVER) == 15
        days = {reading.target.name: reading.daily for each in rounds for reading in each.readings if reading.daily}
        assert days == {
            f"pallets/{name}": (DailyCount("views", START.date(), number),)
            for number, name in enumerate(("click", "flask", "jinja"))
        }
        (owing,) = await store.owing()
        assert (owing.to, owing.deliveries, owing.entries) == ("influx", 3, 15)
        assert await store.commit(done("one more", answer()))


def _python(code: str, *paths: Path | str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)], capture_output=True, text=True, check=True, timeout=300
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
