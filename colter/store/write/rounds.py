"""Rounds, written in one transaction of the caller: whole ones, or any part of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from colter.core.model import AlertState, Delivery, Round, Target
from colter.store.moments import to_ms
from colter.store.read.packs import is_packed
from colter.store.tables import outbox, round_
from colter.store.write.bulk import Row, add_rows, insert_rows, next_id, plain
from colter.store.write.latest import update_latest
from colter.store.write.newest import Looked
from colter.store.write.part import Part
from colter.store.write.readings import Placed, write_readings
from colter.store.write.results import Outcomes, write_results
from colter.store.write.states import write_states
from colter.store.write.targets import load_roster, write_roster


def write_round(
    connection: Connection,
    done: Round,
    states: Sequence[AlertState],
    deliveries: Sequence[Delivery],
    *,
    outcomes: Outcomes,
    now: datetime,
) -> bool:
    """Write all of it; False when this round is there already."""
    if connection.scalar(select(round_.c.id).where(round_.c.round_key == done.key)) is not None:
        return False
    if is_packed(connection, done.key, done.finished):
        return False
    outcomes.recall(connection)
    round_id = next_id(connection, round_)
    insert_rows(connection, round_, [round_row(round_id, done)])
    places = range(len(done.readings)), range(len(done.results))
    whole = Part(round_id, done.key, done.started, done.readings, places[0], done.results, places[1])
    write_parts(connection, [whole], outcomes)
    outcomes.trim()
    update_latest(connection, round_id, done, now)
    write_states(connection, states)
    add_rows(connection, outbox, ("delivery_key",), [delivery_row(delivery, now) for delivery in deliveries])
    return True


class Written(NamedTuple):
    """What the writing of parts of rounds has brought to light."""

    target_ids: Mapping[Target, int]
    """Of endpoints whose outcome was not known."""
    looked: Iterator[Looked]


def write_parts(connection: Connection, parts: Sequence[Part], outcomes: Outcomes) -> Written:
    """Append parts of rounds, oldest first, that are not there."""
    readings = [reading for part in parts for reading in part.readings]
    unknown = outcomes.unknown(result for part in parts for result in part.results)
    by_name = {result.target for result in unknown}
    roster = load_roster(
        connection,
        {reading.target for reading in readings} | by_name,
        {(reading.target.source, reading.identity) for reading in readings if reading.identity is not None},
    )
    looked_at = [roster.place(reading.target, reading.identity) for reading in readings]
    placed = {name: roster.place(name) for name in sorted(by_name)}
    write_roster(connection, roster)
    ids = {name: known.row_id for name, known in placed.items()}
    places = ((part, position) for part in parts for position in part.reading_places)
    looked = write_readings(
        connection,
        [
            Placed(part.round_id, part.round_key, position, known.row_id, reading)
            for (part, position), known, reading in zip(places, looked_at, readings, strict=True)
        ],
    )
    outcomes.write(connection, unknown, ids)
    write_results(connection, parts, outcomes)
    return Written(ids, looked)


def round_row(round_id: int, done: Round) -> Row:
    """The row of a round."""
    return (
        round_id,
        done.key,
        to_ms(done.started),
        to_ms(done.finished),
        plain(done.machine),
        ",".join(sorted(done.complete)),
        len(done.readings) + len(done.results),
    )


def delivery_row(delivery: Delivery, now: datetime) -> Row:
    """The row of a delivery that is owed from now on, without its number."""
    return (
        delivery.key,
        delivery.lane,
        delivery.to,
        to_ms(delivery.due),
        to_ms(now),
        plain(delivery.body),
        delivery.round_key,
        None if delivery.last_error is None else plain(delivery.last_error),
        None,
        None,
    )
