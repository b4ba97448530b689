"""A clock that only moves when a test or a sleep moves it."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class FakeClock:
    """Sleeping advances it at once, so a virtual day passes in a second."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start
        self.slept: list[timedelta] = []
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, length: timedelta) -> None:
        self.time += length
        self._monotonic += length.total_seconds()

    async def sleep(self, length: timedelta) -> None:
        self.slept.append(length)
        self.advance(length)
        await asyncio.sleep(0)  # noqa: TID251  lets other tasks run
