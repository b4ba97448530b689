"""One round, written in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import sqlite

from colter.core.model import AlertState, Delivery, Round, Target
from colter.store import tables
from colter.store.write.bulk import next_id, plain, replacing
from colter.store.write.latest import update_latest
from colter.store.write.readings import write_readings
from colter.store.write.results import Outcomes, write_results
from colter.store.write.targets import load_roster, write_roster

_NEW_DELIVERY = sqlite.insert(tables.outbox).on_conflict_do_nothing(index_elements=["delivery_key"])


def write_round(
    connection: Connection,
    done: Round,
    states: Sequence[AlertState],
    deliveries: Sequence[Delivery],
    *,
    outcomes: Outcomes,
    now: datetime,
) -> bool:
    """Write all of it; False when this round is there already. The caller's transaction makes it all or nothing."""
    known = select(tables.round_.c.id).where(tables.round_.c.round_key == done.key)
    if connection.scalar(known) is not None:
        return False
    round_id = next_id(connection, tables.round_)
    values = {"id": round_id, "round_key": done.key, "started": done.started, "finished": done.finished}
    connection.execute(insert(tables.round_), values)
    unknown = outcomes.unknown(done.results)
    endpoints = {result.target for result in unknown}
    roster = load_roster(
        connection,
        {reading.target for reading in done.readings} | {state.target for state in states} | endpoints,
        {(reading.target.source, reading.identity) for reading in done.readings if reading.identity is not None},
    )
    readings = [(roster.place(reading.target, reading.identity), reading) for reading in done.readings]
    placed = {name: roster.place(name) for name in sorted(endpoints | {state.target for state in states})}
    write_roster(connection, roster)
    ids = {name: known.row_id for name, known in placed.items()}
    write_readings(connection, round_id, [(known.row_id, reading) for known, reading in readings])
    outcomes.write(connection, unknown, ids)
    write_results(connection, round_id, done.started, done.results, outcomes)
    outcomes.trim()
    update_latest(connection, round_id, done)
    _write_states(connection, states, ids)
    _write_deliveries(connection, deliveries, now)
    return True


def _write_states(connection: Connection, states: Sequence[AlertState], ids: Mapping[Target, int]) -> None:
    rows = [
        {
            "target_id": ids[state.target],
            "rule": state.rule,
            "state": state.state,
            "since": state.since,
            "tally": state.count,
            "incident": state.incident,
            "sequence_no": state.sequence,
        }
        for state in states
    ]
    if rows:
        connection.execute(replacing(tables.alert_state), rows)


def _write_deliveries(connection: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
    rows = [
        {
            "delivery_key": delivery.key,
            "lane": delivery.lane,
            "recipient": delivery.to,
            "due": delivery.due,
            "created": now,
            "body": plain(delivery.body),
            "round_key": delivery.round_key,
            "attempts": delivery.attempts,
            "last_error": None if delivery.last_error is None else plain(delivery.last_error),
        }
        for delivery in deliveries
    ]
    if rows:
        connection.execute(_NEW_DELIVERY, rows)
