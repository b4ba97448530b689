"""F20: before a history is brought up to date a copy of it is made, whole or not at all, where there is room for it."""

import asyncio
import logging
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from colter.store.schema import REVISIONS, VERSION_TABLE
from tests.faults.small_disk import on_small_disk
from tests.store.first_colter import make_first, revision
from tests.store.making import FOR_EVER, opened

NEWEST = REVISIONS[-1]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Of the first Colter."""
    folder = tmp_path / "state"
    folder.mkdir(0o700)
    return make_first(folder / "state.db")


def test_the_copy_is_as_it_was_and_can_be_gone_back_to(history: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(sqlite3.connect(history)) as connection:
        before = list(connection.iterdump())
    with caplog.at_level(logging.INFO, "colter.store.backup"):
        assert rounds(history) == 3
        assert rounds(history) == 3
    copy = history.with_name(f"state.db.before-{NEWEST}")
    assert copies(history) == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert list(connection.iterdump()) == before
    (said,) = caplog.records
    assert said.getMessage().startswith(f"{history} is copied to {copy.name} and brought up to date: ")
    assert rounds(Path(shutil.copy(copy, history.with_name("again.db")))) == 3


def test_only_the_newest_copy_is_kept_and_a_half_one_goes(history: Path) -> None:
    for name in ("state.db.before-0000", f"state.db.before-{NEWEST}", "state.db.unfinished-copy"):
        history.with_name(name).write_text("left here by somebody")
    assert rounds(history) == 3
    assert copies(history) == [f"state.db.before-{NEWEST}"]
    assert revision(history.with_name(f"state.db.before-{NEWEST}")) == "0001"


def test_who_goes_on_after_some_of_the_steps_leaves_the_copy_from_before_them(history: Path) -> None:
    copy = history.with_name(f"state.db.before-{NEWEST}")
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(f"CREATE TABLE {VERSION_TABLE} AS SELECT '0000' AS version_num")
    assert rounds(history) == 3
    assert (copies(history), revision(copy)) == ([copy.name], "0000")


def test_a_new_history_is_not_copied(tmp_path: Path) -> None:
    assert rounds(tmp_path / "state" / "state.db") == 0
    assert copies(tmp_path / "state" / "state.db") == []


OPENS = """
import asyncio, logging, pathlib, sys
from tests.faults.test_backup_before import rounds
from tests.store.first_colter import make_first
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s", level="WARNING")
path = pathlib.Path(sys.argv[1], "state.db")
make_first(path)
pathlib.Path(sys.argv[1], "filler").write_bytes(bytes(int(sys.argv[2])))
print(rounds(path), sorted(each.name for each in path.parent.glob("state.db.*")))
"""


def test_without_room_for_it_that_is_said_and_it_is_brought_up_to_date_all_the_same(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    ended = on_small_disk("2m", disk, [sys.executable, "-c", OPENS, str(disk), str(1_600_000)])
    assert ended.returncode == 0, ended.stderr
    warning, result = ended.stdout.splitlines()
    assert warning.startswith(f"WARNING {disk}/state.db is brought up to date without a copy of it: ")
    assert result == "3 []"


DIES = """
import os, pathlib, signal, sqlite3, sys
from colter.store import backup
from tests.faults.test_backup_before import rounds

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(backup.os, sys.argv[2], die)
rounds(pathlib.Path(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", ["fsync", "close"])
def test_killed_while_it_is_made_it_never_looks_like_a_whole_one(history: Path, moment: str) -> None:
    died = subprocess.run([sys.executable, "-c", DIES, history, moment], check=False)
    assert died.returncode == -9
    assert copies(history) == ["state.db.unfinished-copy"]
    assert revision(history) == "0001"
    assert rounds(history) == 3
    assert copies(history) == [f"state.db.before-{NEWEST}"]


def rounds(path: Path) -> int:
    """How many there are, after it was opened."""

    async def count() -> int:
        async with opened(path) as store:
            return len(await store.rounds(*FOR_EVER))

    return asyncio.run(count())


def copies(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.glob(f"{path.name}.*") if not each.name.endswith(("-wal", "-shm")))
