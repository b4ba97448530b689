"""Replies are kept within bounds, and stop nothing when they cannot be."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from colter.core.ports import Cached
from colter.store import replies
from colter.store.sql import SqlStore
from tests.store.making import at, opened
from tests.store.using import use


def test_the_cache_is_bounded_and_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "MOST_BYTES", 10_000)
    path = tmp_path / "state.db"

    async def fill(store: SqlStore) -> None:
        for number in range(30):
            await store.cache(f"page {number}", Cached(bytes(1000), "", at(number), at(number)))
        await store.cache("too large", Cached(bytes(replies.LARGEST + 1), "", at(50), at(50)))

    async def recall(store: SqlStore) -> None:
        found = [number for number in range(30) if await store.cached(f"page {number}")]
        assert found == list(range(20, 30))
        assert await store.cached("too large") is None

    use(path, fill)
    use(path, recall)


def test_a_large_cache_is_written_before_the_end(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        for number in range(6):
            await store.cache(f"page {number}", Cached(bytes(2**20), "", at(number), at(number)))
        async with opened(tmp_path / "state.db") as other:
            assert await other.cached("page 0")

    use(tmp_path / "state.db", story)


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:

        async def story(store: SqlStore) -> None:
            await store.cache("a page", Cached(b"", "", at(0), at(0)))
            other.execute("BEGIN IMMEDIATE")

        use(path, story)
    assert "replies were not cached" in caplog.text
