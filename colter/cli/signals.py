"""Ctrl-C and SIGTERM while an event loop runs: the first one asks for an end in order, a second one is the end."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

T = TypeVar("T")
_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """Handles them within its `with` block."""

    def __init__(self) -> None:
        self.came: signal.Signals | None = None
        """The first one."""
        self._before = {number: signal.getsignal(number) for number in _NUMBERS}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this, until a signal cancels it."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def end(number: signal.Signals) -> None:
            self.came = self.came or number
            for each in _NUMBERS:
                signal.signal(each, signal.SIG_DFL)
            if task:
                task.cancel()

        for number in _NUMBERS:
            loop.add_signal_handler(number, end, number)
        return await work
