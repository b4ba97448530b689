"""Keeps the status file of a daemon up to date for as long as it works, and removes it in the end."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from colter.app.watching.rounds import to_its_end
from colter.app.watching.status.reading import FILE
from colter.core.clock import Clock
from colter.core.records import Record
from colter.core.units import timestamp

_LOOK = timedelta(seconds=5)
_OLDEST = timedelta(minutes=1)
"""It is written again after that, so that who reads it knows how old it is."""
_LAST_WORK = timedelta(seconds=2)


@asynccontextmanager
async def status_written(state_dir: Path, tell: Callable[[], Record], clock: Clock) -> AsyncIterator[None]:
    """Around the work: the status is written when it has changed, every few seconds at most.

    Args:
        state_dir: where to. Only one daemon has it.
        tell: the status, as plain JSON.
        clock: the time.
    """
    path = state_dir / FILE
    first = tell()
    await asyncio.to_thread(_write, path, first, clock)
    writing = asyncio.create_task(_keep_writing(path, tell, first, clock))
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.wait([writing])
        with suppress(OSError):
            path.unlink()


async def _keep_writing(path: Path, tell: Callable[[], Record], before: Record, clock: Clock) -> None:
    written = clock.monotonic()
    while True:
        await clock.sleep(_LOOK)
        now = tell()
        if now != before or clock.monotonic() - written >= _OLDEST.total_seconds():
            # In a thread: a disk that hangs keeps nobody from measuring.
            await to_its_end(asyncio.to_thread(_write, path, now, clock), _LAST_WORK)
            before, written = now, clock.monotonic()


def _write(path: Path, record: Record, clock: Clock) -> None:
    beside = path.with_name(f"{FILE}.new")
    with suppress(OSError):  # a full disk, or no directory any more: others see to that
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({**record, "at": timestamp(clock.now())}, file)
        beside.replace(path)
