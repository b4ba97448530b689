"""Results counted into tallies and outages: endpoints in short transactions, and then how far all of them are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter

from sqlalchemy import Connection, Table, select

from colter.core.uptime.counting import Counting
from colter.core.uptime.pace import Paces
from colter.core.uptime.running import Running, read_running
from colter.core.uptime.tally import Tally
from colter.store.progress import keep_progress, read_progress
from colter.store.read.tallies import Uncounted, read_names, tally_of
from colter.store.slices import chunks
from colter.store.tables import daily_tally, hourly_tally, outage, running_tally
from colter.store.write.bulk import Row, replace_rows

_ENDPOINTS, _LOOKS = 150, 3000
"""So many in a transaction: it takes some 20 ms, for which a round that is to be kept may have to wait."""
_numbers: Callable[[Tally], tuple[int | None, ...]] = attrgetter(*(each.name for each in fields(Tally)[:-1]))
"""In the order of the columns; all but the sketch."""


def parts(batch: Uncounted) -> Iterator[Sequence[int]]:
    """Its endpoints, a few at a time."""
    part: list[int] = []
    looks = 0
    for target_id, numbers in batch.looks.items():
        if part and (len(part) == _ENDPOINTS or looks + len(numbers) // 4 > _LOOKS):
            yield part
            part, looks = [], 0
        part.append(target_id)
        looks += len(numbers) // 4
    if part:
        yield part


def count_part(connection: Connection, batch: Uncounted, target_ids: Sequence[int], paces: Paces) -> None:
    """Count the results of these endpoints, but for those that another process has counted meanwhile."""
    running = _running(connection, target_ids)
    done: dict[int, Counting] = {}
    for target_id, name in read_names(connection, target_ids).items():  # some may have been forgotten meanwhile
        after, counting = running.get(target_id) or (0, Counting(Running()))
        if after < batch.upto:
            counting.add(batch.of(target_id, after=after), paces(name))
            done[target_id] = counting
    _add(connection, hourly_tally, {(key, begins): t for key, each in done.items() for begins, t in each.hours.items()})
    _add(connection, daily_tally, {(key, begins): t for key, each in done.items() for begins, t in each.days.items()})
    spells = [(key, spell) for key, each in done.items() for spell in each.outages.values()]
    replace_rows(connection, outage, [(key, s.started, s.ended, s.reason, s.looks) for key, s in spells])
    rows = [(key, batch.upto, each.running.write()) for key, each in done.items()]
    replace_rows(connection, running_tally, rows)


def keep_count(connection: Connection, batch: Uncounted) -> None:
    """All of it is counted."""
    if read_progress(connection, "tally") < batch.upto:
        keep_progress(connection, "tally", batch.upto)


def _running(connection: Connection, target_ids: Sequence[int]) -> Mapping[int, tuple[int, Counting]]:
    statement = select(running_tally).where(running_tally.c.target_id.in_(target_ids))
    return {
        target_id: (round_id, Counting(read_running(memory)))
        for target_id, round_id, memory in connection.execute(statement)
    }


def _add(connection: Connection, table: Table, tallies: Mapping[tuple[int, int], Tally]) -> None:
    """Merge these into the rows that are there, by target and beginning."""
    merged = {key: tally_of(row) for row in _rows(connection, table, list(tallies)) if (key := row[:2])}
    for key, tally in tallies.items():
        if before := merged.get(key):
            before.merge(tally)
        else:
            merged[key] = tally
    replace_rows(connection, table, [(*key, *_numbers(tally), tally.sketch.packed) for key, tally in merged.items()])


def _rows(connection: Connection, table: Table, keys: Sequence[tuple[int, int]]) -> Iterator[Row]:
    for part in chunks(keys):
        # Numbers written out: as parameters they would take SQLAlchemy longer than all the rest.
        pairs = ",".join(f"({target_id},{begins})" for target_id, begins in part)
        statement = f"SELECT * FROM {table.name} WHERE (target_id, begins) IN (VALUES {pairs})"  # noqa: S608  our own numbers
        yield from map(tuple, connection.exec_driver_sql(statement).all())
