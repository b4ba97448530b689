"""A desk over every store there is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from colter.app.registry import catalogue
from colter.config.schema.config import Config
from colter.core.ports import Store
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.alerting_app.deskwork import Work
from tests.fakes.clock import FakeClock

Story = Callable[[Work], Awaitable[None]]
AtWork = Callable[[Config, Story], None]


@pytest.fixture(params=["memory", "sqlite"])
def at_work(request: pytest.FixtureRequest, tmp_path: Path) -> AtWork:
    """Run a story at a desk with this configuration, over an open store."""

    async def run(config: Config, story: Story) -> None:
        clock = FakeClock()
        store: Store = MemoryStore(clock)
        if request.param == "sqlite":
            store = SqlStore(tmp_path / "state" / "state.db", clock, catalogue())
        await store.open()
        try:
            work = Work(store, clock, config)
            await work.begin()
            await story(work)
        finally:
            await store.close()

    return lambda config, story: asyncio.run(run(config, story))
