"""The words of Colter: what is watched, what was read, what was found, what is owed."""

from colter.core.model.alerts import AlertState, Silence
from colter.core.model.beats import Beat, BeatKind, LastBeats
from colter.core.model.deliveries import Delivery, Lane, Owing, Refusal
from colter.core.model.history import Holding, Transfer
from colter.core.model.metrics import Metric, Sample
from colter.core.model.readings import DailyCount, Event, Reading, Status
from colter.core.model.results import EndpointState, Evidence, Phases, ProbeResult, Reason
from colter.core.model.rounds import Entry, Latest, Round
from colter.core.model.targets import Target

__all__ = [
    "AlertState",
    "Beat",
    "BeatKind",
    "DailyCount",
    "Delivery",
    "EndpointState",
    "Entry",
    "Event",
    "Evidence",
    "Holding",
    "Lane",
    "LastBeats",
    "Latest",
    "Metric",
    "Owing",
    "Phases",
    "ProbeResult",
    "Reading",
    "Reason",
    "Refusal",
    "Round",
    "Sample",
    "Silence",
    "Status",
    "Target",
    "Transfer",
]
