"""A desk and a sender over a configuration, on a clock that only moves when it is moved or slept on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from colter.app.alerting.about import read_about
from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import read_plan
from colter.app.alerting.sender import Sender
from colter.app.cycle import commit
from colter.app.registry import Parts, make_notifier
from colter.config.settings import Settings, make_settings
from colter.config.yaml.document import parse_document
from colter.core.errors import ColterError
from colter.core.model import EndpointState, ProbeResult, Reason, Round
from colter.core.ports import Notifier, Store
from colter.net.http import Http
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.config.opening import locked
from tests.fakes.clock import START, FakeClock
from tests.fakes.leaping import LeapingLoop

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = [f"e{number}" for number in range(40)]
ENDPOINTS = "\n".join(f"  - {{name: {name}, url: 'https://{name}.example.org/'}}" for name in NAMES)
_PAGE = """\
probe: {{down_after: 1, up_after: 1}}
{smtp}
endpoints:
{endpoints}
alerts:
{alerts}
"""


def configured(alerts: str, smtp: str = "") -> Settings:
    """`alerts`: what stands in that section, without indentation; `smtp`: that section, whole."""
    indented = "\n".join(f"  {line}" for line in alerts.splitlines())
    text = _PAGE.format(endpoints=ENDPOINTS, alerts=indented, smtp=smtp)
    return make_settings(parse_document(text.encode(), "config.yaml"), {}, locked)


@dataclass
class Booth:
    settings: Settings
    store: Store
    clock: FakeClock
    http: Http
    wait: timedelta
    rounds: int = 0
    make: Callable[[str], Awaitable[Notifier]] | None = None
    desk: Desk = field(init=False)
    sender: Sender = field(init=False)

    async def begin(self) -> None:
        """As a process does; what an earlier one had in memory is forgotten."""
        plan = read_plan(self.settings.config, rhythm=MINUTE)
        self.desk = Desk(plan, self.store, self.clock, wait=self.wait)
        about = read_about(self.settings.config)
        self.sender = Sender(self.store, self.clock, self.desk, plan=plan, make=self.make or self._make, about=about)
        decided = await self.desk.load()
        await self.store.exchange(decided.deliveries, states=decided.states)

    async def _make(self, name: str) -> Notifier:
        return make_notifier(name, Parts(self.settings, lambda: self.http, self.store, self.clock))

    async def look(self, down: str = "", up: str = "") -> None:
        """One round, in which these endpoints are down and those are up."""
        now = self.clock.now()
        results = [
            ProbeResult(name, f"https://{name}.example.org/", now, state, reason, detail)
            for names, state, reason, detail in (
                (down, EndpointState.DOWN, Reason.HTTP_STATUS, "status is 500"),
                (up, EndpointState.UP, None, None),
            )
            for name in names.split()
        ]
        self.rounds += 1
        done = Round(f"round-{self.rounds}", now, now, results=results)
        assert await commit(self.store, done, decided=await self.desk.decide(done)) is None

    async def tell(self, patience: timedelta = timedelta(0)) -> list[str]:
        """Tell what is owed; what went wrong."""
        return [str(problem) for problem in await self.problems(patience)]

    async def problems(self, patience: timedelta = timedelta(0)) -> list[ColterError]:
        return await self.sender.tell(patience)

    async def owed(self) -> list[str]:
        return [delivery.key.partition(":")[2] for delivery in await self.store.owed()]

    async def dead(self) -> list[tuple[str, str]]:
        """Channels and reasons of what was given up."""
        return [(each.to, each.last_error or "") for each in await self.store.undelivered() if each.settled]


Story = Callable[[Booth], Awaitable[None]]


@asynccontextmanager
async def opened(
    settings: Settings, folder: Path | None = None, wait: timedelta = timedelta(0), start: datetime = START
) -> AsyncIterator[Booth]:
    """With a history on disk where a folder is given."""
    clock = FakeClock(start)
    store: Store = MemoryStore(clock) if folder is None else SqlStore(folder / "state.db", clock, {})
    await store.open()
    try:
        async with Http(clock) as http:
            booth = Booth(settings, store, clock, http, wait)
            await booth.begin()
            try:
                yield booth
            finally:
                await booth.sender.close()
    finally:
        await store.close()


def play(
    story: Story,
    alerts: str,
    folder: Path | None = None,
    *,
    wait: timedelta = timedelta(0),
    smtp: str = "",
    start: datetime = START,
) -> None:
    async def run() -> None:
        async with opened(configured(alerts, smtp), folder, wait, start) as booth:
            await story(booth)

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(run())


async def soon(holds: Callable[[], object]) -> None:
    """Wait for what a server in a thread of its own will have seen."""
    async with asyncio.timeout(300):
        while not holds():  # noqa: ASYNC110  threads know of no event of a loop
            await asyncio.sleep(0.005)  # noqa: TID251  the same


def leap(length: timedelta) -> None:
    """Let deadlines within a story pass."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapingLoop)
    loop.leap(length)
