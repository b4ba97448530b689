"""What is owed to whom, what was refused, and which exports are under way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, or_, select

from colter.core.model import Delivery, Lane, Refusal, Target, Transfer
from colter.store.slices import as_far_as
from colter.store.tables import outbox, refusal, round_, target, transfer

WEIGHT: ColumnElement[int] = func.coalesce(round_.c.entries, 1)
"""Entries of a delivery, where `outbox` is joined to its round; a notification has no round, and is one."""

TOLD: ColumnElement[bool] = and_(outbox.c.lane == "channel", outbox.c.settled.is_not(None))
"""Notifications that have arrived, or were given up: those have a `last_error`."""

_WITH_ROUNDS = outbox.outerjoin(round_, outbox.c.round_key == round_.c.round_key)


def read_owed(connection: Connection) -> list[Delivery]:
    """Deliveries that are not settled, oldest first."""
    return _deliveries(connection, select(outbox).where(outbox.c.settled.is_(None)).order_by(outbox.c.id))


def read_next_owed(connection: Connection, lane: Lane, to: str, *, most: int, after: str | None) -> list[Delivery]:
    """The oldest after the one with this key; one that is settled was so after all before it."""
    statement = unsettled(lane, to, outbox, WEIGHT.label("weight")).order_by(outbox.c.id).limit(max(most, 1))
    owed = and_(outbox.c.delivery_key == after, outbox.c.settled.is_(None))
    place = None if after is None else connection.scalar(select(outbox.c.id).where(owed))
    if place is not None:
        statement = statement.where(outbox.c.id > place)
    found = connection.execute(statement)
    return [_delivery(row) for row in as_far_as(most, found, lambda row: int(row.weight))]


def unsettled(lane: Lane, to: str, *columns: Table | ColumnElement[Any]) -> Select[Any]:
    """These columns of the deliveries that a recipient is owed, with their rounds."""
    mine = and_(outbox.c.lane == lane, outbox.c.recipient == to, outbox.c.settled.is_(None))
    return select(*columns).select_from(_WITH_ROUNDS).where(mine)


def read_refusals(connection: Connection) -> list[Refusal]:
    """Everything refused that is still kept, oldest first."""
    statement = select(refusal, target.c.source, target.c.name).join_from(refusal, target).order_by(refusal.c.id)
    return [
        Refusal(
            to=row.recipient,
            round_key=row.round_key,
            target=Target(row.source, row.name),
            at=row.at,
            item=row.item,
            reason=row.reason,
        )
        for row in connection.execute(statement)
    ]


def read_arrived(connection: Connection, incident: str) -> list[Delivery]:
    """Notifications about this incident that have arrived, oldest first."""
    key = outbox.c.delivery_key
    about = and_(key >= f"{incident}:", key < incident + _AFTER_COLON)
    # Nothing of the lane, which is clear anyway: SQLite would search its index, and not that of the keys.
    statement = select(outbox).where(about, outbox.c.settled.is_not(None), outbox.c.last_error.is_(None))
    return _deliveries(connection, statement.order_by(outbox.c.settled, outbox.c.id))


def read_arrivals(connection: Connection, to: str, since: datetime) -> Sequence[datetime]:
    """When messages have reached this channel since then, oldest first."""
    arrived = func.min(outbox.c.settled)
    statement = (
        select(arrived)
        .where(TOLD, outbox.c.recipient == to, outbox.c.settled >= since, outbox.c.last_error.is_(None))
        .group_by(outbox.c.message)
        .order_by(arrived)
    )
    return connection.scalars(statement).all()


def read_undelivered(connection: Connection) -> list[Delivery]:
    """Notifications that are owed, and those that were given up, oldest first."""
    undelivered = or_(outbox.c.settled.is_(None), outbox.c.last_error.is_not(None))
    return _deliveries(connection, select(outbox).where(outbox.c.lane == "channel", undelivered).order_by(outbox.c.id))


def read_transfer(connection: Connection, key: str) -> Transfer | None:
    """The export under way with this key."""
    row = connection.execute(select(transfer).where(transfer.c.transfer_key == key)).one_or_none()
    return None if row is None else Transfer(*row)


_AFTER_COLON = chr(ord(":") + 1)


def _deliveries(connection: Connection, statement: Select[Any]) -> list[Delivery]:
    return [_delivery(row) for row in connection.execute(statement)]


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        key=row.delivery_key,
        lane=row.lane,
        to=row.recipient,
        due=row.due,
        body=row.body,
        round_key=row.round_key,
        last_error=row.last_error,
        created=row.created,
        settled=row.settled,
    )
