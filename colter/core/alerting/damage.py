"""The history was damaged and begins anew: told once, for what was remembered of alerts is gone with it."""

from datetime import datetime

from colter.core.alerting.announce import IncidentIds
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.standing import Claim
from colter.core.model import Event, Target

EVENT_KIND = "damaged_history"


def begun_anew(what: str, now: datetime, ids: IncidentIds, channels: tuple[str, ...]) -> Notice:
    """The one message about it: what became of the old history, and what begins."""
    incident = ids(now)
    return Notice(
        incident=incident,
        sequence=1,
        kind=Kind.EVENT,
        target=Target("colter", "Colter"),
        rule=EVENT_KIND,
        claim=Claim.OK,
        at=now,
        since=now,
        channels=channels,
        events=(Event(EVENT_KIND, incident, what, now),),
        events_total=1,
    )
