"""What is owed to sinks and channels, and what they have refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from colter.core.model.targets import Target

Lane = Literal["sink", "channel", "desk"]
"""Rounds for sinks, notifications for channels, and rounds for whoever decides about alerts."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox: this round to that sink or to the desk, or this notification to that channel."""

    key: str
    """Unique for ever, and given to the receiver, so that a repeat is recognisable."""
    lane: Lane
    to: str
    due: datetime
    body: str = ""
    """A notification carries its own text; a round is referred to by `round_key`."""
    round_key: str | None = None
    last_error: str | None = None
    """Why it was given up."""
    created: datetime | None = None
    """When it was committed."""
    settled: datetime | None = None
    """When it arrived, or was given up; None while it is owed. Only those to channels are remembered then."""


@dataclass(frozen=True, slots=True)
class Owing:
    """What one sink or channel has not taken, and why."""

    lane: Lane
    to: str
    deliveries: int = 0
    entries: int = 0
    """Readings and results in them."""
    since: datetime | None = None
    """When the oldest of them was committed."""
    problem: str | None = None
    """Why the last try failed; None when it did not."""
    failures: int = 0
    """Tries in a row that failed."""
    retry_at: datetime | None = None
    asked: bool = False
    """The receiver itself asked to be left alone until then."""
    dropped: int = 0
    """Entries given up because too much or too old was owed; they are still in the history."""
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One item that a sink has refused for good: kept and listed, while all the others went on."""

    to: str
    round_key: str
    target: Target
    at: datetime
    """When it was measured."""
    item: str
    """What was refused, clean and cut: a line of line protocol, `reading`."""
    reason: str
    """What the sink said, clean."""
