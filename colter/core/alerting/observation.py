"""What one look at a target means to one rule."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """Unknown is neither: it changes nothing."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Observation:
    """One look, judged by one rule."""

    sequence: int
    """Grows with each look of this check: a look that comes late or again is not judged again."""
    verdict: Verdict
    measured_at: datetime
    reason: str | None = None
    detail: str | None = None
    """Already clean."""
