"""An event loop whose time can be moved on, so that what would be due much later is due at once."""

import asyncio
from datetime import timedelta


class LeapingLoop(asyncio.SelectorEventLoop):
    """Deadlines in it can be long, and pass when a test has seen what it waited for."""

    _ahead = timedelta(0)

    def time(self) -> float:
        return super().time() + self._ahead.total_seconds()

    def leap(self, length: timedelta) -> None:
        self._ahead += length
