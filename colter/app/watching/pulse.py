"""Notices that this process was stopped for a while, and that somebody has set the clock."""

import logging
from datetime import timedelta

from colter.app.watching.schedule import ASLEEP
from colter.core.clock import Clock
from colter.core.units import format_duration

log = logging.getLogger(__name__)

DRIFT = timedelta(seconds=2)
"""The clock of the wall may differ so much from the one that never jumps."""


class Pulse:
    """To be felt every second at least, and before anything is believed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._felt = clock.monotonic()
        self._wall = clock.now()

    def missed(self) -> bool:
        """Whether something happened since the last time that makes doubtful what was measured meanwhile.

        The machine slept, the process was stopped or got no turn, or the clock was set.
        """
        monotonic, wall = self._clock.monotonic(), self._clock.now()
        gap = timedelta(seconds=monotonic - self._felt)
        drift = wall - self._wall - gap
        self._felt = monotonic
        # Slow drift is what clocks do; it is forgotten with every beat.
        self._wall = wall
        stopped, jumped = gap > ASLEEP, abs(drift) > DRIFT
        if stopped:
            log.warning("stopped for %s; nothing was measured meanwhile", _shown(gap))
        if jumped:
            way = "forward" if drift > timedelta(0) else "back"
            log.warning("the clock went %s by %s; intervals do not mind", way, _shown(abs(drift)))
        return stopped or jumped


def _shown(length: timedelta) -> str:
    return format_duration(timedelta(seconds=round(length.total_seconds())))
