"""Recipients in memory, and an office with a store, a clock and couriers for them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from colter.app.cycle import commit
from colter.app.delivering.courier import Bounds, Courier
from colter.app.delivering.routes import ToDisplay, ToSink
from colter.core.errors import Answer, DeliveryError
from colter.core.model import EndpointState, Entry, Latest, Owing, ProbeResult, Round
from colter.core.ports import Store
from tests.fakes.clock import FakeClock

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PATIENCE = 30 * SECOND


@dataclass
class Shelf:
    """A sink in memory. Before it takes a request, it does the next thing of its plan: fail, or whatever else."""

    plan: list[DeliveryError | Callable[[], Awaitable[None]] | None] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()
    batch: int = 5000
    at_once: int = 1
    name: str = "shelf"
    requests: list[list[str]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def encode(self, entry: Entry) -> Sequence[str]:
        return [f"{entry.round.key}/{entry.position}"]

    async def send(self, items: Sequence[str]) -> None:
        self.requests.append(list(items))
        step = self.plan.pop(0) if self.plan else None
        if isinstance(step, DeliveryError):
            raise step
        if step:
            await step()
        if bad := self.refuses.intersection(items):
            raise DeliveryError(f"{min(bad)} is bad", answer=Answer.REFUSED)
        self.taken += items

    def show(self, item: str) -> str:
        return item

    async def close(self) -> None: ...


@dataclass
class Board:
    """A display in memory."""

    plan: list[DeliveryError | None] = field(default_factory=list)
    shown: list[Sequence[Latest]] = field(default_factory=list)
    name: str = "board"

    async def show(self, latest: Sequence[Latest]) -> None:
        if self.plan and (error := self.plan.pop(0)):
            raise error
        self.shown.append(latest)

    async def clear(self) -> None: ...

    async def close(self) -> None: ...


@dataclass
class Office:
    """A store with its clock, and couriers that share them."""

    store: Store
    clock: FakeClock

    async def owe(self, *rounds: str, entries: int = 2, to: str = "shelf") -> None:
        """Commit rounds with these keys, a second after each other."""
        for key in rounds:
            self.clock.advance(SECOND)
            now = self.clock.now()
            results = tuple(
                ProbeResult(f"e{number}", "https://example.org/", now, EndpointState.UP) for number in range(entries)
            )
            assert await commit(self.store, Round(key, now, now, results=results), [to]) is None

    def courier(self, to: Shelf | Board, holder: str = "me", bounds: Bounds = Bounds()) -> Courier:  # noqa: B008  frozen
        route = ToDisplay(to, self.store) if isinstance(to, Board) else ToSink(to, self.store)
        return Courier(route, self.store, self.clock, holder, bounds=bounds)

    async def deliver(self, to: Shelf | Board, patience: timedelta = PATIENCE) -> Courier:
        courier = self.courier(to)
        await courier.deliver(patience)
        return courier

    async def fails(self, to: Shelf | Board, match: str, patience: timedelta = PATIENCE) -> DeliveryError:
        """Deliver, and return the error that it must end with."""
        with pytest.raises(DeliveryError, match=match) as caught:
            await self.deliver(to, patience)
        return caught.value

    async def owed(self) -> list[str]:
        return [delivery.round_key or "" for delivery in await self.store.owed()]

    async def owing(self, to: str = "shelf") -> Owing:
        return next((owing for owing in await self.store.owing() if owing.to == to), Owing("sink", to))


def later(retry_after: timedelta | None = None) -> DeliveryError:
    return DeliveryError("shelf: out of reach", retry_after=retry_after)


Story = Callable[[Office], Awaitable[None]]
Tell = Callable[[Story], None]
