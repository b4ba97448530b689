"""What a process does that decides and tells, until it is killed: round after round, as a script has them."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from colter.app.alerting.about import read_about
from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import read_plan
from colter.app.alerting.sender import Sender
from colter.app.cycle import commit
from colter.app.registry import Parts, make_notifier
from colter.config.settings import Settings, make_settings
from colter.config.yaml.document import parse_document
from colter.core.clock import Clock, SystemClock
from colter.core.message import Message
from colter.core.model import EndpointState, ProbeResult, Reason, Round
from colter.core.ports import Notifier
from colter.net.http import Http
from tests.config.opening import locked
from tests.fakes.clock import START, FakeClock
from tests.faults.life import MarkedStore, Marks

NAMES = [f"e{number}" for number in range(8)]
COUNT = 2
"""So many looks in a row begin an alert, and so many end it."""
_INTERVAL = timedelta(minutes=1)
_LONGEST_PHASE = 25  # looks
_PAUSE = timedelta(milliseconds=2)


@dataclass(frozen=True)
class AlertPlan:
    """Where everything is."""

    folder: str
    url: str
    """Of the receiver."""
    seed: int

    @property
    def state(self) -> Path:
        """The history."""
        return Path(self.folder, "state.db")

    @property
    def settings(self) -> Settings:
        """The configuration."""
        endpoints = "\n".join(f"  - {{name: {name}, url: 'https://{name}.example.org/'}}" for name in NAMES)
        text = f"probe: {{down_after: {COUNT}, up_after: {COUNT}, interval: 1m}}\nendpoints:\n{endpoints}\n"
        text += f"alerts: {{channels: {{hook: {{type: webhook, url: '{self.url}'}}}}}}\n"
        return make_settings(parse_document(text.encode(), "config.yaml"), {}, locked)


class RoundClock:
    """The wall clock says when the round is that is going on; lengths are those of the machine's own clock."""

    def __init__(self) -> None:
        self.round = 0
        self._machine = SystemClock()

    def now(self) -> datetime:
        return time_of(self.round)

    def monotonic(self) -> float:
        return self._machine.monotonic()

    async def sleep(self, length: timedelta) -> None:
        await self._machine.sleep(length)


def time_of(number: int) -> datetime:
    """Of the round with this number."""
    return START + number * _INTERVAL


def is_down(name: str, number: int, seed: int) -> bool:
    """Whether the script has this endpoint down in the round with this number."""
    return _script(name, seed, 1 + number // 10_000)[number]


@cache
def _script(name: str, seed: int, length: int) -> list[bool]:
    chance, script, down = random.Random(f"{seed} {name}"), list[bool](), False
    while len(script) < 10_000 * length:
        script += [down] * chance.choice([1, 2, 3, chance.randint(1, _LONGEST_PHASE)])
        down = not down
    return script


def make(number: int, seed: int) -> Round:
    """The round with this number."""
    at = time_of(number)
    results = [
        ProbeResult(name, f"https://{name}.example.org/", at, EndpointState.DOWN, Reason.HTTP_STATUS, "status is 500")
        if is_down(name, number, seed)
        else ProbeResult(name, f"https://{name}.example.org/", at, EndpointState.UP)
        for name in NAMES
    ]
    return Round(f"{number:08d}", at, at, results=results)


async def live(plan: AlertPlan, settings: Settings, http: Http, kept: Callable[[int], None], marks: Marks) -> None:
    """Go on where the history ends: look, decide, commit, and tell meanwhile. `kept` is told of every commit."""
    clock = RoundClock()
    async with opened(plan, settings, http, clock, marks) as (store, desk, sender):
        number = clock.round = await next_round(store)
        decided = await desk.load()
        await store.exchange(decided.deliveries, states=decided.states)
        telling = asyncio.create_task(sender.run())
        while not telling.done():
            clock.round = number
            done = make(number, plan.seed)
            failed = await commit(store, done, decided=await desk.decide(done))
            if failed:
                raise failed
            kept(number)
            sender.wake()
            await clock.sleep(_PAUSE)
            number += 1
        await telling


async def tell_all(plan: AlertPlan, settings: Settings, http: Http) -> int:
    """Tell in peace all that is owed; how many rounds there are."""
    async with opened(plan, settings, http, SystemClock(), Marks(bytearray(3))) as (store, _, _):
        rounds = await next_round(store)
    clock = FakeClock(time_of(rounds))
    async with opened(plan, settings, http, clock, Marks(bytearray(3))) as (store, desk, sender):
        decided = await desk.load()
        await store.exchange(decided.deliveries, states=decided.states)
        problems = await sender.tell(timedelta(hours=2))
        assert not problems, problems
        assert not [owed for owed in await store.owed() if owed.lane == "channel"]
    return rounds


async def next_round(store: MarkedStore) -> int:
    """Number of the first round that is not in the history."""
    latest = [result.at for each in await store.latest() for result in each.results]
    return (max(latest) - START) // _INTERVAL + 1 if latest else 0


@asynccontextmanager
async def opened(
    plan: AlertPlan, settings: Settings, http: Http, clock: Clock, marks: Marks
) -> AsyncIterator[tuple[MarkedStore, Desk, Sender]]:
    """The history, and those who decide and tell."""
    store = MarkedStore(plan.state, clock, {})
    store.going_on = marks
    alerts = read_plan(settings.config, rhythm=_INTERVAL)
    desk = Desk(alerts, store, clock)

    async def make_marked(name: str) -> Notifier:
        return _Marked(make_notifier(name, Parts(settings, lambda: http, store, clock)), marks)

    sender = Sender(store, clock, desk, plan=alerts, make=make_marked, about=read_about(settings.config))
    await store.open()
    try:
        yield store, desk, sender
    finally:
        await sender.close()
        await store.close()


class _Marked:
    """Says when it sends."""

    def __init__(self, notifier: Notifier, marks: Marks) -> None:
        self.name = notifier.name
        self._notifier = notifier
        self._marks = marks

    async def send(self, message: Message) -> None:
        with self._marks.during("send"):
            await self._notifier.send(message)

    async def close(self) -> None:
        await self._notifier.close()
