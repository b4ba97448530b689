"""What sources and rules ask of the past: marks, days, identities, alert states."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, Table, and_, select

from colter.core.model import AlertState, Target
from colter.store.read.current import CURRENT
from colter.store.tables import alert_state, daily_count, mark, target, target_name


def read_marks(connection: Connection, name: Target) -> Mapping[str, str]:
    """High-water marks of the target with this name."""
    statement = select(mark.c.name, mark.c.value).where(_means(name, mark))
    return dict(connection.execute(statement).all())


def read_daily(connection: Connection, name: Target, series: str) -> Mapping[date, int]:
    """All days of one series of the target with this name."""
    statement = select(daily_count.c.day, daily_count.c.amount).where(
        _means(name, daily_count), daily_count.c.series == series
    )
    return dict(connection.execute(statement).all())


def read_identities(connection: Connection, source: str) -> Mapping[str, str]:
    """Identity by name, of every target of a source, with its former names too."""
    statement = (
        select(target_name.c.name, target.c.identity)
        .join_from(target_name, target)
        .where(target_name.c.source == source, target.c.identity.is_not(None))
    )
    return dict(connection.execute(statement).all())


def read_alert_states(connection: Connection) -> list[AlertState]:
    """All alert states, ordered by target and rule."""
    statement = (
        select(target.c.source, target.c.name, alert_state).join_from(alert_state, target).join(target_name, CURRENT)
    )
    states = [
        AlertState(
            target=Target(row.source, row.name),
            rule=row.rule,
            state=row.state,
            since=row.since,
            count=row.tally,
            incident=row.incident,
            sequence=row.sequence_no,
            memory=row.memory or "",
        )
        for row in connection.execute(statement)
    ]
    return sorted(states, key=lambda state: (state.target, state.rule))


def _means(name: Target, table: Table) -> ColumnElement[bool]:
    """Joins rows of a target to a name that means it, former ones too."""
    return and_(
        target_name.c.source == name.source,
        target_name.c.name == name.name,
        target_name.c.target_id == table.c.target_id,
    )
