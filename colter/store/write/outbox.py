"""What changes in the outbox of a store: rights to deliver, what has arrived, what was refused or given up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, func, or_, select, true, update
from sqlalchemy.dialects.sqlite import insert

from colter.core.model import AlertState, Delivery, Lane, Refusal, Transfer
from colter.store import bounds
from colter.store.moments import to_ms
from colter.store.read.outbox import TOLD, WEIGHT, unsettled
from colter.store.slices import chunks
from colter.store.tables import alert_state, outbox, recipient, refusal, transfer
from colter.store.write.bulk import add_rows, digest, insert_rows, next_id, plain, replace_rows
from colter.store.write.rounds import delivery_row
from colter.store.write.states import write_states
from colter.store.write.targets import load_roster, write_roster

_WHO = ("lane", "name")


def claim(connection: Connection, sink: str, holder: str, *, until: datetime, now: datetime) -> bool:
    """Take or keep the right to deliver; False while somebody else has it."""
    statement = insert(recipient).values(lane="sink", name=sink, holder=holder, held_until=until)
    free = or_(
        recipient.c.holder.is_(None),
        recipient.c.holder == holder,
        recipient.c.held_until <= now,
        recipient.c.held_until > now + bounds.LONGEST_LEASE,
    )
    taken = statement.on_conflict_do_update(
        index_elements=_WHO, set_={"holder": holder, "held_until": until}, where=free
    )
    return connection.execute(taken).rowcount == 1


def release(connection: Connection, sink: str, holder: str) -> None:
    """Give the right back, if it is still this holder's."""
    ours = and_(recipient.c.lane == "sink", recipient.c.name == sink, recipient.c.holder == holder)
    connection.execute(update(recipient).where(ours).values(holder=None, held_until=None))


def settle(connection: Connection, keys: Sequence[str], refused: Sequence[Refusal], now: datetime) -> None:
    """Remember what has reached a channel, forget the rest, and keep what was refused."""
    message = None
    for part in chunks(keys):
        these = outbox.c.delivery_key.in_(part)
        connection.execute(delete(outbox).where(these, outbox.c.lane != "channel"))
        new = and_(these, outbox.c.settled.is_(None))
        message = message or connection.scalar(select(func.min(outbox.c.id)).where(new))
        if message is not None:
            connection.execute(update(outbox).where(new).values(settled=now, message=message, last_error=None))
    if message is not None:
        _forget_arrived(connection, now)
    if refused:
        _keep_refusals(connection, refused)


def exchange(
    connection: Connection,
    put: Sequence[Delivery],
    *,
    given_up: Mapping[str, str],
    states: Sequence[AlertState],
    decided: Sequence[str],
    now: datetime,
) -> None:
    """Owe these notifications, give up those, remember where rules stand, and forget what was decided."""
    _put(connection, put, now)
    _give_up(connection, given_up, now)
    write_states(connection, states)
    for part in chunks(decided):
        these = and_(outbox.c.delivery_key.in_(part), outbox.c.lane == "desk")
        connection.execute(delete(outbox).where(these))


def note(
    connection: Connection, lane: Lane, to: str, problem: str | None, *, retry_at: datetime | None, asked: bool
) -> None:
    """Remember how the last try went."""
    told = {
        "problem": None if problem is None else plain(problem),
        "failures": 0 if problem is None else 1,
        "retry_at": retry_at,
        "asked": asked,
    }
    statement = insert(recipient).values(lane=lane, name=to, **told)
    failures = 0 if problem is None else recipient.c.failures + 1
    connection.execute(statement.on_conflict_do_update(index_elements=_WHO, set_={**told, "failures": failures}))


def drop(connection: Connection, sink: str, *, before: datetime, most: int) -> int:
    """Give up what is too old or too much; returns how many entries that were."""
    sums = (func.min(outbox.c.created).label("oldest"), func.sum(WEIGHT).label("entries"))
    owed = connection.execute(unsettled("sink", sink, *sums)).one()
    if owed.oldest is None or (owed.oldest >= before and owed.entries <= most):
        return 0
    newest_first = func.sum(WEIGHT).over(order_by=outbox.c.id.desc())
    columns = (outbox.c.id, outbox.c.created, WEIGHT.label("weight"), newest_first.label("total"))
    ages = unsettled("sink", sink, *columns).subquery()
    rows = connection.execute(
        select(ages.c.id, ages.c.weight).where(or_(ages.c.created < before, ages.c.total > most))
    ).all()
    for part in chunks([row.id for row in rows]):
        connection.execute(delete(outbox).where(outbox.c.id.in_(part)))
    dropped = sum(int(row.weight) for row in rows)
    if dropped:
        _count(connection, "sink", sink, dropped=dropped)
    return dropped


def keep_transfer(connection: Connection, told: Transfer) -> None:
    """Remember how far an export has come; of those that nobody goes on with the oldest windows go."""
    row = (told.key, to_ms(told.since), to_ms(told.until), told.after, told.sent, told.size)
    replace_rows(connection, transfer, [row])
    others = select(transfer.c.transfer_key).where(transfer.c.transfer_key != told.key)
    too_many = others.order_by(transfer.c.until.desc()).offset(bounds.MOST_TRANSFERS - 1)
    connection.execute(delete(transfer).where(transfer.c.transfer_key.in_(too_many)))


def end_transfer(connection: Connection, key: str) -> None:
    """Forget an export that is done."""
    connection.execute(delete(transfer).where(transfer.c.transfer_key == key))


def _put(connection: Connection, put: Sequence[Delivery], now: datetime) -> None:
    add_rows(connection, outbox, ("delivery_key",), [delivery_row(each, now) for each in put])
    changed = [{"key": each.key, "due": each.due, "body": plain(each.body), "last_error": None} for each in put]
    if changed:
        owed = and_(outbox.c.delivery_key == bindparam("key"), outbox.c.settled.is_(None))
        connection.execute(update(outbox).where(owed), changed)


def _give_up(connection: Connection, reasons: Mapping[str, str], now: datetime) -> None:
    given_up: Counter[str] = Counter()
    for key, reason in reasons.items():
        owed = and_(outbox.c.delivery_key == key, outbox.c.lane == "channel", outbox.c.settled.is_(None))
        statement = update(outbox).where(owed).values(settled=now, last_error=plain(reason))
        given_up.update(connection.scalars(statement.returning(outbox.c.recipient)))
    for to, number in given_up.items():
        _count(connection, "channel", to, refused=number)
    dead = and_(TOLD, outbox.c.last_error.is_not(None))
    _keep_newest(connection, outbox, bounds.MOST_DEAD_LETTERS, dead)


def _forget_arrived(connection: Connection, now: datetime) -> None:
    """Those that arrived long ago; but of an open incident, the newest of each channel stays."""
    arrived = and_(TOLD, outbox.c.last_error.is_(None))
    incident = func.substr(outbox.c.delivery_key, 1, func.instr(outbox.c.delivery_key, ":") - 1)
    needed = (
        select(func.max(outbox.c.id))
        .where(arrived, incident.in_(select(alert_state.c.incident)))
        .group_by(incident, outbox.c.recipient)
    )
    old = outbox.c.settled < now - bounds.ARRIVED_KEPT
    connection.execute(delete(outbox).where(arrived, old, outbox.c.id.not_in(needed)))


def _keep_newest(connection: Connection, table: Table, most: int, which: ColumnElement[bool]) -> None:
    last = select(table.c.id).where(which).order_by(table.c.id.desc()).limit(1).offset(most)
    if (row_id := connection.scalar(last)) is not None:
        connection.execute(delete(table).where(which, table.c.id <= row_id))


def _keep_refusals(connection: Connection, refused: Sequence[Refusal]) -> None:
    by_digest = {
        digest([each.to, each.round_key, str(each.target), to_ms(each.at), each.item]): each for each in refused
    }
    for part in chunks(list(by_digest)):
        for known in connection.scalars(select(refusal.c.digest).where(refusal.c.digest.in_(part))):
            del by_digest[known]
    names = {each.target for each in by_digest.values()}
    roster = load_roster(connection, names, ())
    known = {name: roster.place(name) for name in sorted(names)}
    write_roster(connection, roster)
    rows = [
        (
            row_id,
            name,
            each.to,
            each.round_key,
            known[each.target].row_id,
            to_ms(each.at),
            plain(each.item),
            plain(each.reason),
        )
        for row_id, (name, each) in enumerate(by_digest.items(), next_id(connection, refusal))
    ]
    insert_rows(connection, refusal, rows)
    for to, number in Counter(each.to for each in by_digest.values()).items():
        _count(connection, "sink", to, refused=number)
    _keep_newest(connection, refusal, bounds.MOST_REFUSALS, true())


def _count(connection: Connection, lane: Lane, to: str, **more: int) -> None:
    statement = insert(recipient).values(lane=lane, name=to, **more)
    sums: dict[str, Any] = {name: recipient.c[name] + number for name, number in more.items()}
    connection.execute(statement.on_conflict_do_update(index_elements=_WHO, set_=sums))
