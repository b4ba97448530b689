"""A report goes straight into a history that is there and well; anything else is left to whoever opens it in full."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from colter.app.history.beats import keep_beat, keep_beat_at_once
from colter.app.history.opening import DATABASE
from colter.core.clock import SystemClock
from colter.core.model import Beat, BeatKind, LastBeats
from colter.store.sql import SqlStore
from tests.beats.jobs import NAME, minutes
from tests.beats.wrapping import CONFIG
from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock
from tests.store.troubles import damaged, foreign, missing, newer, older, run

BEGUN, DONE = Beat(NAME, START, BeatKind.START), Beat(NAME, START + minutes(3), BeatKind.SUCCESS)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    asyncio.run(keep_beat(BEGUN, tmp_path, FakeClock()))
    return tmp_path / DATABASE


def known(history: Path) -> list[LastBeats]:
    async def read() -> list[LastBeats]:
        store = SqlStore(history, FakeClock(), {})
        await store.open()
        try:
            return list(await store.last_beats())
        finally:
            await store.close()

    return asyncio.run(read())


def test_it_is_the_same_beat_that_the_store_keeps(history: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for beat in (BEGUN, DONE):
        asyncio.run(keep_beat(beat, other, FakeClock()))
        assert keep_beat_at_once(beat, history.parent)
    assert known(history) == known(other / DATABASE)
    [last] = known(history)
    assert last == LastBeats(NAME, BEGUN, replace(DONE, ran=minutes(3)))


def garbled(history: Path) -> None:
    run(history, "UPDATE beat SET kind = 'strange'")


def locked(history: Path) -> Any:
    holder = sqlite3.connect(history, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    return closing(holder)


def pages(history: Path) -> bytes | None:
    return history.read_bytes()[100:] if history.exists() else None  # without the header: a log may have begun


@pytest.mark.parametrize("trouble", [missing, foreign, newer, older, damaged, garbled, locked])
def test_where_anything_is_in_the_way_nothing_is_done(history: Path, trouble: Callable[[Path], Any]) -> None:
    with trouble(history) or nullcontext():
        before = pages(history)
        assert not keep_beat_at_once(DONE, history.parent)
        assert pages(history) == before


def test_a_job_that_is_not_configured_any_more_is_unknown_at_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.configure(CONFIG)
    assert [machine.inside("beat", "backup", clock=SystemClock()).code for _ in range(3)] == [0, 0, 0]
    machine.configure(CONFIG.replace("backup", "restore"))
    assert machine.inside("beat", "backup", clock=SystemClock()).code == 2
    assert machine.inside("beat", "restore", clock=SystemClock()).code == 0
    machine.configure(CONFIG)
    told = {"COLTER_LOG__LEVEL": "nonsense"}  # what the environment says may change names as well: it is all read
    assert machine.inside("beat", "backup", clock=SystemClock(), env=told).code == 3
