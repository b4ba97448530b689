"""Numbers as they were read over time, for rules that compare with the past."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from colter.core.model import Target
from colter.core.ports import Values
from colter.store.read.named import by_name, plain_metrics
from colter.store.tables import reading, sample

_Series = Mapping[str, Sequence[tuple[datetime, float]]]


def read_values(connection: Connection, targets: Collection[Target], keys: Collection[str], since: datetime) -> Values:
    """By the names that were asked for, former ones too."""
    metrics = plain_metrics(connection, keys)
    return by_name(connection, targets, lambda part: _series(connection, part, metrics, since))


def _series(
    connection: Connection, target_ids: Sequence[int], metrics: Mapping[int, str], since: datetime
) -> Mapping[int, _Series]:
    """By row of the target."""
    statement = (
        select(reading.c.target_id, sample.c.metric_id, reading.c.at, sample.c.value)
        .join_from(reading, sample)
        .where(reading.c.target_id.in_(target_ids), reading.c.at >= since, sample.c.metric_id.in_(metrics))
        .order_by(reading.c.target_id, reading.c.at, reading.c.id, sample.c.position)
    )
    by_target: defaultdict[int, defaultdict[str, list[tuple[datetime, float]]]] = defaultdict(lambda: defaultdict(list))
    for target_id, metric_id, at, value in connection.execute(statement):
        by_target[target_id][metrics[metric_id]].append((at, value))
    return by_target
