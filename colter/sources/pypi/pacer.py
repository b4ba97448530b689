"""Turns at a pace that a server allows."""

from collections import deque
from datetime import timedelta

from colter.core.clock import Clock

# pypistats allows 5 a second and 30 a minute for each address, which others may share.
_PER_MINUTE = 25
_MINUTE = 60.0
_APART = 0.2


class Pacer:
    """At most 25 turns in any minute and 5 in a second. For one asker at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turns: deque[float] = deque(maxlen=_PER_MINUTE)

    async def turn(self) -> None:
        """Return when the next request may go out."""
        if wait := self._wait():
            await self._clock.sleep(timedelta(seconds=wait))
        self._turns.append(self._clock.monotonic())

    def _wait(self) -> float:
        now = self._clock.monotonic()
        apart = self._turns[-1] + _APART - now if self._turns else 0.0
        full = self._turns[0] + _MINUTE - now if len(self._turns) == _PER_MINUTE else 0.0
        return max(apart, full, 0.0)
