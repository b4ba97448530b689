"""Where there is no room, that is told, and all that was kept stays as it is."""

import contextlib
import itertools
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from colter.core.errors import StateError
from colter.core.model import Event
from colter.store.sql import SqlStore
from tests.fakes.clock import START
from tests.store.making import FOR_EVER, answer, done, look
from tests.store.using import commit, trouble, use, well_used


def test_a_cap_on_pages_is_told_and_leaves_everything_intact(tmp_path: Path) -> None:
    def cap(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 150")

    path = well_used(tmp_path)
    event.listen(Engine, "connect", cap)
    try:
        use(path, _fill)
    finally:
        event.remove(Engine, "connect", cap)
    use(path, commit)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_told_and_work_goes_on_once_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))

    async def story(store: SqlStore) -> None:
        await _fill(store)
        ballast.unlink()
        assert await store.commit(done("afterwards", answer()))

    use(small_disk / "state.db", story)
    with contextlib.closing(sqlite3.connect(small_disk / "state.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_without_room_for_the_tables_is_told(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(990_000))
    trouble(small_disk / "state.db")


async def _fill(store: SqlStore) -> None:
    """Commit until there is no room, and see that everything acknowledged is there."""
    kept = [each.key for each in await store.rounds(*FOR_EVER)]

    async def commit_until_full() -> None:
        for number in itertools.count():
            long = Event("issue", str(number), "x" * 20_000, START)
            await store.commit(done(f"fill {number}", replace(look(number), events=[long]), minutes=number))
            kept.append(f"fill {number}")

    with pytest.raises(StateError, match="no space left") as caught:
        await commit_until_full()
    assert caught.value.hint
    assert sorted(each.key for each in await store.rounds(*FOR_EVER)) == sorted(kept)
