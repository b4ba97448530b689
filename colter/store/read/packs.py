"""Rounds that lie in packs: found by time or by key, without reading more of the history than that takes."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, func, select, type_coerce

from colter.store.moments import to_ms
from colter.store.packs.body import Body, Head, UnreadableError
from colter.store.tables import pack

SPAN = timedelta(days=1)
"""From the end of its first round to that of its last one a pack has less than this."""

_SPAN_MS = SPAN // timedelta(milliseconds=1)
_NEAR = 4
_IN_PACKS = "SELECT 1 FROM pack WHERE since >= ? AND since <= ? AND until >= ? LIMIT 1"
_TIMED_KEY = re.compile("[0-9a-f]{12}-")


class Packed(NamedTuple):
    """A round in a pack."""

    head: Head
    body: Body


def packed_between(connection: Connection, since: datetime, until: datetime) -> Iterator[Packed]:
    """Rounds that finished in [since, until), oldest first; a pack is read when its turn comes."""
    waiting: list[tuple[datetime, int, int, Packed]] = []
    packs = connection.execute(_overlapping(since, until).order_by(pack.c.since, pack.c.id))
    for number, row in enumerate(packs):
        while waiting and waiting[0][0] < row.since:
            yield heappop(waiting)[-1]
        body = open_body(row)
        for head in body.heads:
            if since <= head.finished < until:
                heappush(waiting, (head.finished, head.id, number, Packed(head, body)))
    while waiting:
        yield heappop(waiting)[-1]


def packed_by_key(connection: Connection, keys: Collection[str]) -> dict[str, Packed]:
    """Those of these rounds that are in packs."""
    found: dict[str, Packed] = {}
    for key in keys:
        if key not in found and _TIMED_KEY.match(key):
            found |= _look(_near(connection, int(key[:12], 16)), keys)
    if len(found) < len(set(keys)):
        found |= _look(connection.execute(select(pack).order_by(pack.c.id.desc())), set(keys) - found.keys())
    return found


def is_packed(connection: Connection, key: str, finished: datetime) -> bool:
    """Whether a round with this key that finished then is in a pack."""
    ms = to_ms(finished)
    # Written out, because every round asks; as a rule there is nothing, and that is all.
    if connection.exec_driver_sql(_IN_PACKS, (ms - _SPAN_MS, ms, ms)).first() is None:
        return False
    rows = connection.execute(_overlapping(finished, finished)).all()
    return any(head.round_key == key for row in rows for head in open_body(row).heads)


def count_packed(connection: Connection, since: datetime, until: datetime, place: tuple[datetime, int] | None) -> int:
    """Results of rounds that finished in [since, until), behind this place in the order of rounds."""
    since = since if place is None else max(since, place[0])
    whole = (pack.c.since > since, pack.c.until < until)
    inside = select(func.coalesce(func.sum(pack.c.entries), 0)).where(*whole)
    cut = connection.execute(_overlapping(since, until).where(~(whole[0] & whole[1])))
    heads = (head for row in cut for head in open_body(row).heads)
    found = (
        head.entries
        for head in heads
        if since <= head.finished < until and (place is None or (head.finished, head.id) > place)
    )
    return int(connection.execute(inside).scalar_one()) + sum(found)


def packs_backwards(connection: Connection) -> Iterator[tuple[datetime, int]]:
    """When the last round of each pack finished, the latest first, and the row number of the pack."""
    ends = connection.execute(select(pack.c.until, pack.c.id).order_by(pack.c.until.desc()))
    return ((until, row_id) for until, row_id in ends)


def read_pack(connection: Connection, row_id: int) -> Body:
    """The pack with this row number."""
    return open_body(connection.execute(select(pack).where(pack.c.id == row_id)).one())


def open_body(row: Row[Any]) -> Body:
    """What is in this row of `pack`. UnreadableError when that cannot be told."""
    try:
        return _opened(row.body)
    except (ValueError, IndexError, OverflowError) as e:
        raise UnreadableError(row.since, row.until) from e


@lru_cache(maxsize=3)
def _opened(sealed: bytes) -> Body:
    """Who goes through the history meets each pack several times: as the place to go on behind, and on two pages."""
    return Body(sealed)


def _overlapping(since: datetime, until: datetime) -> Select[Any]:
    """Packs with a round that finished in [since, until], or about then."""
    return select(pack).where(_since >= to_ms(since) - _SPAN_MS, pack.c.since <= until, pack.c.until >= since)


def _near(connection: Connection, ms: int) -> Iterable[Row[Any]]:
    """Packs in which a round that began then may lie."""
    around = (_since >= ms - _SPAN_MS, _since <= ms + _SPAN_MS, _until >= ms)
    return connection.execute(select(pack).where(*around).order_by(pack.c.since).limit(_NEAR))


def _look(rows: Iterable[Row[Any]], keys: Collection[str]) -> dict[str, Packed]:
    found: dict[str, Packed] = {}
    for row in rows:
        body = open_body(row)
        found |= {head.round_key: Packed(head, body) for head in body.heads if head.round_key in keys}
        if len(found) == len(keys):
            break
    return found


_since: ColumnElement[int] = type_coerce(pack.c.since, BigInteger)
_until: ColumnElement[int] = type_coerce(pack.c.until, BigInteger)
