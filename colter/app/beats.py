"""Keeps what a job reports."""

from dataclasses import replace
from pathlib import Path

from colter.app.registry import catalogue
from colter.app.runtime import DATABASE
from colter.core.clock import Clock
from colter.core.model import Beat, BeatKind
from colter.core.ports import Store
from colter.store.sql import SqlStore


async def keep_beat(beat: Beat, state_dir: Path, clock: Clock) -> None:
    """Keep it in the history of this directory; an end is told how long the run took, if its start was reported.

    Raises:
        StateError: it could not be kept.
    """
    store = SqlStore(state_dir / DATABASE, clock, catalogue())
    await store.open()
    try:
        await keep_beat_in(store, beat)
    finally:
        await store.close()


async def keep_beat_in(store: Store, beat: Beat) -> None:
    """The same in a history that is open."""
    await store.keep_beat(await _timed(beat, store))


async def _timed(beat: Beat, store: Store) -> Beat:
    if beat.kind is BeatKind.START or beat.ran is not None:
        return beat
    last = next((last for last in await store.last_beats() if last.endpoint == beat.endpoint), None)
    if last is None or last.started is None or last.started.at > beat.at:
        return beat
    if last.ended and last.ended.at >= last.started.at:
        return beat
    return replace(beat, ran=beat.at - last.started.at)
