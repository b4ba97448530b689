"""A place that may not be written, or that is somebody else's, is told."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.using import well_used


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def stranger() -> int | None:
    """A user who may not do everything: root asks one, others are one."""
    return 65534 if os.geteuid() == 0 else None


TRY = """
import asyncio, os, pathlib, sys, tempfile
from colter.core.errors import StateError
from colter.store.sql import SqlStore
from colter.store.write import results
from tests.fakes.clock import FakeClock
from tests.store.making import done

async def main(path):
    store = SqlStore(path, FakeClock(), {})
    await store.open()
    try:
        await store.commit(done("a stranger's round"))
    finally:
        await store.close()

with tempfile.TemporaryDirectory() as folder:  # loads all code: the stranger may not be able to read that either
    asyncio.run(main(pathlib.Path(folder) / "state.db"))
if sys.argv[2] != "None":
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
try:
    asyncio.run(main(pathlib.Path(sys.argv[1])))
except StateError as e:
    print(e, "|", e.hint)
"""


@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_directory_that_may_not_be_written_is_told(folder: Path, stranger: int | None, mode: int) -> None:
    place = folder / "place"
    place.mkdir()
    _give(place, stranger, mode)
    assert "cannot be made" in _as_stranger(place / "state.db", stranger)
    place.chmod(0o700)


def test_a_file_that_may_not_be_written_is_told(folder: Path, stranger: int | None) -> None:
    path = well_used(folder / "place")
    _give(path.parent, stranger, 0o500)
    _give(path, stranger, 0o400)
    assert "cannot be" in _as_stranger(path, stranger)
    path.parent.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become two users")
def test_another_user_cannot_open_the_history(folder: Path, stranger: int) -> None:
    path = well_used(folder / "place")
    told = _as_stranger(path, stranger)
    assert "Permission denied" in told
    assert "--state" in told


def _give(path: Path, user: int | None, mode: int) -> None:
    if user is not None:
        os.chown(path, user, user)
    path.chmod(mode)


def _as_stranger(path: Path, user: int | None) -> str:
    run = subprocess.run(
        [sys.executable, "-c", TRY, str(path), str(user)], capture_output=True, text=True, check=False, timeout=300
    )
    assert not run.stderr
    return run.stdout
