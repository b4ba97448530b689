"""A history file that is used, and what is told when that is not possible."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from colter.core.errors import StateError
from colter.core.model import AlertState, DailyCount, Delivery, Event
from colter.core.ports import Cached
from colter.store.sql import SqlStore
from tests.fakes.clock import START
from tests.store.making import FLASK, FOR_EVER, STARS, answer, at, done, look, opened

Story = Callable[[SqlStore], Awaitable[object]]


async def nothing(_store: SqlStore) -> None:
    """To open and to close it."""


async def commit(store: SqlStore) -> None:
    """Keep a round."""
    await store.commit(done("a round", answer()))


async def read_all(store: SqlStore) -> None:
    """Look at everything."""
    async with asyncio.timeout(300):
        await store.status()
        await store.rounds(*FOR_EVER)


def use(path: Path, story: Story = nothing) -> None:
    """Open it, and do this."""

    async def run() -> None:
        async with opened(path) as store:
            await story(store)

    asyncio.run(run())


def trouble(path: Path, story: Story = nothing) -> StateError:
    """Why that is not possible, told with advice."""
    with pytest.raises(StateError) as caught:
        use(path, story)
    assert caught.value.hint
    return caught.value


def well_used(folder: Path) -> Path:
    """A file with something in every table."""
    path = folder / "state.db"

    async def story(store: SqlStore) -> None:
        for minutes in range(6):
            reading = replace(
                look(minutes, identity="R_1", values={STARS: minutes}),
                info={"language": "Python"},
                missing={"traffic": "no access"},
                events=[Event("issue", str(minutes), "It breaks", at(minutes))],
                daily=[DailyCount("views", START.date() + timedelta(days=minutes), minutes)],
                marks={"issue": str(minutes)},
            )
            key = f"round {minutes}"
            await store.commit(
                done(key, reading, *(answer(minutes, f"endpoint {number}") for number in range(20)), minutes=minutes),
                [AlertState(FLASK, "stars", "ok", at(minutes))],
                [Delivery(key, "sink", "influx", at(minutes), round_key=key)],
            )
        await store.cache("a page", Cached(b"body", "etag", at(0), at(1)))

    use(path, story)
    return path
