"""What jobs have reported: of each the last start and the last end, for what comes of it is kept as probe results."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from colter.core.model import Beat, BeatKind, LastBeats
from colter.store.moments import to_ms
from colter.store.tables import beat
from colter.store.write.bulk import plain, replace_rows

_MILLISECOND = timedelta(milliseconds=1)


def keep_beat(connection: Connection, kept: Beat) -> None:
    """In place of the one before: not the later one by its time, for a clock may have been wrong."""
    row = (
        kept.endpoint,
        int(kept.kind is not BeatKind.START),
        to_ms(kept.at),
        kept.kind.value,
        None if kept.ran is None else kept.ran // _MILLISECOND,
        kept.exit_code,
        plain(kept.text),
    )
    replace_rows(connection, beat, [row])


def read_last_beats(connection: Connection) -> list[LastBeats]:
    """The last of every job, ordered by endpoint."""
    rows = connection.execute(select(beat).order_by(beat.c.endpoint))
    return [_last(endpoint, list(found)) for endpoint, found in groupby(rows, lambda row: str(row.endpoint))]


def _last(endpoint: str, rows: list[Row[Any]]) -> LastBeats:
    by_end = {bool(row.ended): _beat(row) for row in rows}
    return LastBeats(endpoint, by_end.get(False), by_end.get(True))


def _beat(row: Row[Any]) -> Beat:
    ran = None if row.ran_ms is None else row.ran_ms * _MILLISECOND
    return Beat(row.endpoint, row.at, BeatKind(row.kind), ran, row.exit_code, row.said)
