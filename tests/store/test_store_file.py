"""What can be wrong with the file or its place, and that each is told with advice."""

import asyncio
import contextlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from colter.core.errors import StateError
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS, answer, done
from tests.store.using import commit, trouble, use


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read_what_was_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "colter" / "state.db"
    modes: list[int] = []

    async def look_beside(store: SqlStore) -> None:
        await commit(store)
        modes.extend(_mode(file) for file in path.parent.iterdir())

    before = os.umask(0)
    try:
        use(path, look_beside)
    finally:
        os.umask(before)
    assert _mode(path.parent) == 0o700
    assert set(modes) == {0o600}
    assert len(modes) == 5  # the file, its ballast and reserve, its log and the log's index


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    assert "another program" in str(trouble(path))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    use(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE colter_schema SET version_num = '9999'")
    error = trouble(path)
    assert "newer Colter" in str(error)
    assert error.hint == "upgrade Colter"


@pytest.mark.parametrize(
    "content",
    [b"SQLite format 3\x00", b"hello " * 1000, os.urandom(8192)],
    ids=["a head alone", "text", "random bytes"],
)
def test_a_file_that_is_no_database_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(content)
    trouble(path)
    assert path.read_bytes() == content


def test_a_directory_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    trouble(tmp_path)


def test_a_file_in_the_place_of_the_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    trouble(tmp_path / "file" / "state.db")
    trouble(tmp_path / "file" / "colter" / "state.db")


def test_a_file_locked_for_too_long_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def story(store: SqlStore) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        with contextlib.closing(other):
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StateError, match="locked by another process"):
                await store.commit(done("one", answer()))
            assert await store.status() == []  # readers do not wait
        assert await store.commit(done("one", answer()))
        assert len(await store.status()) == 1

    use(path, story)


def test_a_store_that_is_not_open_says_so(tmp_path: Path) -> None:
    store = SqlStore(tmp_path / "state.db", FakeClock(), METRICS)
    asyncio.run(store.close())
    with pytest.raises(StateError, match="not open"):
        asyncio.run(store.commit(done("one")))
