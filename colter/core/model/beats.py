"""What jobs report of themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class BeatKind(StrEnum):
    """What a job reports."""

    START = "start"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Beat:
    """What a job has reported about itself."""

    endpoint: str
    """Name of the endpoint with a `heartbeat`."""
    at: datetime
    kind: BeatKind
    ran: timedelta | None = None
    """How long it ran, if that is known."""
    exit_code: int | None = None
    text: str = ""
    """What it said of itself, already clean."""


@dataclass(frozen=True, slots=True)
class LastBeats:
    """The newest that is known of one job."""

    endpoint: str
    started: Beat | None = None
    ended: Beat | None = None
    """Success or failure."""
