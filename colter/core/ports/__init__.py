"""The promises that the parts make to each other. Every docstring here has a contract test."""

from colter.core.ports.history import History, LastKnown, TargetStatus, Values
from colter.core.ports.notifiers import Notifier
from colter.core.ports.outbox import Outbox
from colter.core.ports.sinks import Display, Item, Sink
from colter.core.ports.sources import Cached, Recall, Source
from colter.core.ports.store import Store
from colter.core.ports.tallies import Step, Tallies
from colter.core.ports.upkeep import Upkeep

__all__ = [
    "Cached",
    "Display",
    "History",
    "Item",
    "LastKnown",
    "Notifier",
    "Outbox",
    "Recall",
    "Sink",
    "Source",
    "Step",
    "Store",
    "Tallies",
    "TargetStatus",
    "Upkeep",
    "Values",
]
