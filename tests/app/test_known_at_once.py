"""What `colter status` tells comes straight out of a history that is there and well; else it is opened in full."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from colter.app.history.last_known import Known, read_known, read_known_at_once
from colter.app.history.opening import DATABASE
from colter.core.model import Beat, BeatKind, Delivery, EndpointState
from tests.beats.jobs import NAME, job
from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock
from tests.store.making import FORKS, FULL_READING, STARS, answer, at, done, look, opened
from tests.store.troubles import damaged, foreign, missing, newer, older, run

JOBS = (job(), job().model_copy(update={"name": "never"}))


@pytest.fixture
def history(tmp_path: Path) -> Path:
    async def fill() -> None:
        async with opened(tmp_path / DATABASE) as store:
            owed = [Delivery("one>influx", "sink", "influx", START, round_key="one")]
            desk = [Delivery("later", "desk", "", START)]
            await store.commit(done("one", FULL_READING, answer(), answer(0, "other", EndpointState.DOWN)), (), owed)
            await store.commit(done("two", look(5, values={STARS: 7, FORKS: 1}), answer(5), minutes=5), (), desk)
            await store.commit(done("three", look(6, problem="gone"), minutes=6))
            await store.note("channel", "ops", "refused", retry_at=at(9))
            await store.keep_beat(Beat(NAME, START, BeatKind.START))
            await store.keep_beat(Beat(NAME, at(1), BeatKind.FAILURE, exit_code=3))

    asyncio.run(fill())
    return tmp_path / DATABASE


def test_it_is_what_an_opened_history_tells(history: Path) -> None:
    async def read() -> Known:
        async with opened(history) as store:
            return await read_known(store, JOBS, FakeClock())

    before = history.read_bytes()
    found = read_known_at_once(history.parent, JOBS, FakeClock())
    assert history.read_bytes() == before
    assert found == asyncio.run(read())
    assert [str(each.target) for each in found.targets] == [
        "github:pallets/flask",
        "probe:api",
        "probe:backup",
        "probe:never",
        "probe:other",
    ]
    assert [(each.lane, each.to, each.entries) for each in found.owing] == [
        ("channel", "ops", 0),
        ("sink", "influx", 3),
    ]


def unsound(history: Path) -> None:
    """A row that its index does not know: whoever only reads the table would not see it."""
    run(history, "PRAGMA writable_schema = ON", "DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_outbox_1'")


def garbled(history: Path) -> None:
    run(history, "UPDATE outcome SET state = 'strange'")


def nameless(history: Path) -> None:
    run(history, "PRAGMA foreign_keys = OFF", "DELETE FROM target_name WHERE source = 'probe'")


@pytest.mark.parametrize("trouble", [missing, foreign, newer, older, damaged, unsound, garbled, nameless])
def test_where_anything_is_in_the_way_it_is_opened_in_full(history: Path, trouble: Callable[[Path], None]) -> None:
    trouble(history)
    assert read_known_at_once(history.parent, JOBS, FakeClock()) is None


def test_nobody_who_writes_is_waited_for(history: Path) -> None:
    with closing(sqlite3.connect(history, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        holder.execute("DELETE FROM last_result")
        found = read_known_at_once(history.parent, (), FakeClock())
    assert found
    assert [str(each.target) for each in found.targets] == ["github:pallets/flask", "probe:api", "probe:other"]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (newer, "{path} was written by a newer Colter (schema 9999)"),
        (unsound, "{path} is damaged"),
        (garbled, "{path} is damaged"),
    ],
)
def test_what_is_wrong_with_it_is_told(history: Path, trouble: Callable[[Path], None], told: str) -> None:
    trouble(history)
    done = Machine(history.parent).inside("--state", str(history.parent), "status")
    assert done.err.splitlines()[0] == f"colter: {told.format(path=history)}"
