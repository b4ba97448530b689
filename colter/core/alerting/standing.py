"""Where one rule stands for one target, and what has been said about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from colter.core.alerting.observation import Verdict
from colter.core.model import Target

_NOTHING = timedelta(0)


class Phase(StrEnum):
    """The states of the machine."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"


class Claim(StrEnum):
    """What can be said of a target."""

    OK = "ok"
    FIRING = "firing"
    FLAPPING = "flapping"


class Mark(NamedTuple):
    """One look that counts towards a change."""

    verdict: Verdict
    at: datetime
    ran: timedelta


@dataclass(frozen=True, slots=True)
class Told:
    """What the outbox knows of the messages about one incident."""

    sequence: int = 0
    """The highest that has arrived on any channel; 0: none has."""
    deliveries: int = 0
    """How many have arrived, all channels counted."""

    def and_then(self, later: "Told") -> "Told":
        """What is known altogether: the outbox may have forgotten old messages since."""
        return Told(max(self.sequence, later.sequence), max(self.deliveries, later.deliveries))


NONE_ARRIVED = Told()


@dataclass(frozen=True, slots=True)
class Incident:
    """From the moment that something can be said until nobody believes it any more."""

    id: str
    since: datetime
    """First bad look of the run that opened it."""
    until: datetime | None = None
    """First good look of the run that ended it; None while it lasts."""
    sequence: int = 0
    """Of its last notice; 0: nothing has been said."""
    channels: tuple[str, ...] = ()
    """Where it was announced: all that follows goes there, and nowhere else (R5)."""
    reason: str | None = None
    detail: str | None = None
    """Of its last bad look."""
    reminders: int = 0
    told: Told = NONE_ARRIVED
    told_ran: timedelta = _NOTHING
    """Where `Standing.ran` stood when the last delivery was heard of."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the engine remembers of one rule and one target."""

    target: Target
    rule: str
    since: datetime
    """When the present phase began, by the looks."""
    firing: bool = False
    trail: tuple[Mark, ...] = ()
    """The looks that count towards a change: bad ones while all is well, good ones while it is firing."""
    failures: int = 0
    """Bad looks since it was last OK."""
    history: str = ""
    """The last looks, a letter each: b or g, a capital where it began or ceased to fire."""
    flapping: bool = False
    unknown: bool = False
    """The last look told nothing."""
    muted: bool = False
    """The last look fell into a maintenance or a silence."""
    told: Claim = Claim.OK
    """What the last notice said."""
    incident: Incident | None = None
    seen: int = -1
    """Sequence of the last look."""
    looked: datetime | None = None
    """When the last look was."""
    judged: datetime | None = None
    """When the last look was that told something."""
    ran: timedelta = _NOTHING
    """How long we have been looking: a look adds the time since the one before, at most one interval.

    Lengths of time are measured by it, not by the clock: a clock that jumps, or a night without power, moves nothing.
    """

    @property
    def phase(self) -> Phase:
        """The state of the machine."""
        if self.firing:
            return Phase.RECOVERING if self.trail else Phase.FIRING
        return Phase.PENDING if self.trail else Phase.OK

    @property
    def claim(self) -> Claim:
        """What would have to be said of it."""
        if self.flapping:
            return Claim.FLAPPING
        return Claim.FIRING if self.firing else Claim.OK
