"""What is to be written of one round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from colter.core.model import ProbeResult, Reading


@dataclass(frozen=True, slots=True)
class Part:
    """Readings and results of one round, whose row is there, with their places in it."""

    round_id: int
    round_key: str
    started: datetime
    readings: Sequence[Reading]
    reading_places: Sequence[int]
    results: Sequence[ProbeResult]
    result_places: Sequence[int]
