"""What happens to Colter itself: told once, over every channel, as what happens to a repository is."""

from datetime import datetime
from enum import StrEnum

from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.standing import Claim
from colter.core.model import Event, Target


class OwnEvent(StrEnum):
    """What there may be to tell; also its name in messages to machines."""

    DAMAGED_HISTORY = "damaged_history"
    """It was moved aside and begins anew: what was remembered of alerts is gone with it."""
    LOST_HISTORY = "lost_history"
    """Somebody has removed it, and a new one begins: the same."""
    UNUSABLE_HISTORY = "unusable_history"
    """It takes nothing any more, or cannot even be begun anew."""
    KEPT_AGAIN = "kept_again"
    """It takes what is measured again."""
    NO_ROOM = "no_room"
    """The disk is full, or the history has reached its limit: what is measured waits in memory."""
    LOSS = "loss"
    """A sink was owed too much for too long, and will never get some of it."""


COLTER = Target("colter", "Colter")


def own_event(
    kind: OwnEvent, what: str, now: datetime, incident: str, channels: tuple[str, ...], *, target: Target = COLTER
) -> Notice:
    """The one message about it. `what` happened, clean; `target`: a part of Colter, such as a sink."""
    return Notice(
        incident=incident,
        sequence=1,
        kind=Kind.EVENT,
        target=target,
        rule=kind.value,
        claim=Claim.OK,
        at=now,
        since=now,
        channels=channels,
        events=(Event(kind.value, incident, what, now),),
        events_total=1,
    )
