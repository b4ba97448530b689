"""Replies kept from earlier runs, bounded in size."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, select

from colter.core.ports import Cached
from colter.store.moments import to_ms
from colter.store.tables import cache
from colter.store.write.bulk import replace_rows

MOST_BYTES = 64 * 2**20
"""Bodies kept altogether; the oldest go first."""
LARGEST = 8 * 2**20
"""A body above this is not kept at all."""


def read_reply(connection: Connection, key: str) -> Cached | None:
    """The reply kept under this key."""
    columns = (cache.c.body, cache.c.validator, cache.c.kept_at, cache.c.fresh_until)
    row = connection.execute(select(*columns).where(cache.c.cache_key == key)).one_or_none()
    return None if row is None else Cached(*row)


def write_replies(connection: Connection, replies: Mapping[str, Cached]) -> None:
    """Keep these replies, and drop the oldest of all where they become too much."""
    rows = [
        (key, reply.validator, to_ms(reply.stored), to_ms(reply.fresh_until), len(reply.body), reply.body)
        for key, reply in replies.items()
    ]
    replace_rows(connection, cache, rows)
    total = func.sum(cache.c.size).over(order_by=cache.c.kept_at.desc()).label("total")
    ages = select(cache.c.kept_at, total).subquery()
    too_old = connection.scalar(select(func.max(ages.c.kept_at)).where(ages.c.total > MOST_BYTES))
    if too_old is not None:
        connection.execute(delete(cache).where(cache.c.kept_at <= too_old))
