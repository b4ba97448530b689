"""Passes over everything that is watched, and the newest of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from colter.core.model.readings import Reading
from colter.core.model.results import EndpointState, ProbeResult


@dataclass(frozen=True, slots=True)
class Round:
    """One pass of collect, evaluate, commit, deliver. `key` is unique for ever: a repeated commit changes nothing."""

    key: str
    started: datetime
    finished: datetime
    readings: Sequence[Reading] = ()
    results: Sequence[ProbeResult] = ()
    machine: str = ""
    """Host name of the machine that looked: databases may be shared."""
    complete: frozenset[str] = frozenset()
    """Sources of which everything configured was read: what such a round does not show is not watched any more."""

    @property
    def entries(self) -> "tuple[Entry, ...]":
        """What is to be delivered of it, one by one."""
        return (
            *(Entry(self, place, reading) for place, reading in enumerate(self.readings)),
            *(Entry(self, place, result) for place, result in enumerate(self.results)),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading or one result of a round: what a sink takes or refuses as a whole."""

    round: Round
    position: int
    """Place among the readings, or among the results, of its round; with the round's key it names the entry."""
    what: Reading | ProbeResult


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest look at every target of one source that is still watched."""

    source: str
    readings: Sequence[Reading] = ()
    results: Sequence[ProbeResult] = ()
    earlier_success: datetime | None = None
    """When anything of it was last read before, should all of these looks have failed."""

    @property
    def last_success(self) -> datetime | None:
        """When anything of it was last read; a result that is unknown tells nothing."""
        times = [reading.at for reading in self.readings if reading.problem is None]
        times += [result.at for result in self.results if result.state is not EndpointState.UNKNOWN]
        return max(times, default=self.earlier_success)
