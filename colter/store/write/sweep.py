"""Sweeps out texts and outcomes that nothing refers to any more.

No index tells who refers to them: it would cost every look more than it saves. So one who only reads goes through all
that may refer to any, a part at a time, and marks what it meets. What is not marked goes in short transactions, each of
which looks first at what has come since.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, Engine, Table, bindparam, delete, func, select, union

from colter.store.progress import keep_progress, read_progress
from colter.store.read.packs import open_body
from colter.store.tables import outcome, pack, phrase, probe_result, reading, round_, sample

_PACKS = 20
"""So many are looked through at once: a few hundredths of a second."""


class Marks:
    """Row numbers that were met, up to the highest that there was at first: a bit for each."""

    def __init__(self, highest: int) -> None:
        self.highest = highest
        self._bits = bytearray(highest // 8 + 1)

    def add(self, ids: Iterable[int | None]) -> None:
        """These were met. What has come since needs no mark."""
        for row_id in ids:
            if row_id is not None and row_id <= self.highest:
                self._bits[row_id // 8] |= 1 << row_id % 8

    def without(self, ids: Iterable[int]) -> list[int]:
        """Those that were not met."""
        return [row_id for row_id in ids if not self._bits[row_id // 8] >> row_id % 8 & 1]


@dataclass(slots=True)
class Search:
    """How far one search has come."""

    upto: int
    """The newest round that is looked at: what refers to something since lies behind it."""
    phrases: Marks
    outcomes: Marks
    packs: set[int]
    """Those that were there. A pack never gets the number of another one."""
    unseen: list[int]
    """Packs that are still to be looked through."""
    reading: int = 0
    """Readings up to this one are looked through."""
    swept: dict[str, int] = field(default_factory=dict)
    """By table: rows up to this one are swept."""


def begin(connection: Connection, least: int) -> Search:
    """A new search; nothing is looked for where fewer than so many rows could go at most."""
    unpacked = select(probe_result.c.outcome_id).distinct()
    phrases = Marks(_highest(connection, phrase) if _count(connection, phrase) >= least else 0)
    idle = _count(connection, outcome, outcome.c.id.not_in(unpacked))
    outcomes = Marks(_highest(connection, outcome) if idle >= least else 0)
    outcomes.add(connection.scalars(unpacked))
    packs = connection.scalars(select(pack.c.id).order_by(pack.c.id)).all() if outcomes.highest else []
    return Search(_highest(connection, round_), phrases, outcomes, set(packs), list(packs))


def look(connection: Connection, search: Search, most: int) -> int:
    """Mark what the next readings or packs refer to; returns how many were looked through, 0 when all are."""
    if search.phrases.highest and (seen := _look_at_readings(connection, search, most)):
        return seen
    some, search.unseen = search.unseen[:_PACKS], search.unseen[_PACKS:]
    search.outcomes.add(_in_packs(connection, some))
    return len(some)


def sweep(writer: Engine, search: Search, most: int) -> int:
    """Let the next rows go that nothing refers to; returns how many rows were looked at, 0 when all are."""
    with _unchecked(writer), writer.begin() as connection:
        _look_at_what_came(connection, search)
        texts, _ = _sweep(connection, search, phrase, search.phrases, most)
        shared, gone = _sweep(connection, search, outcome, search.outcomes, most)
        if gone:
            keep_progress(connection, "forget", read_progress(connection, "forget") + 1)
        return texts + shared


def _look_at_readings(connection: Connection, search: Search, most: int) -> int:
    some = select(reading.c.id).where(reading.c.id > search.reading).order_by(reading.c.id).limit(most).subquery()
    count, last = connection.execute(select(func.count(), func.max(some.c.id)).select_from(some)).one()
    if count:
        of_samples = sample.c.reading_id.between(search.reading + 1, last)
        search.phrases.add(_phrases(connection, reading.c.id.between(search.reading + 1, last), of_samples))
        search.reading = last
    return int(count)


def _look_at_what_came(connection: Connection, search: Search) -> None:
    """Rounds behind the newest one that was looked at, and packs, into which such rounds may have gone."""
    is_new = reading.c.round_id > search.upto
    of_new = sample.c.reading_id.in_(select(reading.c.id).where(is_new))
    search.phrases.add(_phrases(connection, is_new, of_new))
    results = select(probe_result.c.outcome_id).where(probe_result.c.round_id > search.upto)
    search.outcomes.add(connection.scalars(results.distinct()))
    if search.outcomes.highest:
        packs = set(connection.scalars(select(pack.c.id)))
        search.outcomes.add(_in_packs(connection, packs - search.packs))
        search.packs = packs
    search.upto = _highest(connection, round_)


def _sweep(connection: Connection, search: Search, table: Table, marks: Marks, most: int) -> tuple[int, int]:
    """How many rows were looked at, and how many of them went."""
    behind = table.c.id > search.swept.get(table.name, 0)
    statement = select(table.c.id).where(behind, table.c.id <= marks.highest).order_by(table.c.id).limit(most)
    ids = connection.scalars(statement).all()
    if gone := marks.without(ids):
        connection.execute(delete(table).where(table.c.id == bindparam("gone")), [{"gone": each} for each in gone])
    search.swept[table.name] = max(ids, default=marks.highest)
    return len(ids), len(gone)


def _phrases(
    connection: Connection, of_readings: ColumnElement[bool], of_samples: ColumnElement[bool]
) -> Iterable[int | None]:
    columns = (reading.c.problem_id, reading.c.info_id, reading.c.missing_id)
    texts = (select(column).where(of_readings) for column in columns)
    return connection.scalars(union(*texts, select(sample.c.labels_id).where(of_samples)))


def _in_packs(connection: Connection, ids: Collection[int]) -> Iterator[int]:
    for row_id in ids:
        row = connection.execute(select(pack).where(pack.c.id == row_id)).first()
        if row is not None:  # it may have gone since
            yield from open_body(row).outcomes


def _count(connection: Connection, table: Table, *which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*which)) or 0


def _highest(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.max(table.c.id))) or 0


@contextmanager
def _unchecked(writer: Engine) -> Iterator[None]:
    """For each row that goes, SQLite would look through all readings and samples, or through all results."""
    _check(writer, "OFF")
    try:
        yield
    finally:
        _check(writer, "ON")


def _check(writer: Engine, word: str) -> None:
    # Its only connection; and not within a transaction, where it would do nothing.
    with closing(writer.raw_connection()) as connection:
        connection.cursor().execute(f"PRAGMA foreign_keys = {word}").close()
