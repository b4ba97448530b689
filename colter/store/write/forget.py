"""Forgets one target: its results wherever they are, its readings, and in the end everything else of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, and_, delete, func, select, tuple_, update

from colter.core.model import Holding, Target
from colter.store.packs.body import Head, write_body
from colter.store.progress import keep_progress, read_progress
from colter.store.read.packs import open_body
from colter.store.slices import chunks
from colter.store.tables import (
    alert_state,
    beat,
    daily_count,
    daily_tally,
    event,
    hourly_tally,
    last_number,
    last_reading,
    last_result,
    mark,
    outage,
    outbox,
    outcome,
    pack,
    probe_result,
    reading,
    refusal,
    round_,
    running_tally,
    sample,
    silence,
    target,
    target_name,
)
from colter.store.write.retire import tidy
from colter.store.write.targets import load_roster

_Place = tuple[int, int]
"""Of a result: row of its round, and position in it."""

# None of them is long for one target, but for the first ones.
_OF_TARGET: Sequence[Table] = (
    last_number,
    last_reading,
    last_result,
    event,
    daily_count,
    mark,
    alert_state,
    hourly_tally,
    daily_tally,
    running_tally,
    outage,
    refusal,
)


class Lightened(NamedTuple):
    """A pack without the results of one target."""

    id: int
    before: int
    """Results that it has now."""
    heads: Sequence[Head]
    entries: int
    body: bytes | None
    """None: nothing is left."""


def read_holding(connection: Connection, name: Target) -> Holding | None:
    """See `colter.core.ports.Store`."""
    known = load_roster(connection, {name}, ()).named.get(name)
    if known is None:
        return None
    outcomes = outcomes_of(connection, known.row_id)
    readings = select(func.count()).select_from(reading).where(reading.c.target_id == known.row_id)
    results = select(func.count()).select_from(probe_result).where(probe_result.c.outcome_id.in_(outcomes))
    packed = sum(open_body(row).count(outcomes) for row in connection.execute(select(pack))) if outcomes else 0
    return Holding(
        known.target,
        connection.execute(readings).scalar_one(),
        connection.execute(results).scalar_one() + packed,
        frozenset(_owed_to(connection, known.row_id)),
    )


def target_id(connection: Connection, name: Target) -> int | None:
    """The row of the target with this name."""
    known = load_roster(connection, {name}, ()).named.get(name)
    return known.row_id if known else None


def outcomes_of(connection: Connection, row_id: int) -> frozenset[int]:
    """Rows of the outcomes of this target."""
    return frozenset(connection.scalars(select(outcome.c.id).where(outcome.c.target_id == row_id)))


def find_results(connection: Connection, row_id: int, most: int | None = None) -> list[_Place]:
    """Some results of this target that are in no pack."""
    of_target = select(probe_result.c.round_id, probe_result.c.position).join_from(probe_result, outcome)
    found = connection.execute(of_target.where(outcome.c.target_id == row_id).limit(most))
    return [(round_id, position) for round_id, position in found]


def forget_results(connection: Connection, row_id: int, places: Sequence[_Place]) -> int:
    """These results; returns how many went."""
    connection.execute(delete(last_result).where(last_result.c.target_id == row_id))
    place = tuple_(probe_result.c.round_id, probe_result.c.position)
    gone = sum(connection.execute(delete(probe_result).where(place.in_(part))).rowcount for part in chunks(places))
    tidy(connection, sorted({round_id for round_id, _ in places}))
    return gone


def forget_readings(connection: Connection, row_id: int, most: int | None = None) -> int:
    """Some readings of this target, with all that came with them; returns how many went."""
    for table in (last_reading, last_number, event, daily_count):
        connection.execute(delete(table).where(table.c.target_id == row_id))
    statement = select(reading.c.id, reading.c.round_id).where(reading.c.target_id == row_id).limit(most)
    rows = connection.execute(statement).all()
    for part in chunks([row.id for row in rows]):
        connection.execute(delete(sample).where(sample.c.reading_id.in_(part)))
        connection.execute(delete(reading).where(reading.c.id.in_(part)))
    tidy(connection, sorted({row.round_id for row in rows}))
    return len(rows)


def lighten(connection: Connection, row_id: int, behind: int) -> Lightened | None:
    """The next pack with results of this target, without these; nothing is written yet."""
    outcomes = outcomes_of(connection, row_id)
    for row in connection.execute(select(pack).where(pack.c.id > behind).order_by(pack.c.id)):
        body = open_body(row)
        if not outcomes.isdisjoint(body.outcomes):
            heads, rows = body.without(outcomes)
            return Lightened(row.id, row.entries, heads, len(rows), write_body(heads, rows) if rows else None)
    return None


def replace_pack(connection: Connection, light: Lightened) -> bool:
    """Put it in the place of the pack that it was; False when somebody else has changed that."""
    this = and_(pack.c.id == light.id, pack.c.entries == light.before)
    if light.body is None:
        return connection.execute(delete(pack).where(this)).rowcount == 1
    changed = update(pack).where(this).values(rounds=len(light.heads), entries=light.entries, body=light.body)
    return connection.execute(changed).rowcount == 1


def forget_outcomes(connection: Connection, row_id: int, most: int | None = None) -> int:
    """Some outcomes of this target, of which there are no results any more; returns how many went."""
    some = select(outcome.c.id).where(outcome.c.target_id == row_id).limit(most)
    gone = connection.execute(delete(outcome).where(outcome.c.id.in_(some))).rowcount
    keep_progress(connection, "forget", read_progress(connection, "forget") + 1)
    return gone


def forget_rest(connection: Connection, row_id: int) -> int:
    """All that is left of this target, and what came meanwhile; returns how many readings and results that were."""
    gone = forget_results(connection, row_id, find_results(connection, row_id))
    gone += forget_readings(connection, row_id)
    forget_outcomes(connection, row_id)
    for table in _OF_TARGET:
        connection.execute(delete(table).where(table.c.target_id == row_id))
    of_target = target_name.c.target_id == row_id
    names = [
        Target(*row) for row in connection.execute(select(target_name.c.source, target_name.c.name).where(of_target))
    ]
    meant = [str(name) for name in names] + [name.name for name in names if name.source == "probe"]
    connection.execute(delete(silence).where(silence.c.name.in_(meant)))
    connection.execute(delete(beat).where(beat.c.endpoint.in_([name.name for name in names if name.source == "probe"])))
    connection.execute(delete(target_name).where(of_target))
    connection.execute(delete(target).where(target.c.id == row_id))
    return gone


def _owed_to(connection: Connection, row_id: int) -> Iterable[str]:
    """Sinks that are owed a round with something of this target."""
    owed = select(outbox.c.recipient).join(round_, round_.c.round_key == outbox.c.round_key).distinct()
    waits = and_(outbox.c.lane == "sink", outbox.c.settled.is_(None))
    read = owed.join(reading, reading.c.round_id == round_.c.id).where(waits, reading.c.target_id == row_id)
    probed = (
        owed.join(probe_result, probe_result.c.round_id == round_.c.id)
        .join(outcome, outcome.c.id == probe_result.c.outcome_id)
        .where(waits, outcome.c.target_id == row_id)
    )
    return [*connection.scalars(read), *connection.scalars(probed)]
