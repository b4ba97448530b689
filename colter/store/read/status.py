"""The last known of every target, from the tables that are kept up with every round."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from colter.core.model import ProbeResult, Target
from colter.core.ports import LastKnown, TargetStatus
from colter.store.read.readings import words
from colter.store.read.results import read_newest
from colter.store.tables import (
    last_number,
    last_reading,
    last_result,
    metric,
    phrase,
    reading,
    target,
    target_name,
)

_problem, _info, _missing = phrase.alias("problem"), phrase.alias("info"), phrase.alias("missing")
_good = reading.alias("good")

CURRENT = and_(
    target_name.c.source == target.c.source,
    target_name.c.name == target.c.name,
    target_name.c.target_id == target.c.id,
)
"""Joins a target to its own name, while that name means it: another target may have taken the name over."""


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


def read_status(connection: Connection) -> list[TargetStatus]:
    """One status per target that was ever looked at, ordered by target."""
    rows = connection.execute(
        select(target.c.id, target.c.source, target.c.name).join_from(target, target_name, CURRENT)
    )
    targets = {row_id: Target(source, name) for row_id, source, name in rows}
    looks, numbers, probed = _looks(connection), _numbers(connection, targets), _probed(connection, targets)
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


def _looks(connection: Connection) -> Mapping[int, _Look]:
    statement = (
        select(last_reading.c.target_id, last_reading.c.at, _problem.c.body, _info.c.body, _missing.c.body)
        .join_from(last_reading, reading, reading.c.id == last_reading.c.reading_id)
        .outerjoin(_good, _good.c.id == last_reading.c.good_reading_id)
        .outerjoin(_problem, _problem.c.id == reading.c.problem_id)
        .outerjoin(_info, _info.c.id == _good.c.info_id)
        .outerjoin(_missing, _missing.c.id == reading.c.missing_id)
    )
    return {
        target_id: _Look(at, problem, words(info), words(missing))
        for target_id, at, problem, info, missing in connection.execute(statement)
    }


def _numbers(connection: Connection, targets: Mapping[int, Target]) -> Mapping[int, Mapping[str, LastKnown]]:
    statement = (
        select(
            last_number.c.target_id,
            metric.c.name,
            last_number.c.value,
            last_number.c.at,
            last_number.c.previous,
        )
        .join_from(last_number, metric)
        .order_by(last_number.c.target_id, metric.c.name)
    )
    by_target: defaultdict[int, dict[str, LastKnown]] = defaultdict(dict)
    for target_id, key, value, at, previous in connection.execute(statement):
        if target_id in targets:
            by_target[target_id][key] = LastKnown(targets[target_id], key, value, at, previous)
    return by_target


def _probed(connection: Connection, targets: Mapping[int, Target]) -> Mapping[int, _Probed]:
    results = {result.target: result for result in read_newest(connection)}
    rows = connection.execute(select(last_result.c.target_id, last_result.c.since))
    return {target_id: _Probed(results[targets[target_id]], since) for target_id, since in rows}
