"""Tallies and outages as they were counted, and the results that were not counted yet."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, or_, select

from colter.core.model import EndpointState, Reason, Target
from colter.core.ports import Step
from colter.core.uptime.counting import Look
from colter.core.uptime.outage import Outage
from colter.core.uptime.sketch import Sketch
from colter.core.uptime.tally import Tally
from colter.store.moments import from_ms, to_ms
from colter.store.progress import read_progress
from colter.store.read.named import by_name
from colter.store.slices import chunks
from colter.store.tables import daily_tally, hourly_tally, outage, probe_result, round_, target
from colter.store.write.targets import load_roster

STEPS = {"hour": hourly_tally, "day": daily_tally}
_NO_ANSWER = -1

# Written out, and read from the driver itself: hundreds of thousands of results may wait.
_LOOKS = """
    SELECT probe_result.round_id, probe_result.outcome_id, round.started + probe_result.at_offset_ms,
        coalesce(probe_result.latency_us, -1)
    FROM probe_result JOIN round ON round.id = probe_result.round_id
    WHERE probe_result.round_id > ? AND probe_result.round_id <= ?
    ORDER BY probe_result.round_id, probe_result.position
"""
_OUTCOMES = """
    SELECT id, target_id, state, reason, attempts FROM outcome
    WHERE id IN (SELECT outcome_id FROM probe_result WHERE round_id > ? AND round_id <= ?)
"""


_Outcome = tuple[int, EndpointState, Reason | None]
"""Row of the target, what was seen of it, and what was wrong."""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Results of some rounds in a row, by endpoint."""

    upto: int
    """The last of the rounds."""
    looks: "Mapping[int, array[int]]"
    """By row of the target, in their order: round, outcome, when (ms), latency (us) or -1, and again."""
    saw: "Mapping[int, _Outcome]"
    """By row of the outcome."""

    @property
    def count(self) -> int:
        """How many results these are."""
        return sum(map(len, self.looks.values())) // 4

    def of(self, target_id: int, *, after: int) -> Iterator[Look]:
        """Those of one endpoint, of rounds behind that one."""
        numbers = iter(self.looks[target_id])
        for round_id, outcome_id, at, latency in zip(numbers, numbers, numbers, numbers, strict=True):
            if round_id > after:
                _, state, reason = self.saw[outcome_id]
                yield at, state, None if latency == _NO_ANSWER else latency, reason


def read_uncounted(connection: Connection, most: int) -> Uncounted | None:
    """The next results that are not counted, with whole rounds; None: there is no round behind those that are."""
    counted = read_progress(connection, "tally")
    upto = _last_round(connection, counted, most)
    if upto is None:
        return None
    saw: dict[int, _Outcome] = {}
    for outcome_id, target_id, state, reason, attempts in connection.exec_driver_sql(_OUTCOMES, (counted, upto)):
        # What was left alone, as it had asked, tells no more than what was not looked at.
        saw[outcome_id] = (
            target_id,
            EndpointState(state) if attempts else EndpointState.UNKNOWN,
            Reason(reason) if reason else None,
        )
    looks: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(_LOOKS, (counted, upto))
        for row in iter(cursor.fetchone, None):
            looks[saw[row[1]][0]].extend(row)
    return Uncounted(upto, looks, saw)


def read_names(connection: Connection, target_ids: Sequence[int]) -> Mapping[int, Target]:
    """Targets by row, as far as they are there."""
    statement = select(target.c.id, target.c.source, target.c.name)
    return {
        row_id: Target(source, name)
        for part in chunks(target_ids)
        for row_id, source, name in connection.execute(statement.where(target.c.id.in_(part)))
    }


def count_uncounted(connection: Connection) -> int:
    """How many readings and results there are in rounds that are not counted."""
    behind = round_.c.id > read_progress(connection, "tally")
    return int(connection.execute(select(func.coalesce(func.sum(round_.c.entries), 0)).where(behind)).scalar_one())


def read_tallies(
    connection: Connection, targets: Sequence[Target], since: datetime, until: datetime, step: Step
) -> Mapping[Target, Sequence[tuple[datetime, Tally]]]:
    """By the names that were asked for; see `colter.core.ports.Store`."""
    statement = (
        f"SELECT * FROM {STEPS[step].name} WHERE target_id IN (%s) AND begins >= ? AND begins < ? "  # noqa: S608  our own
        "ORDER BY target_id, begins"
    )

    def look(target_ids: Sequence[int]) -> Mapping[int, Sequence[tuple[datetime, Tally]]]:
        # Numbers written out: as parameters they would take SQLAlchemy longer than all the rest.
        rows = connection.exec_driver_sql(statement % ",".join(map(str, target_ids)), (to_ms(since), to_ms(until)))
        return {
            target_id: [(from_ms(row[1]), tally_of(row)) for row in of_target]
            for target_id, of_target in groupby(rows, itemgetter(0))
        }

    return by_name(connection, targets, look)


def tally_of(row: Sequence[Any]) -> Tally:
    """What a row of one of the two tables says."""
    tally = Tally(*row[2:-1])
    tally.sketch = Sketch(row[-1])
    return tally


def read_outages(connection: Connection, targets: Sequence[Target], since: datetime, until: datetime) -> list[Outage]:
    """Outages of these, some part of which lies in the window, oldest first."""
    named = {known.row_id: known.target for known in load_roster(connection, targets, ()).named.values()}
    statement = select(outage).where(outage.c.started < until, or_(outage.c.ended.is_(None), outage.c.ended > since))
    found = [
        Outage(named[row.target_id], row.started, row.ended, Reason(row.reason) if row.reason else None, row.looks)
        for part in chunks(sorted(named))
        for row in connection.execute(statement.where(outage.c.target_id.in_(part)))
    ]
    return sorted(found, key=lambda each: (each.started, each.target))


def _last_round(connection: Connection, counted: int, most: int) -> int | None:
    """The round up to which there are so many results, but one in any case; None: there is none at all."""
    behind = probe_result.c.round_id > counted
    rounds = select(probe_result.c.round_id).where(behind).order_by(probe_result.c.round_id, probe_result.c.position)
    beyond: int | None = connection.scalar(rounds.offset(max(most, 1)).limit(1))
    if beyond is None:
        last: int | None = connection.scalar(select(func.max(round_.c.id)).where(round_.c.id > counted))
        return last
    return beyond if beyond == connection.scalar(rounds.limit(1)) else beyond - 1
