"""What a rule asks for before it speaks, and whom it speaks to."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Threshold:
    """So many among the last so many looks: (3, 3) is three in a row, (3, 5) three of the last five."""

    count: int
    of: int

    @property
    def tolerated(self) -> int:
        """How many looks of the other kind may stand between."""
        return self.of - self.count


@dataclass(frozen=True, slots=True)
class Policy:
    """How one rule is applied to one target, and what its route says."""

    down_after: Threshold = Threshold(3, 3)
    up_after: Threshold = Threshold(2, 2)
    for_: timedelta = timedelta(0)
    """So long must it have been bad as well."""
    interval: timedelta = timedelta(minutes=1)
    """From one look to the next; no look speaks for a longer time."""
    reminders: tuple[timedelta, ...] = ()
    """Time from each message to the next while it lasts; the last one repeats. None: no reminders."""
    channels: tuple[str, ...] = ()
