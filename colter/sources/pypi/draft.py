"""A reading while it is being put together: each kind of fact comes, or is missing with a reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from colter.core.model import DailyCount, Event, Reading, Sample, Target

_LATE = "the round was over before it was read"


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of fact adds to a reading."""

    samples: Sequence[Sample] = ()
    info: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Event] = ()
    daily: Sequence[DailyCount] = ()
    marks: Mapping[str, str] = field(default_factory=dict)


class Draft:
    """Collects the parts. What was wanted and neither came nor failed is missing too: the round was over."""

    def __init__(self, target: Target, wanted: Iterable[str]) -> None:
        self.target = target
        self._missing = dict.fromkeys(wanted, _LATE)
        self._parts: list[Part] = []
        self._problem: str | None = None

    def add(self, keys: Iterable[str], part: Part) -> None:
        """A kind of fact was read; of its keys only those are missing that the part says."""
        for key in keys:
            self._missing.pop(key, None)
        self._missing.update(part.missing)
        self._parts.append(part)

    def lack(self, keys: Iterable[str], reason: str) -> None:
        """A kind of fact could not be read."""
        self._missing.update(dict.fromkeys(keys, reason))

    def fail(self, problem: str) -> None:
        """There is nothing to read at all."""
        self._problem = problem

    def reading(self, at: datetime) -> Reading:
        """What it has become. With nothing but failures the reasons become the problem."""
        if self._problem is None and not self._parts:
            self._problem = "; ".join(dict.fromkeys(self._missing.values()))
        if self._problem is not None:
            return Reading(self.target, at, problem=self._problem)
        return Reading(
            self.target,
            at,
            samples=[sample for part in self._parts for sample in part.samples],
            info=_merged(part.info for part in self._parts),
            missing=self._missing,
            events=[event for part in self._parts for event in part.events],
            daily=[count for part in self._parts for count in part.daily],
            marks=_merged(part.marks for part in self._parts),
        )


def _merged(pieces: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {key: text for piece in pieces for key, text in piece.items()}
