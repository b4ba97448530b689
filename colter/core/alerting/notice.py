"""What there is to tell, as data: every channel finds its own words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from colter.core.alerting.standing import Claim
from colter.core.model import Event, Target


class Kind(StrEnum):
    """What a notice is about."""

    FIRING = "firing"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    REMOVED = "removed"
    """It was firing, and is not watched any more."""
    FLAPPING = "flapping"
    """It goes up and down: silence until it has settled."""
    SETTLED = "settled"
    """It flaps no more; `claim` says how it stands."""
    EVENT = "event"
    """Something happened, once: a new issue, a release."""
    OFFLINE = "offline"
    """It was us who were offline, from `since` until `until`."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell."""

    incident: str
    sequence: int
    kind: Kind
    target: Target
    rule: str
    claim: Claim
    """How it stands now."""
    at: datetime
    """When this was decided."""
    since: datetime
    until: datetime | None = None
    """When it was over; None while it lasts."""
    reason: str | None = None
    detail: str | None = None
    failures: int = 0
    reminders: int = 0
    channels: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    events_total: int = 0
    """How many there are; of a burst only the newest are listed."""

    @property
    def key(self) -> str:
        """Unique for ever: a receiver knows a repeat by it."""
        return f"{self.incident}:{self.sequence}"

    @property
    def opens(self) -> bool:
        """Whether it is the first of its incident."""
        return self.sequence == 1

    @property
    def closes(self) -> bool:
        """Whether nothing follows it."""
        return self.claim is Claim.OK

    @property
    def duration(self) -> timedelta | None:
        """How long it was; None while it lasts. Never negative, whatever the clock did."""
        return None if self.until is None else max(self.until - self.since, timedelta(0))
