"""Waits for something to happen, or for some time to pass."""

import asyncio
from datetime import timedelta

from colter.core.clock import Clock


async def pause(woken: asyncio.Event, length: timedelta | None, clock: Clock) -> None:
    """Wait until this event is set, or so much time has passed; `length` None: however long the event takes."""
    waiting: list[asyncio.Task[object]] = [asyncio.create_task(woken.wait())]
    if length is not None:
        waiting.append(asyncio.create_task(clock.sleep(length)))
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
