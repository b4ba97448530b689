"""Where alert rules stand."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete

from colter.core.model import AlertState, Target
from colter.store.moments import to_ms
from colter.store.tables import alert_state
from colter.store.write.bulk import Row, plain, replace_rows
from colter.store.write.targets import load_roster, write_roster

_Place = tuple[int, str]
"""Of a state: row of its target, and rule."""


def write_states(connection: Connection, states: Sequence[AlertState]) -> None:
    """Put them in place of those that are there; forget those that are gone."""
    ids = _target_ids(connection, states)
    placed: dict[_Place, AlertState] = {
        (ids[state.target], state.rule): state for state in states if state.target in ids
    }
    replace_rows(connection, alert_state, [_row(*each) for each in placed.items() if each[1].state != "gone"])
    _forget(connection, [place for place, state in placed.items() if state.state == "gone"])


def _target_ids(connection: Connection, states: Iterable[AlertState]) -> Mapping[Target, int]:
    """Rows of all targets, made where needed; but not for what is gone."""
    names = {state.target for state in states}
    roster = load_roster(connection, names, ())
    for name in sorted({state.target for state in states if state.state != "gone"}):
        roster.place(name)
    write_roster(connection, roster)
    return {name: roster.named[name].row_id for name in names if name in roster.named}


def _forget(connection: Connection, gone: Sequence[_Place]) -> None:
    this = delete(alert_state).where(
        alert_state.c.target_id == bindparam("id"), alert_state.c.rule == bindparam("name")
    )
    if gone:
        connection.execute(this, [{"id": row_id, "name": rule} for row_id, rule in gone])


def _row(place: _Place, state: AlertState) -> Row:
    return (
        *place,
        state.state,
        to_ms(state.since),
        state.count,
        state.incident,
        state.sequence,
        plain(state.memory),
    )
