"""What there is of one target, and how far a part of the past has come on its way."""

from dataclasses import dataclass
from datetime import datetime

from colter.core.model.targets import Target


@dataclass(frozen=True, slots=True)
class Holding:
    """What the history has of one target."""

    target: Target
    """Under the name it has now."""
    readings: int = 0
    results: int = 0
    owed_to: frozenset[str] = frozenset()
    """Sinks that have not taken all of it yet."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A part of the history on its way to a sink or a file, so that an interrupted export goes on where it was."""

    key: str
    """What was asked for: sink or file, window as written, sources, format."""
    since: datetime
    until: datetime
    after: str | None = None
    """Key of the last round that has arrived."""
    sent: int = 0
    """Entries that have arrived."""
    size: int = 0
    """Of a file: its bytes up to there."""
