"""Silences: what somebody wants to hear nothing of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from colter.core.model import Silence
from colter.store import bounds
from colter.store.moments import to_ms
from colter.store.slices import chunks
from colter.store.tables import silence
from colter.store.write.bulk import plain, replace_rows


def read_silences(connection: Connection) -> list[Silence]:
    """All that are kept, oldest first."""
    statement = select(silence).order_by(silence.c.begins, silence.c.silence_key)
    return [Silence(*row) for row in connection.execute(statement)]


def keep_silence(connection: Connection, kept: Silence, now: datetime) -> None:
    """Keep one, in place of the one with the same key; those that have been over for long go."""
    row = (kept.key, plain(kept.name), to_ms(kept.begins), to_ms(kept.ends), plain(kept.note))
    replace_rows(connection, silence, [row])
    connection.execute(delete(silence).where(silence.c.ends < now - bounds.SILENCES_KEPT))


def end_silences(connection: Connection, keys: Sequence[str]) -> None:
    """Forget these."""
    for part in chunks(keys):
        connection.execute(delete(silence).where(silence.c.silence_key.in_(part)))
