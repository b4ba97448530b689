"""What a channel is sent now: its rows, as they are owed, made into single messages, merged ones and digests.

Rows leave in the order in which they were queued, and none is ever dropped: each is settled by exactly one message.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.outgoing import GROUP_WAIT, Outgoing

_MERGED_AFTER = timedelta(minutes=10)
_AT_ONCE = 5
_PER_HOUR = 30
_HOUR = timedelta(hours=1)
_BETWEEN_DIGESTS = timedelta(minutes=5)


class Form(StrEnum):
    """How much is in a message."""

    SINGLE = "single"
    MERGED = "merged"
    """R6: a whole incident that was over before anybody could be told."""
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to hand to one channel."""

    channel: str
    key: str
    """The same at every try, and for no other message."""
    form: Form
    notices: tuple[Notice, ...]
    """What to tell, in order."""
    rows: tuple[Outgoing, ...]
    """What is settled when it has arrived."""


def pack(rows: Sequence[Outgoing], now: datetime, sent: Iterable[datetime] = ()) -> tuple[Message, ...]:
    """The messages to send to one channel now, one after the other; after a failure none of the later ones.

    Before a message is tried for the first time, its key must be kept in its rows (`Outgoing.begun`): then what was
    tried alone is not sent again as a part of a digest, under another key, and a digest holds the same as before.

    Args:
        rows: all that this channel is owed, in the order of the outbox.
        now: the time.
        sent: when messages reached it; of the last hour, or more.
    """
    begun = [_digest(group) for group in _begun(rows)]
    fresh = [row for row in rows if _digest_of(row) is None]
    # Whoever is due takes along all that has come since (R10). A clock that was set back makes nobody wait for long.
    if not any(not now < row.due <= now + GROUP_WAIT for row in fresh):
        return tuple(begun)
    bundles = _bundles(fresh, now)
    tried = [message for message in bundles if message.rows[0].begun == message.key]
    others = [message for message in bundles if message not in tried]
    return (*begun, *tried, *_within_limits(others, fresh, now, [at for at in sent if abs(now - at) < _HOUR]))


def _begun(rows: Sequence[Outgoing]) -> list[list[Outgoing]]:
    keys = dict.fromkeys(filter(None, map(_digest_of, rows)))
    return [[row for row in rows if row.begun == key] for key in keys]


def _digest_of(row: Outgoing) -> str | None:
    """Key of the digest in which it was first sent; those of other messages begin with their incident."""
    alone = row.begun is None or row.begun.startswith(f"{row.notice.incident}:")
    return None if alone else row.begun


def _within_limits(
    messages: list[Message], rows: Sequence[Outgoing], now: datetime, sent: Sequence[datetime]
) -> list[Message]:
    """R10: more than five at once are a digest, and so is what comes beyond thirty an hour, every five minutes.

    A digest holds its rows in the order of the outbox, as it will when it is sent again.
    """
    room = _PER_HOUR - len(sent)
    if room <= 0 and abs(now - max(sent)) < _BETWEEN_DIGESTS:
        return []
    if len(messages) > max(1, min(_AT_ONCE, room)):
        held = {row.key for message in messages for row in message.rows}
        return [_digest([row for row in rows if row.key in held])]
    return messages


def _bundles(rows: Sequence[Outgoing], now: datetime) -> list[Message]:
    incidents: dict[str, list[Outgoing]] = {}
    for row in rows:
        incidents.setdefault(row.notice.incident, []).append(row)
    bundles = [message for group in incidents.values() for message in _of_incident(group, now)]
    place = {row.key: number for number, row in enumerate(rows)}
    return sorted(bundles, key=lambda message: place[message.rows[0].key])


def _of_incident(rows: list[Outgoing], now: datetime) -> list[Message]:
    first, last = rows[0], rows[-1]
    late = now - first.queued >= _MERGED_AFTER
    if late and len(rows) > 1 and first.notice.opens and last.notice.closes:
        notices = tuple(row.notice for row in rows if row.notice.kind is not Kind.REMINDER)
        key = f"{first.notice.key}-{last.notice.sequence}:{first.channel}"
        return [Message(first.channel, key, Form.MERGED, notices, tuple(rows))]
    singles: list[Message] = []
    for row in rows:
        if singles and row.notice.kind is Kind.REMINDER:  # R7: what it would remind of has not even arrived
            singles[-1] = _single(singles[-1].notices[0], (*singles[-1].rows, row))
        else:
            singles.append(_single(row.notice, (row,)))
    return singles


def _single(notice: Notice, rows: tuple[Outgoing, ...]) -> Message:
    return Message(rows[0].channel, rows[0].key, Form.SINGLE, (notice,), rows)


def _digest(rows: Sequence[Outgoing]) -> Message:
    channel = rows[0].channel
    named = hashlib.sha256("\n".join(row.key for row in rows).encode()).hexdigest()[:26].upper()
    key = _digest_of(rows[0]) or f"{named}:{channel}"
    return Message(channel, key, Form.DIGEST, tuple(row.notice for row in rows), tuple(rows))
