"""How far the numbers of repositories and packages moved, and what was new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from colter.app.registry import catalogue
from colter.app.reports.window import Window
from colter.core.model import Event, Metric, Target
from colter.core.ports import Store, Values

_FRESH = timedelta(days=1)
"""A number that was read so shortly before the window is the one at its beginning."""
_MOMENT = timedelta(milliseconds=1)
"""Times are kept in whole ones."""


@dataclass(frozen=True, slots=True)
class Move:
    """One number, at the beginning and at the end of a window."""

    metric: Metric
    first: float
    first_at: datetime
    """Later than the beginning of the window when it was not known then."""
    last: float
    last_at: datetime

    @property
    def change(self) -> float | None:
        """How far it moved; None when it was read only once."""
        return None if self.first_at == self.last_at else self.last - self.first

    @property
    def ratio(self) -> float | None:
        """The change as a part of the first number; None also when that is zero."""
        return None if self.change is None or not self.first else self.change / abs(self.first)


@dataclass(frozen=True, slots=True)
class Tracked:
    """What became of one repository or package."""

    target: Target
    moves: Sequence[Move]
    """In the order in which the metrics are declared; a number that was not read in the window is not there."""
    events: Sequence[Event]
    """Oldest first."""


async def read_tracked(store: Store, targets: Sequence[Target], window: Window) -> Sequence[Tracked]:
    """What became of each of these targets; those of which nothing is known in the window are left out."""
    if not targets:
        return []
    metrics = _plain_metrics()
    keys = {key for _, key in metrics}
    before = await store.first_and_last(targets, keys, window.since - _FRESH, window.since + _MOMENT)
    within = await store.first_and_last(targets, keys, window.since, window.end)
    events = await store.events(targets, window.since, window.end)
    found = [Tracked(each, _moves(each, metrics, before, within), events.get(each, ())) for each in targets]
    return [tracked for tracked in found if tracked.moves or tracked.events]


def _plain_metrics() -> Mapping[tuple[str, str], Metric]:
    """The metrics to report, by source and key: no splits, and no moments."""
    return {place: metric for place, metric in catalogue().items() if not metric.labels and not metric.is_time}


def _moves(target: Target, metrics: Mapping[tuple[str, str], Metric], before: Values, within: Values) -> Sequence[Move]:
    moves = []
    for (source, key), metric in metrics.items():
        if source == target.source and (read := within.get(target, {}).get(key)):
            first_at, first = (before.get(target, {}).get(key) or read[:1])[-1]
            last_at, last = read[-1]
            moves.append(Move(metric, first, first_at, last, last_at))
    return moves
