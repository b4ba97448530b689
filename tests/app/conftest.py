"""An office over every store there is."""

import asyncio
from pathlib import Path

import pytest

from colter.core.ports import Store
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.app.office import Office, Story, Tell
from tests.fakes.clock import FakeClock


@pytest.fixture(params=["memory", "sqlite"])
def tell(request: pytest.FixtureRequest, tmp_path: Path) -> Tell:
    """Run a story over an open store."""

    async def run(story: Story) -> None:
        clock = FakeClock()
        store: Store = MemoryStore(clock)
        if request.param == "sqlite":
            store = SqlStore(tmp_path / "state" / "state.db", clock, {})
        await store.open()
        try:
            await story(Office(store, clock))
        finally:
            await store.close()

    return lambda story: asyncio.run(run(story))
