"""What is known of targets, by the names that were asked for, former ones too."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from colter.core.model import Target
from colter.store.slices import chunks
from colter.store.tables import metric
from colter.store.write.targets import load_roster

T = TypeVar("T")


def by_name(
    connection: Connection, targets: Collection[Target], look: Callable[[Sequence[int]], Mapping[int, T]]
) -> dict[Target, T]:
    """What a look at the rows of some of them at a time has found; a target of which it found nothing is absent."""
    row_ids = {name: known.row_id for name, known in load_roster(connection, targets, ()).named.items()}
    found: dict[int, T] = {}
    for part in chunks(sorted(set(row_ids.values()))):
        found |= look(part)
    return {name: found[row_id] for name, row_id in row_ids.items() if row_id in found}


def plain_metrics(connection: Connection, keys: Collection[str]) -> dict[int, str]:
    """Those of these metrics that have no labels, by row."""
    statement = select(metric.c.id, metric.c.name).where(metric.c.name.in_(keys), metric.c.labels == "[]")
    return dict(connection.execute(statement).all())
