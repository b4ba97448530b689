"""A history where nothing can be written is looked at as it lies there, and nothing in it changes."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from colter.core.errors import StateError
from colter.store.sql.still import StillStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS, STARS, answer, done, look, opened

WHY = StateError("state.db cannot be opened", hint="check the disk")


def filled(path: Path) -> None:
    async def story() -> None:
        async with opened(path) as store:
            await store.commit(done("one", look(values={STARS: 5}), answer()))

    asyncio.run(story())


def still(path: Path) -> StillStore:
    return StillStore(path, FakeClock(), METRICS, WHY)


def test_it_is_read_and_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    filled(path)
    for held in ("ballast", "reserve"):
        (tmp_path / f"state.db-{held}").unlink()
    before = path.read_bytes()

    async def story() -> None:
        store = still(path)
        await store.open()
        try:
            assert [str(status.target) for status in await store.status()] == ["github:pallets/flask", "probe:api"]
            for change in (store.commit(done("two", answer(1))), store.settle(["one"]), store.end_silences(["one"])):
                with pytest.raises(StateError) as caught:
                    await change
                assert caught.value is WHY
        finally:
            await store.close()
            await store.close()

    asyncio.run(story())
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["state.db"]


def _killed(path: Path) -> None:
    """Its log is not read in yet."""
    whole = path.with_name("whole")
    shutil.copy(path, whole)
    with closing(sqlite3.connect(whole)) as connection:
        connection.execute("DELETE FROM cache")
        connection.execute("CREATE TABLE more (x)")
        connection.commit()
        shutil.copy(f"{whole}-wal", f"{path}-wal")


def _in_use(path: Path) -> None:
    path.with_name("state.db-shm").write_bytes(bytes(32768))


def _older(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE colter_schema SET version_num = '0004'")
        connection.commit()


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [_killed, _in_use, _older, _gone])
def test_where_that_is_not_enough_it_is_said_why_it_could_not_be_written(tmp_path: Path, change: object) -> None:
    path = tmp_path / "state.db"
    filled(path)
    assert callable(change)
    change(path)

    async def story() -> None:
        with pytest.raises(StateError) as caught:
            await still(path).open()
        assert caught.value is WHY

    asyncio.run(story())
