"""What a process does between its birth and its being killed: commit rounds, say so, and bring them to all sinks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from colter.app.cycle import commit
from colter.app.delivering.courier import Bounds, Courier
from colter.app.delivering.routes import ToDisplay, ToSink
from colter.app.registry import Parts, make_sink
from colter.config.settings import make_settings
from colter.core.clock import SystemClock
from colter.core.errors import DeliveryError
from colter.core.model import AlertState, Delivery, Entry, Latest, Refusal, Round
from colter.core.ports import Display, Sink
from colter.net.http import Http
from colter.store.sql import SqlStore
from tests.faults.numbered import METRICS, numbered

Word = Literal["begun", "kept"]
Phase = Literal["commit", "send", "settle"]
PHASES: Sequence[Phase] = ("commit", "send", "settle")
LEASE = timedelta(seconds=0.2)
PATIENCE = timedelta(seconds=30)
_SHORT_PAUSE = timedelta(seconds=0.02)
_FOR_EVER = Bounds(age=timedelta(days=36_500))  # the rounds bear the fixed times of tests


@dataclass(frozen=True)
class Plan:
    """Where everything is."""

    folder: str
    sinks: Mapping[str, tuple[str, Mapping[str, str]]]
    """By recipient: the name of a sink, and its settings as environment variables."""

    @property
    def state(self) -> Path:
        """The history."""
        return Path(self.folder, "state", "state.db")


class Marks:
    """What is going on at this moment, in memory that outlives the process."""

    def __init__(self, memory: Any) -> None:
        """`memory`: one byte for each phase."""
        self._memory = memory

    @contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """Mark the phase while this lasts; several may be in it at once."""
        place = PHASES.index(phase)
        self._memory[place] += 1
        try:
            yield
        finally:
            self._memory[place] -= 1

    def seen(self) -> list[Phase]:
        """The phases that are going on."""
        return [phase for place, phase in enumerate(PHASES) if self._memory[place]]

    def forget(self) -> None:
        """Nobody is left who would end them."""
        self._memory[: len(PHASES)] = bytes(len(PHASES))


async def begin(plan: Plan, http: Http) -> None:
    """Commit and deliver round 0: all tables are there then, and all is imported that a life imports."""
    async with _opened(plan, http, Marks(bytearray(len(PHASES)))) as (store, couriers):
        failed = await commit(store, numbered(0), plan.sinks)
        assert failed is None
        for courier in couriers:  # not at once: alembic cannot make the tables of several databases side by side
            await courier.deliver(PATIENCE)


async def live(plan: Plan, http: Http, numbers: Iterable[int], tell: Callable[[Word, int], None], marks: Marks) -> None:
    """Commit round after round, and deliver each.

    Args:
        plan: where everything is.
        http: the way out; not used before.
        numbers: of the rounds.
        tell: of `begun` before and of `kept` after each commit, with the number.
        marks: what is going on.
    """
    async with _opened(plan, http, marks) as (store, couriers):
        for number in numbers:
            tell("begun", number)
            failed = await commit(store, numbered(number), plan.sinks)
            if failed:
                raise failed
            tell("kept", number)
            async with asyncio.TaskGroup() as group:
                for courier in couriers:
                    group.create_task(_once(courier))


async def deliver_all(plan: Plan, http: Http) -> None:
    """Deliver in peace all that is owed; DeliveryError if that cannot be done."""
    async with _opened(plan, http, Marks(bytearray(len(PHASES)))) as (_, couriers), asyncio.TaskGroup() as group:
        for courier in couriers:
            group.create_task(courier.deliver(PATIENCE))


async def _once(courier: Courier) -> None:
    """Without patience: a dead process may still hold the right for a moment, and the next round comes soon."""
    try:
        await courier.deliver(timedelta())
    except DeliveryError as error:
        if "another Colter" not in str(error):
            raise
        await courier.clock.sleep(_SHORT_PAUSE)


@asynccontextmanager
async def _opened(plan: Plan, http: Http, marks: Marks) -> AsyncIterator[tuple[SqlStore, list[Courier]]]:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        store = MarkedStore(plan.state, clock, METRICS)
        store.going_on = marks
        stack.push_async_callback(store.close)
        await store.open()
        await stack.enter_async_context(http)
        couriers = []
        for recipient, (name, env) in plan.sinks.items():
            settings = make_settings(None, env, _nothing_is_locked)
            sink = make_sink(name, Parts(settings, lambda: http, store, clock))
            stack.push_async_callback(sink.close)
            route = (
                ToDisplay(_Display(recipient, sink, marks), store)
                if isinstance(sink, Display)
                else ToSink(_Sink(recipient, sink, marks), store)
            )
            holder = f"{recipient} {id(stack)} {clock.monotonic()}"
            couriers.append(Courier(route, store, clock, holder, bounds=_FOR_EVER, lease=LEASE))
        yield store, couriers


def _nothing_is_locked(_: str) -> Any:
    raise AssertionError("no secret of a test is sealed")


class MarkedStore(SqlStore):
    """Says when it commits and when it settles."""

    going_on: Marks

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        with self.going_on.during("commit"):
            return await super().commit(done, states, deliveries)

    async def settle(self, keys: Sequence[str], refused: Sequence[Refusal] = ()) -> None:
        with self.going_on.during("settle"):
            await super().settle(keys, refused)


class _Sink:
    """A sink under the name of a recipient, as there are several of one kind; says when it sends."""

    def __init__(self, name: str, sink: Sink[Any], marks: Marks) -> None:
        self.name = name
        self.batch = sink.batch
        self.at_once = sink.at_once
        self._sink = sink
        self._marks = marks

    def encode(self, entry: Entry) -> Sequence[Any]:
        return self._sink.encode(entry)

    async def send(self, items: Sequence[Any]) -> None:
        with self._marks.during("send"):
            await self._sink.send(items)

    def show(self, item: Any) -> str:
        return self._sink.show(item)

    async def close(self) -> None:
        await self._sink.close()


class _Display:
    """The same for a display."""

    def __init__(self, name: str, display: Display, marks: Marks) -> None:
        self.name = name
        self._display = display
        self._marks = marks

    async def show(self, latest: Sequence[Latest]) -> None:
        with self._marks.during("send"):
            await self._display.show(latest)

    async def clear(self) -> None:
        await self._display.clear()

    async def close(self) -> None:
        await self._display.close()
