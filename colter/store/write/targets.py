"""Which rows a round's targets have: found, made, renamed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from colter.core.model import Target
from colter.store.roster import Known, Roster
from colter.store.slices import chunks
from colter.store.tables import target, target_name
from colter.store.write.bulk import next_id, replace_rows


def load_roster(connection: Connection, names: Collection[Target], identities: Collection[tuple[str, str]]) -> Roster:
    """What the database knows of these names and (source, identity) pairs."""
    roster = Roster()
    seen: dict[int, Known] = {}
    columns = (target.c.id, target.c.name.label("current"), target.c.identity)
    by_name: Select[Any] = select(target_name.c.name, *columns).join_from(target_name, target)
    for source, part in _parts((name.source, name.name) for name in names):
        found = connection.execute(by_name.where(target_name.c.source == source, target_name.c.name.in_(part)))
        for name, row_id, current, identity in found:
            roster.learn(_known(seen, row_id, Target(source, current), identity), Target(source, name))
    for source, part in _parts(identities):
        found = connection.execute(select(*columns).where(target.c.source == source, target.c.identity.in_(part)))
        for row_id, current, identity in found:
            roster.learn(_known(seen, row_id, Target(source, current), identity))
    return roster


def write_roster(connection: Connection, roster: Roster) -> None:
    """Write down what `Roster.place` changed, numbering new targets."""
    if roster.touched:
        free = next_id(connection, target)
        for known in roster.touched:
            if not known.row_id:
                known.row_id, free = free, free + 1
        rows = [(known.row_id, known.target.source, known.target.name, known.identity) for known in roster.touched]
        replace_rows(connection, target, rows)
    if roster.taken:
        names = [(name.source, name.name, known.row_id) for name, known in roster.taken.items()]
        replace_rows(connection, target_name, names)


def _known(seen: dict[int, Known], row_id: int, current: Target, identity: str | None) -> Known:
    return seen.setdefault(row_id, Known(current, identity, row_id))


def _parts(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Sequence[str]]]:
    by_source: defaultdict[str, set[str]] = defaultdict(set)
    for source, value in pairs:
        by_source[source].add(value)
    return ((source, part) for source, values in by_source.items() for part in chunks(sorted(values)))
