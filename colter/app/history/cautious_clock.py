"""A clock for deleting what is old: when the system's clock leaps ahead, it is not believed before a day has passed."""

from datetime import datetime, timedelta

from colter.core.clock import Clock

_LEAP = timedelta(hours=1)
_BELIEVED = timedelta(days=1)


class CautiousClock:
    """Goes on as time passes, even when the system's clock leaps: set wrong, it would make all of a history look old.

    After a sleep, or a start with a clock that was behind, the leap was right. So it is believed a day later.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begin = clock.now(), clock.monotonic()
        self._leapt: float | None = None
        """When the leap was seen first, by the monotonic clock."""

    def now(self) -> datetime:
        """The time, or what it would be without the leap. To be asked about every hour."""
        now, passed = self._clock.now(), self._clock.monotonic()
        expected = self._begin[0] + timedelta(seconds=passed - self._begin[1])
        if now - expected > _LEAP:
            self._leapt = passed if self._leapt is None else self._leapt
            if passed - self._leapt < _BELIEVED.total_seconds():
                return expected
        self._begin, self._leapt = (now, passed), None
        return now
