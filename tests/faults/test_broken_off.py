"""F20: what takes long with a large history ends when nobody waits any more, and nothing half-made stays behind."""

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event  # noqa: TID253  its statements are to take for ever

from colter.store.schema import REVISIONS
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.first_colter import make_first, revision
from tests.store.making import opened
from tests.store.using import Story, nothing, trouble, use

NEWEST = REVISIONS[-1]
ENDLESS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n FROM number) SELECT count(*) FROM number"

# A disk that takes half a minute for the copy.
SLOW_DISK = """
import os, sys, time
from colter.__main__ import main
from colter.store import backup

def sync(handle, real=os.fsync):
    real(handle)
    print("part", file=sys.stderr, flush=True)
    time.sleep(0.1)

os.fsync, backup._PAGES = sync, 1
sys.exit(main())
"""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Of the first Colter, with replies that make it larger."""
    path = make_first(tmp_path / "state.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO cache VALUES ('a page', '', 0, 0, 1000000, zeroblob(1000000))")
    return path


def test_a_signal_ends_the_copy_before_an_upgrade_and_the_next_start_begins_again(history: Path) -> None:
    with _copying(history) as command:
        command.send_signal(signal.SIGTERM)
        assert command.wait(60) == 143
    assert (revision(history), _beside(history)) == ("0001", [])
    use(history)
    assert (revision(history), _beside(history)) == (NEWEST, [f"state.db.before-{NEWEST}"])


def test_another_colter_says_how_far_that_is_and_what_to_do(history: Path) -> None:
    with _copying(history):
        told = trouble(history)
    assert re.search(rf"another Colter brings {history} up to date: [\d.]+ MiB of 1\.\d MiB are copied$", str(told))
    assert told.hint == "wait until that is done, and try again"


def test_a_history_that_is_locked_before_an_upgrade_may_be_at_it(history: Path) -> None:
    with closing(sqlite3.connect(history, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told = trouble(history)
    assert "must be brought up to date, and is locked" in str(told)
    assert "perhaps another Colter does it" in str(told.hint)


def test_who_is_cancelled_does_not_wait_for_the_lock(history: Path) -> None:
    store = SqlStore(history, FakeClock(), {}, busy_timeout=timedelta(hours=1))
    with closing(sqlite3.connect(history, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        _cancel(store.open, "BEGIN IMMEDIATE", "BEGIN IMMEDIATE")


@pytest.mark.parametrize(
    ("statement", "story"),
    [("UPDATE round SET entries", nothing), ("PRAGMA quick_check(1)", SqlStore.examine)],
    ids=["a migration", "a look at all of it"],
)
def test_who_is_cancelled_does_not_wait_for_a_statement_that_takes_long(
    history: Path, statement: str, story: Story
) -> None:
    _cancel(lambda: _tell(history, story), statement, ENDLESS)
    use(history)


def _cancel(work: Callable[[], Coroutine[Any, Any, None]], statement: str, instead: str) -> None:
    """Do this until that statement has begun, in whose place another one is run; and wait until it has ended."""

    async def run() -> None:
        with _replaced(statement, instead) as begun:
            task = asyncio.create_task(work())
            await asyncio.to_thread(begun.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


@contextmanager
def _copying(history: Path) -> Iterator[subprocess.Popen[str]]:
    """A command that has begun to copy it."""
    argv = [sys.executable, "-c", SLOW_DISK, "--state", str(history.parent), "status"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as command:
        try:
            assert command.stderr
            assert command.stderr.readline() == "part\n"
            yield command
        finally:
            command.kill()


@contextmanager
def _replaced(statement: str, instead: str) -> Iterator[threading.Event]:
    """Run another statement in place of this one; set when it begins."""
    begun = threading.Event()

    def replace(_connection: object, _cursor: object, written: str, parameters: Any, *_: object) -> tuple[str, Any]:
        if not written.startswith(statement):
            return written, parameters
        begun.set()
        return instead, ()

    event.listen(Engine, "before_cursor_execute", replace, retval=True)
    try:
        yield begun
    finally:
        event.remove(Engine, "before_cursor_execute", replace)


async def _tell(history: Path, story: Story) -> None:
    async with opened(history) as store:
        await story(store)


def _beside(history: Path) -> list[str]:
    """Copies, whole or not."""
    return [each.name for each in history.parent.glob("state.db.*")]
