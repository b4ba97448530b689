"""Keeps beats: the reports of jobs that they have begun, are done, or have failed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colter.app.history.opening import DATABASE
from colter.core.model import Beat, BeatKind, LastBeats
from colter.store import beats
from colter.store.at_once import change_at_once

if TYPE_CHECKING:  # whoever only reports does without
    from colter.core.clock import Clock
    from colter.core.ports import Store


def keep_beat_at_once(beat: Beat, state_dir: Path) -> bool:
    """Keep a beat as `keep_beat` does, at a tenth of the cost, if the history is there and in order.

    Returns:
        Whether it was kept. If not, `keep_beat` is to be used.
    """
    return change_at_once(
        state_dir / DATABASE,
        lambda history: beats.keep_beat(history.execute, _timed(beat, beats.read_last_beats(history.execute))),
    )


async def keep_beat(beat: Beat, state_dir: Path, clock: "Clock") -> None:
    """Keep a beat in the history of this directory. Of an end it is noted how long the run took, if its start is known.

    Raises:
        StateError: it could not be kept.
    """
    from colter.app.registry import catalogue  # noqa: PLC0415  what `keep_beat_at_once` is there to save
    from colter.store.sql import SqlStore  # noqa: PLC0415  the same

    store = SqlStore(state_dir / DATABASE, clock, catalogue())
    await store.open()
    try:
        await keep_beat_in(store, beat)
    finally:
        await store.close()


async def keep_beat_in(store: "Store", beat: Beat) -> None:
    """Do the same in a history that is open."""
    await store.keep_beat(_timed(beat, await store.last_beats()))


def _timed(beat: Beat, known: Sequence[LastBeats]) -> Beat:
    if beat.kind is BeatKind.START or beat.ran is not None:
        return beat
    last = next((last for last in known if last.endpoint == beat.endpoint), None)
    if last is None or last.started is None or last.started.at > beat.at:
        return beat
    if last.ended and last.ended.at >= last.started.at:
        return beat
    return replace(beat, ran=beat.at - last.started.at)
