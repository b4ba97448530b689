"""The largest number of the last minute or two. Reading it resets nothing, so several may read it."""

_WINDOW = 60.0  # seconds


class RecentMaximum:
    """Remembers the largest of the last minute or two."""

    def __init__(self) -> None:
        self._until = float("-inf")
        self._now = self._before = 0.0

    def note(self, value: float, now: float) -> None:
        """One more number; `now` by the monotonic clock, in seconds."""
        self._roll(now)
        self._now = max(self._now, value)

    def value(self, now: float) -> float:
        """The largest; 0 when there were none."""
        self._roll(now)
        return max(self._now, self._before)

    def _roll(self, now: float) -> None:
        if now >= self._until:
            self._before = self._now if now < self._until + _WINDOW else 0.0
            self._now, self._until = 0.0, now + _WINDOW
