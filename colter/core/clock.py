"""The time, as something that is handed in: tests bring a clock of their own."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where every part of Colter gets its time from."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""

    async def sleep(self, length: timedelta) -> None:
        """Wait that long."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one place

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()  # noqa: TID251  the one place

    async def sleep(self, length: timedelta) -> None:
        """Wait that long."""
        import asyncio  # noqa: PLC0415  95 ms that most commands never need

        await asyncio.sleep(length.total_seconds())  # noqa: TID251  the one place
