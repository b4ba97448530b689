"""Rounds in memory without what is to go: the same as `colter.store.write.retire` and `forget` let go of in a file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from colter.core.model import Reading, Round
from colter.store.memory.upkeep import Kept
from colter.store.roster import Known

Needed = Callable[[str, Known, Reading], bool]
"""Whether something refers to this reading of the round with that key."""


def without_results(rounds: Iterable[Kept], may_go: Callable[[Round], bool]) -> Iterator[Kept]:
    """All rounds, those that may go without their results."""
    return ((replace(done, results=()) if may_go(done) else done, looked_at) for done, looked_at in rounds)


def without_needless(
    rounds: list[Kept], before: datetime, needed: Needed, may_go: Callable[[Round], bool]
) -> Iterator[Kept]:
    """All rounds, those that may go without readings of days before that: the last good one of each day stays."""
    midnight = before.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    last = _last_of_days(rounds)
    for done, looked_at in rounds:
        stay = [
            (reading, known)
            for reading, known in zip(done.readings, looked_at, strict=True)
            if not may_go(done)
            or reading.at >= midnight
            or last.get((known, reading.at.astimezone(UTC).date())) is reading
            or needed(done.key, known, reading)
        ]
        yield replace(done, readings=tuple(reading for reading, _ in stay)), [known for _, known in stay]


def without_target(kept: Kept, target: Known) -> Kept:
    """The round without readings and results of this target."""
    done, looked_at = kept
    stay = [(reading, of) for reading, of in zip(done.readings, looked_at, strict=True) if of is not target]
    results = tuple(result for result in done.results if result.target != target.target)
    return replace(done, readings=tuple(reading for reading, _ in stay), results=results), [of for _, of in stay]


def _last_of_days(rounds: Iterable[Kept]) -> dict[tuple[Known, date], Reading]:
    last: dict[tuple[Known, date], Reading] = {}
    for done, looked_at in rounds:
        for reading, known in zip(done.readings, looked_at, strict=True):
            day = (known, reading.at.astimezone(UTC).date())
            if reading.problem is None and (day not in last or reading.at >= last[day].at):
                last[day] = reading
    return last
