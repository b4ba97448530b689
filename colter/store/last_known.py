"""The last known of every target, from the tables that are kept up with every round."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from colter.core.model import ProbeResult, Target
from colter.core.ports import LastKnown, TargetStatus
from colter.store.moments import from_ms
from colter.store.plain import Execute, words
from colter.store.results import read_newest

_TARGETS = """
SELECT target.id, target.source, target.name
FROM target
JOIN target_name ON target_name.source = target.source AND target_name.name = target.name
    AND target_name.target_id = target.id
"""
_LOOKS = """
SELECT last_reading.target_id, last_reading.at, problem.body, info.body, missing.body
FROM last_reading
JOIN reading ON reading.id = last_reading.reading_id
LEFT JOIN reading AS good ON good.id = last_reading.good_reading_id
LEFT JOIN phrase AS problem ON problem.id = reading.problem_id
LEFT JOIN phrase AS info ON info.id = good.info_id
LEFT JOIN phrase AS missing ON missing.id = reading.missing_id
"""
_NUMBERS = """
SELECT last_number.target_id, metric.name, last_number.value, last_number.at, last_number.previous
FROM last_number
JOIN metric ON metric.id = last_number.metric_id
ORDER BY last_number.target_id, metric.name
"""
_SINCE = "SELECT target_id, since FROM last_result"


@dataclass(slots=True)
class _Look:
    """What the newest reading says."""

    at: datetime
    problem: str | None
    info: Mapping[str, str]
    missing: Mapping[str, str]


@dataclass(slots=True)
class _Probed:
    """What the newest result says."""

    result: ProbeResult
    since: datetime


def read_status(execute: Execute) -> list[TargetStatus]:
    """One status per target that was ever looked at, ordered by target."""
    targets = {row_id: Target(source, name) for row_id, source, name in execute(_TARGETS, ())}
    looks, numbers, probed = dict(_looks(execute)), _numbers(execute, targets), _probed(execute, targets)
    found = [
        _status(name, looks.get(row_id), numbers.get(row_id, {}), probed.get(row_id))
        for row_id, name in targets.items()
        if row_id in looks or row_id in probed
    ]
    return sorted(found, key=lambda status: status.target)


def _status(name: Target, look: _Look | None, numbers: Mapping[str, LastKnown], probed: _Probed | None) -> TargetStatus:
    return TargetStatus(
        target=name,
        at=max(([look.at] if look else []) + ([probed.result.at] if probed else [])),
        problem=look.problem if look else None,
        values=numbers,
        info=look.info if look else {},
        missing=look.missing if look else {},
        result=probed.result if probed else None,
        since=probed.since if probed else None,
    )


def _looks(execute: Execute) -> Iterator[tuple[int, _Look]]:
    for target_id, at, problem, info, missing in execute(_LOOKS, ()):
        yield target_id, _Look(from_ms(at), problem, words(info), words(missing))


def _numbers(execute: Execute, targets: Mapping[int, Target]) -> Mapping[int, Mapping[str, LastKnown]]:
    by_target: defaultdict[int, dict[str, LastKnown]] = defaultdict(dict)
    for target_id, key, value, at, previous in execute(_NUMBERS, ()):
        if target_id in targets:
            by_target[target_id][key] = LastKnown(targets[target_id], key, value, from_ms(at), previous)
    return by_target


def _probed(execute: Execute, targets: Mapping[int, Target]) -> Mapping[int, _Probed]:
    results = {result.target: result for result in read_newest(execute)}
    return {target_id: _Probed(results[targets[target_id]], from_ms(since)) for target_id, since in execute(_SINCE, ())}
