"""A deadline that holds even when the server hangs."""

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


class Line:
    """The connection that an engine made last; ours make one at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._driver: object = None
        event.listen(engine.sync_engine, "connect", self._remember)

    def end(self, task: asyncio.Task[Any]) -> None:
        """End what waits for an answer on it.

        psycopg, when cancelled, asks the server to stop and waits for its consent. So the line is cut instead, which
        it sees at once.
        """
        if isinstance(self._driver, psycopg.AsyncConnection) and not self._driver.closed:
            with socket.socket(fileno=os.dup(self._driver.fileno())) as line, suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        else:
            task.cancel()

    def _remember(self, connection: Any, _record: object) -> None:
        self._driver = connection.driver_connection


async def within(deadline: timedelta, work: Coroutine[Any, Any, T], line: Line) -> T:
    """Do this, but not for longer.

    Raises:
        TimeoutError: it took too long, and was ended; it says how long.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=deadline.total_seconds())
        if not task.done():
            raise TimeoutError(f"no answer within {deadline.total_seconds():.0f} s")
        return task.result()
    finally:
        if not task.done():
            line.end(task)
            await asyncio.gather(task, return_exceptions=True)
