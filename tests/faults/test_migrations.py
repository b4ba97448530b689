"""F20: bringing a history up to date is killed before any of its statements: the next run goes on where it stood.

Databases that are shared are tried in tests/database/test_database_schema.py, at each statement that changes a table.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.full import FULL
from tests.store.first_colter import FIRST
from tests.store.making import FOR_EVER, answer, done, opened

STEP = 1 if FULL else 10
"""Of so many statements one is tried."""

# A file of its own for every statement, and a process that is killed before it.
DIES = """
import asyncio, contextlib, itertools, os, pathlib, signal, sqlite3, sys
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
            os.kill(os.getpid(), signal.SIGKILL)

    path = pathlib.Path(sys.argv[1], f"{number}.db")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(pathlib.Path(sys.argv[2]).read_text())
    asyncio.run(SqlStore(path, FakeClock(), {}).open())
    os._exit(0)

for number in itertools.count(0, int(sys.argv[3])):
    child = os.fork()
    if not child:
        open_and_die_before(number)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL:
        break
"""


@pytest.mark.parametrize(("begin", "rounds"), [(os.devnull, 0), (FIRST, 3)], ids=["new", "old"])
def test_killed_before_any_statement_it_goes_on_where_it_stood(tmp_path: Path, begin: Path | str, rounds: int) -> None:
    subprocess.run([sys.executable, "-c", DIES, tmp_path, begin, str(STEP)], check=True)
    files = sorted(tmp_path.glob("*.db"))
    assert len(files) > 40 / STEP
    sys.stdout.write(f"killed before {len(files) - 1} statements\n")
    for path in files:
        assert asyncio.run(_use(path)) == rounds + 1
        with closing(sqlite3.connect(path)) as history:
            assert history.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def _use(path: Path) -> int:
    """How many rounds there are, with one more."""
    async with opened(path) as store:
        assert await store.commit(done("one", answer()))
        return len(await store.rounds(*FOR_EVER))
