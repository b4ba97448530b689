"""What was read of repositories and packages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from colter.core.model.metrics import Sample
from colter.core.model.targets import Target


@dataclass(frozen=True, slots=True)
class DailyCount:
    """A number that belongs to one UTC day: downloads, traffic. A day read again keeps the larger number.

    The larger, because the oldest day of a moving window comes cut off (GitHub's traffic window is cut at the hour).
    """

    series: str
    """Such as `downloads` or `traffic_views`; unique within the target."""
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something new: an issue, a release, a rename. `key` makes a repeat recognisable within its target and kind."""

    kind: str
    key: str
    title: str
    at: datetime
    url: str = ""


class Status(StrEnum):
    """How much of a target could be read."""

    OK = "ok"
    PARTIAL = "partial"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at one target. A look that failed is a Reading too, with a problem: absent is never zero."""

    target: Target
    at: datetime
    samples: Sequence[Sample] = ()
    info: Mapping[str, str] = field(default_factory=dict)
    """Facts that are words: `language`, `version`."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Keys of metrics and facts that were asked for and not read, each with the reason."""
    problem: str | None = None
    """Why nothing at all could be read."""
    identity: str | None = None
    """What stays when the target is renamed (GitHub's node id): the history follows it."""
    events: Sequence[Event] = ()
    daily: Sequence[DailyCount] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    """High-water marks to keep in the same transaction as the events: they make an event happen once."""

    @property
    def status(self) -> Status:
        """Error: nothing was read. Partial: something asked for is missing."""
        if self.problem is not None:
            return Status.ERROR
        return Status.PARTIAL if self.missing else Status.OK

    @property
    def values(self) -> dict[str, float]:
        """The plain numbers by key, without the splits."""
        return {sample.metric.key: sample.value for sample in self.samples if not sample.metric.labels}
