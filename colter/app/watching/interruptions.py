"""Notices that this process was stopped for a while, or that somebody has set the clock."""

import logging
from datetime import timedelta

from colter.app.watching.schedule import ASLEEP
from colter.core.clock import Clock
from colter.core.units import format_duration

log = logging.getLogger(__name__)

DRIFT = timedelta(seconds=2)
"""So far the system's clock and the monotonic one may drift apart between two looks: more, and it was set."""


class Interruptions:
    """To be asked every second at least, and before a result is believed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._checked = clock.monotonic()
        self._wall = clock.now()

    def happened(self) -> bool:
        """Whether something happened since the last time that makes doubtful what was measured meanwhile.

        The machine slept, the process was stopped or got no turn, or the clock was set.
        """
        monotonic, wall = self._clock.monotonic(), self._clock.now()
        gap = timedelta(seconds=monotonic - self._checked)
        drift = wall - self._wall - gap
        self._checked = monotonic
        # All clocks drift slowly: only what has come since the last look counts.
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
