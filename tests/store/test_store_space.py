"""Room for what matters most: the ballast, and the limit of the history."""

import asyncio
import os
import resource
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from colter.core.errors import FullError
from colter.core.model import AlertState
from colter.store.space import Ballast
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import FLASK, METRICS, answer, at, done, opened

KIB, MIB = 2**10, 2**20


@pytest.mark.parametrize(
    ("free", "before", "after"),
    [
        (0, 0, 0),
        (255 * KIB, 0, 0),
        (256 * KIB, 0, 64 * KIB),
        (8 * MIB, 0, 2 * MIB),
        (100 * MIB, 0, 4 * MIB),
        (100 * MIB, 64 * KIB, 4 * MIB),
        (0, 2 * MIB, 2 * MIB),
        (6 * MIB, 2 * MIB, 2 * MIB),
        (14 * MIB, 2 * MIB, 4 * MIB),
    ],
    ids=str,
)
def test_the_ballast_is_a_quarter_of_what_is_free_and_never_shrinks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, before: int, after: int
) -> None:
    ballast = Ballast.beside(tmp_path / "state.db")
    if before:
        ballast.path.write_bytes(bytes(before))
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=free // KIB, f_frsize=KIB))
    ballast.take()
    assert ballast.size == after


def test_the_ballast_really_holds_room_and_is_its_owners_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "state.db"):
            pass

    asyncio.run(story())
    found = (tmp_path / "state.db-ballast").stat()
    assert found.st_blocks * 512 >= found.st_size > 0
    assert found.st_mode & 0o777 == 0o600


def test_a_quota_that_is_used_up_is_told_like_a_full_disk_and_takes_the_ballast(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "state.db") as store:
            assert (tmp_path / "state.db-ballast").exists()
            usual = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (500 * KIB, usual[1]))  # no file beyond that, as with a quota
            try:
                with pytest.raises(FullError, match="the disk failed") as caught:
                    await store.commit(done("large", *(answer(0, f"e{each}") for each in range(5000))))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, usual)
            assert "quota" in (caught.value.hint or "")
            assert not (tmp_path / "state.db-ballast").exists()
            assert await store.commit(done("afterwards", answer(0)))
            assert (tmp_path / "state.db-ballast").exists()

    asyncio.run(story())


def test_one_large_round_does_not_hold_room_in_the_log_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "state.db-wal"

    async def story() -> None:
        async with opened(tmp_path / "state.db") as store:
            await store.commit(done("large", *(answer(0, f"e{each % 50}") for each in range(100_000))))
            assert log.stat().st_size > 2 * MIB
            await store.commit(done("small", answer(1)))
            assert log.stat().st_size <= 2 * MIB

    asyncio.run(story())


def test_a_history_at_its_limit_opens_and_takes_alerts_but_no_measurements(tmp_path: Path) -> None:
    async def commit_until_full(store: SqlStore) -> None:
        for number in range(1000):
            await store.commit(done(f"round {number}", *(answer(number, f"e{each}") for each in range(200))))

    async def story() -> None:
        store = SqlStore(tmp_path / "state.db", FakeClock(), METRICS, limit=MIB)
        await store.open()
        with pytest.raises(FullError, match="reached its limit of 1MiB") as caught:
            await commit_until_full(store)
        assert "state.max_size" in (caught.value.hint or "")
        await store.commit(done("an alert"), [AlertState(FLASK, "stars", "firing", at(0))])
        assert len(await store.alert_states()) == 1
        await store.close()

    asyncio.run(story())
    size = (tmp_path / "state.db").stat().st_size
    assert MIB <= size < 1.1 * MIB
    asyncio.run(story())
    assert (tmp_path / "state.db").stat().st_size == size


def test_room_that_older_history_has_left_in_the_file_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def commit(key: str, limit: int) -> None:
        store = SqlStore(path, FakeClock(), METRICS, limit=limit)
        await store.open()
        try:
            await store.commit(done(key, *(answer(0, f"e{each}") for each in range(5000))))
        finally:
            await store.close()

    asyncio.run(commit("one", 2**30))
    limit = path.stat().st_size
    with pytest.raises(FullError):
        asyncio.run(commit("two", limit))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM probe_result")
    asyncio.run(commit("two", limit))
