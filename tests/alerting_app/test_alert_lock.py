"""One process per state directory decides about alerts."""

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.alerting.lock import FILE, Lock
from colter.core.clock import SystemClock
from colter.core.errors import StateError
from tests.fakes.clock import FakeClock
from tests.needing import lacking

PATIENCE = timedelta(seconds=2)
_HOLDER = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from colter.app.alerting.lock import Lock
from colter.core.clock import SystemClock
print(asyncio.run(Lock(Path(sys.argv[1]), SystemClock()).acquire(timedelta(0))), flush=True)
sys.stdin.read()
"""


def holder(directory: Path) -> "subprocess.Popen[str]":
    """Another process, which has it."""
    command = [sys.executable, "-c", _HOLDER, str(directory)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "True\n"
    return process


def acquire(lock: Lock, patience: timedelta = PATIENCE) -> bool:
    return asyncio.run(lock.acquire(patience))


def test_one_has_it_and_another_waits_for_as_long_as_it_is_patient(tmp_path: Path) -> None:
    clock = FakeClock()
    first, second = Lock(tmp_path, clock), Lock(tmp_path, clock)
    assert acquire(first)
    assert acquire(first)
    assert not acquire(second)
    assert PATIENCE <= sum(clock.slept, timedelta(0)) < PATIENCE + timedelta(seconds=0.1)
    first.release()
    first.release()
    assert acquire(second, timedelta(0))


def test_it_is_free_the_moment_that_its_process_is_killed(tmp_path: Path) -> None:
    lock = Lock(tmp_path, SystemClock())
    with holder(tmp_path) as process:
        assert not acquire(lock, timedelta(0))
        assert (tmp_path / FILE).read_text() == f"{process.pid}\n"
        process.kill()
        process.wait()
        assert acquire(lock, timedelta(0))
    assert (tmp_path / FILE).read_text() == f"{os.getpid()}\n"
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    lock.release()


def test_who_waits_gets_it_when_it_is_let_go(tmp_path: Path) -> None:
    async def story() -> None:
        first, second = Lock(tmp_path, SystemClock()), Lock(tmp_path, SystemClock())
        assert await first.acquire(timedelta(0))
        waiting = asyncio.create_task(second.acquire(timedelta(seconds=30)))
        await SystemClock().sleep(timedelta(milliseconds=100))
        assert not waiting.done()
        first.release()
        assert await waiting
        second.release()

    asyncio.run(story())


def test_processes_that_it_starts_do_not_inherit_it(tmp_path: Path) -> None:
    lock = Lock(tmp_path, SystemClock())
    assert acquire(lock)
    with subprocess.Popen(["sleep", "30"], close_fds=False) as child:
        lock.release()
        assert acquire(Lock(tmp_path, SystemClock()), timedelta(0))
        child.kill()


def test_memory_is_as_good_as_a_disk() -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir():
        lacking(str(memory))
    place = memory / f"colter-{os.getpid()}"
    place.mkdir(mode=0o700)
    try:
        lock = Lock(place, SystemClock())
        assert acquire(lock)
        assert not acquire(Lock(place, SystemClock()), timedelta(0))
        lock.release()
    finally:
        (place / FILE).unlink(missing_ok=True)
        place.rmdir()


@pytest.mark.parametrize("trouble", ["missing", "file", "link", "folder"])
def test_a_directory_that_is_of_no_use_is_told_of(tmp_path: Path, trouble: str) -> None:
    place = tmp_path / "state"
    if trouble == "file":
        place.touch()
    elif trouble == "link":
        place.mkdir()
        (place / FILE).symlink_to(tmp_path / "elsewhere")
    elif trouble == "folder":
        (place / FILE).mkdir(parents=True)
    with pytest.raises(StateError, match=r"alerts\.lock: .*nobody can decide about alerts") as refusal:
        acquire(Lock(place, FakeClock()))
    assert "--state" in (refusal.value.hint or "")
    assert not (tmp_path / "elsewhere").exists()
