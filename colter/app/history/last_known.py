"""The last known state of every target. Jobs that report are judged anew: one may be late by now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from colter.app.history.opening import DATABASE
from colter.core.model import LastBeats, Owing, ProbeResult
from colter.core.ports import Store, TargetStatus
from colter.store import beats, last_known, owing
from colter.store.at_once import look_at_once

if TYPE_CHECKING:
    import sqlite3

    from colter.config.schema.endpoints import Endpoint
    from colter.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to tell without any network."""

    targets: Sequence[TargetStatus]
    """Every target that was ever looked at, and every endpoint with a `heartbeat`; ordered by target."""
    owing: Sequence[Owing]
    """What waits for the desk is no delivery: nobody outside waits for it."""


def read_known_at_once(state_dir: Path, endpoints: "Sequence[Endpoint]", clock: "Clock") -> Known | None:
    """The same as `read_known` at half the cost; None: the history is not there or not in order."""
    jobs = _jobs(endpoints)

    def look(history: "sqlite3.Connection") -> tuple[Sequence[TargetStatus], Sequence[Owing], Sequence[LastBeats]]:
        run = history.execute
        return last_known.read_status(run), owing.read_owing(run), beats.read_last_beats(run) if jobs else ()

    found = look_at_once(state_dir / DATABASE, look)
    if found is None:
        return None
    targets, owed, reported = found
    if jobs:
        from colter.sources.heartbeat.judge import judge_all  # noqa: PLC0415  for those who have some

        targets = _with_jobs(targets, judge_all(jobs, reported, clock.now()))
    return _known(targets, owed)


async def read_known(store: Store, endpoints: "Sequence[Endpoint]", clock: "Clock") -> Known:
    """What an open history knows."""
    return _known(await read_status(store, endpoints, clock), await store.owing())


async def read_status(store: Store, endpoints: "Sequence[Endpoint]", clock: "Clock") -> Sequence[TargetStatus]:
    """Every target that was ever looked at, and every endpoint with a `heartbeat`; ordered by target."""
    targets = await store.status()
    if jobs := _jobs(endpoints):
        from colter.sources.heartbeat.judge import judge_beats  # noqa: PLC0415  for those who have some

        targets = _with_jobs(targets, await judge_beats(jobs, store, clock))
    return targets


def _known(targets: Sequence[TargetStatus], owed: Iterable[Owing]) -> Known:
    return Known(targets, [each for each in owed if each.lane != "desk"])


def _jobs(endpoints: "Sequence[Endpoint]") -> "Sequence[Endpoint]":
    return [endpoint for endpoint in endpoints if endpoint.heartbeat]


def _with_jobs(targets: Sequence[TargetStatus], judged: Iterable[ProbeResult]) -> Sequence[TargetStatus]:
    found = {status.target: status for status in targets}
    for result in judged:
        found[result.target] = _judged(result, found.get(result.target))
    return sorted(found.values(), key=lambda status: status.target)


def _judged(result: ProbeResult, before: TargetStatus | None) -> TargetStatus:
    """Since when it has been so is known only if the last look that was kept had found the same."""
    if before is None:
        return TargetStatus(result.target, result.at, problem=None, values={}, info={}, missing={}, result=result)
    same = before.result is not None and before.result.state is result.state
    return replace(before, at=result.at, result=result, since=before.since if same else None)
