"""Packs old rounds: chosen and packed by one who only reads, then put in their place in one short transaction."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, select

from colter.store.moments import to_ms
from colter.store.packs.body import Head, write_body
from colter.store.progress import read_progress
from colter.store.read.latest import newest_complete
from colter.store.read.packs import SPAN
from colter.store.read.results import COLUMNS
from colter.store.tables import last_result, outbox, pack, probe_result, reading, round_
from colter.store.write.bulk import insert_rows

FREE: ColumnElement[bool] = and_(
    ~exists().where(outbox.c.round_key == round_.c.round_key), ~exists().where(last_result.c.round_id == round_.c.id)
)
"""Rounds that are owed to nobody, and hold nothing that is the newest of its endpoint."""

_RESULTS_ALONE: ColumnElement[bool] = and_(
    exists().where(probe_result.c.round_id == round_.c.id), ~exists().where(reading.c.round_id == round_.c.id)
)


class Chosen(NamedTuple):
    """Rounds that are ready to be packed."""

    heads: Sequence[Head]
    """Oldest first."""
    entries: int
    body: bytes

    @property
    def ids(self) -> list[int]:
        """Their row numbers."""
        return [head.id for head in self.heads]


def choose(connection: Connection, before: datetime, *, most: int, behind: int) -> Chosen | None:
    """The next rounds to be packed; None: there are none, or they do not fill a pack yet and can wait for more.

    Args:
        connection: to the database.
        before: only what finished before that; what does not fill a pack waits for at most as long as a pack may span.
        most: results in a pack, or one round if that is larger.
        behind: only rounds with a higher number.
    """
    heads: list[Head] = []
    entries = 0
    first = last = before
    for head in _candidates(connection, before, behind):
        first, last = (min(first, head.finished), max(last, head.finished)) if heads else (head.finished, head.finished)
        entries += head.entries
        if heads and (entries > most or last - first >= SPAN):
            return _packed(connection, heads)
        heads.append(head)
    return _packed(connection, heads) if heads and first < before - SPAN else None


def put(connection: Connection, chosen: Chosen) -> bool:
    """Put a pack in the place of its rounds; False when these are not as they were chosen, and nothing was done."""
    of_rounds, of_results = round_.c.id.in_(_listed(chosen.ids)), probe_result.c.round_id.in_(_listed(chosen.ids))
    rounds = connection.scalar(select(func.count()).select_from(round_).where(of_rounds, FREE))
    results = connection.scalar(select(func.count()).select_from(probe_result).where(of_results))
    if (rounds, results) != (len(chosen.heads), chosen.entries):
        return False
    since, until = to_ms(chosen.heads[0].finished), to_ms(chosen.heads[-1].finished)
    insert_rows(connection, pack, [(min(chosen.ids), since, until, rounds, results, chosen.body)])
    connection.execute(delete(probe_result).where(of_results))
    connection.execute(delete(round_).where(of_rounds))
    return True


def _candidates(connection: Connection, before: datetime, behind: int) -> Iterator[Head]:
    newest = select(func.max(round_.c.id)).scalar_subquery()  # stays, so that no number is ever given again
    counted = read_progress(connection, "tally")
    statement = (
        select(round_)
        .where(round_.c.id > behind, round_.c.id <= counted, round_.c.id < newest, round_.c.finished < before)
        .where(_RESULTS_ALONE, FREE)
        .order_by(round_.c.id)
    )
    stay: dict[str, int] = {}
    for row in connection.execute(statement):
        for source in filter(None, row.complete.split(",")):
            if source not in stay and (complete := newest_complete(connection, source, before)):
                stay[source] = complete.id
        if row.id not in stay.values():
            yield Head(*row)


def _packed(connection: Connection, heads: Sequence[Head]) -> Chosen:
    ids = [head.id for head in heads]
    statement = select(*COLUMNS).where(probe_result.c.round_id.in_(_listed(ids)))
    by_round: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(statement.order_by(probe_result.c.round_id, probe_result.c.position)):
        by_round[row.round_id].append(row)
    oldest_first = [
        head._replace(entries=len(by_round[head.id]))
        for head in sorted(heads, key=lambda head: (head.finished, head.id))
    ]
    rows = [row for head in oldest_first for row in by_round[head.id]]
    return Chosen(oldest_first, len(rows), write_body(oldest_first, rows))


def _listed(ids: Sequence[int]) -> Select[int]:
    """As one parameter: a statement for each number of rounds would be kept, prepared, and take megabytes."""
    return select(func.json_each(json.dumps(ids)).table_valued("value").c.value)
