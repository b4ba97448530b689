"""The time in the sandbox: the machine's, until a sample day passes at once."""

from datetime import datetime, timedelta

from colter.core.clock import Clock


class SampleClock:
    """A clock that can be put forward."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._ahead = timedelta()

    def forward(self, length: timedelta) -> None:
        """Let that much time pass at once."""
        self._ahead += length

    def now(self) -> datetime:
        """The wall clock of the sandbox, aware, in UTC."""
        return self._real.now() + self._ahead

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return self._real.monotonic()

    async def sleep(self, length: timedelta) -> None:
        """Wait that long, in earnest."""
        await self._real.sleep(length)
