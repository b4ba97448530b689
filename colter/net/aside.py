"""Blocking work of libraries, in a thread that nobody has to wait for."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T], deadline: timedelta) -> T:
    """What the work returns or raises, in a daemon thread: asyncio's own threads would keep a process from ending.

    Raises:
        TimeoutError: it is not done yet. It cannot be interrupted from here: what it does after that is lost.
    """
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()
    threading.Thread(target=_run, args=(work, done), name="colter-aside", daemon=True).start()
    async with asyncio.timeout(deadline.total_seconds()):
        return await asyncio.wrap_future(done)


def _run(work: Callable[[], T], done: Future[T]) -> None:
    try:
        result = work()
    except Exception as error:
        done.set_exception(error)
    else:
        done.set_result(result)
