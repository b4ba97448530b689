"""Every store there is, for the contract suite."""

import asyncio
from pathlib import Path

import pytest

from colter.core.ports import Store
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS, Story, Tell


@pytest.fixture
def clock() -> FakeClock:
    """The time that the store sees."""
    return FakeClock()


@pytest.fixture(params=["memory", "sqlite"])
def tell(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Tell:
    """Run a story against an open store."""

    async def run(story: Story) -> None:
        store: Store = MemoryStore(clock)
        if request.param == "sqlite":
            store = SqlStore(tmp_path / "state" / "state.db", clock, METRICS)
        await store.open()
        try:
            await story(store)
        finally:
            await store.close()
            await store.close()

    return lambda story: asyncio.run(run(story))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file without rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "state.db"

    async def make() -> None:
        store = SqlStore(path, FakeClock(), METRICS)
        await store.open()
        await store.close()

    asyncio.run(make())
    return path
