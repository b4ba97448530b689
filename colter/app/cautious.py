"""The time for what cannot be undone: a clock that leaps ahead is not believed before a day has passed."""

from datetime import datetime, timedelta

from colter.core.clock import Clock

_LEAP = timedelta(hours=1)
_BELIEVED = timedelta(days=1)


class CautiousClock:
    """Goes on as time passes: a clock that was set wrong must not make all of a history look old.

    A machine that slept, or began with a clock that was behind, is right all the same: a day later that is believed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begin = clock.now(), clock.monotonic()
        self._leapt: float | None = None
        """When it was first seen that it leapt."""

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
