"""Somebody who watches packages round after round."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from colter.core.model import Reading, Round
from colter.core.ports import Recall
from colter.net.http import Http
from colter.sources.pypi.source import PyPI
from colter.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.pypi import FakePyPI, fake_pypi


@dataclass
class Watch:
    """An index, a clock and a memory. Each look is a round of its own, as after a restart."""

    fake: FakePyPI
    clock: FakeClock
    store: MemoryStore = field(default_factory=MemoryStore)
    rounds: int = 0

    def look(
        self,
        *packages: str,
        splits: frozenset[str] = frozenset(),
        index_url: str | None = None,
        stats_url: str | None = None,
        keep: bool = True,
    ) -> dict[str, Reading]:
        """The readings of one round by package; committed, unless it is a dry run."""

        async def run() -> dict[str, Reading]:
            async with Http(self.clock) as http:
                source = self.source(*packages, http=http, splits=splits, index_url=index_url, stats_url=stats_url)
                return await self._round(source, keep=keep)

        return asyncio.run(run())

    def look_often(
        self, *packages: str, rounds: int, every: timedelta, before: Callable[[], None] = lambda: None
    ) -> list[dict[str, Reading]]:
        """The same round after round, by a new source each time."""

        async def run() -> list[dict[str, Reading]]:
            found = []
            async with Http(self.clock) as http:
                for _ in range(rounds):
                    before()
                    found.append(await self._round(self.source(*packages, http=http), keep=True))
                    self.clock.advance(every)
            return found

        return asyncio.run(run())

    def source(
        self,
        *packages: str,
        http: Http,
        recall: Recall | None = None,
        splits: frozenset[str] = frozenset(),
        index_url: str | None = None,
        stats_url: str | None = None,
    ) -> PyPI:
        return PyPI(
            packages=packages,
            splits=splits,
            index_url=index_url or f"{self.fake.url}/simple/",
            stats_url=stats_url or self.fake.url,
            http=http,
            recall=recall or self.store,
            clock=self.clock,
        )

    async def _round(self, source: PyPI, *, keep: bool) -> dict[str, Reading]:
        readings: list[Reading] = []
        await source.collect(readings.append)
        self.rounds += 1
        if keep:
            await self.store.commit(Round(str(self.rounds), self.clock.now(), self.clock.now(), readings))
        found = {reading.target.name: reading for reading in readings}
        assert len(found) == len(readings), "a target was read twice"
        return found


@contextmanager
def watching() -> Iterator[Watch]:
    clock = FakeClock()
    with fake_pypi(clock) as fake:
        yield Watch(fake, clock)
