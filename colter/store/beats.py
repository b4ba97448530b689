"""What jobs have reported: of each the last start and the last end, for what comes of it is kept as probe results.

In plain SQL, so that a job that reports need not wait for SQLAlchemy (`at_once`).
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from colter.core.model import Beat, BeatKind, LastBeats
from colter.store.moments import from_ms, to_ms
from colter.store.plain import Execute

_MILLISECOND = timedelta(milliseconds=1)
_PUT = "INSERT OR REPLACE INTO beat (endpoint, ended, at, kind, ran_ms, exit_code, said) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ALL = "SELECT endpoint, at, kind, ran_ms, exit_code, said FROM beat ORDER BY endpoint"


def keep_beat(execute: Execute, kept: Beat) -> None:
    """In place of the one before: not the later one by its time, for a clock may have been wrong."""
    row = (
        kept.endpoint,
        int(kept.kind is not BeatKind.START),
        to_ms(kept.at),
        kept.kind.value,
        None if kept.ran is None else kept.ran // _MILLISECOND,
        kept.exit_code,
        kept.text,
    )
    execute(_PUT, row)


def read_last_beats(execute: Execute) -> list[LastBeats]:
    """The last of every job, ordered by endpoint."""
    beats = [_beat(row) for row in execute(_ALL, ())]
    return [_last(endpoint, list(found)) for endpoint, found in groupby(beats, lambda beat: beat.endpoint)]


def _last(endpoint: str, beats: list[Beat]) -> LastBeats:
    by_end = {beat.kind is not BeatKind.START: beat for beat in beats}
    return LastBeats(endpoint, by_end.get(False), by_end.get(True))


def _beat(row: Sequence[Any]) -> Beat:
    endpoint, at, kind, ran_ms, exit_code, said = row
    ran = None if ran_ms is None else ran_ms * _MILLISECOND
    return Beat(endpoint, from_ms(at), BeatKind(kind), ran, exit_code, said)
