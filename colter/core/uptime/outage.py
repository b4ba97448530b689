"""A time in which an endpoint was down."""

from dataclasses import dataclass
from datetime import datetime

from colter.core.model import Reason, Target


@dataclass(frozen=True, slots=True)
class Outage:
    """From the first failing look of a run that was confirmed to the first good look of a recovery that was."""

    target: Target
    started: datetime
    ended: datetime | None
    """None: it lasts."""
    reason: Reason | None
    """What was wrong at its first look."""
    looks: int
    """How many looks failed in it."""
