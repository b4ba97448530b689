"""The sinks of one run: each opened when it is first used, and brought what it is owed."""

import asyncio
import logging
import os
import platform
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from colter.app.cycle import bug
from colter.app.delivering.courier import Bounds, Courier
from colter.app.delivering.routes import Newest, Route, ToDisplay, ToSink
from colter.core.clock import Clock
from colter.core.errors import ColterError, DeliveryError
from colter.core.model import Refusal
from colter.core.ports import Display, Sink, Store

log = logging.getLogger(__name__)

FLUSH = timedelta(seconds=10)
"""A daemon gathers rounds for so long before it brings them to a sink: a request a second would serve nobody."""
_LONGEST_REST = timedelta(minutes=5)
_WELL = timedelta(minutes=10)
"""What takes something again and has lost nothing for so long may lose something anew."""

AnySink = Sink[Any] | Display
Arrived = Callable[[str, int | None], None]
"""Told of a sink and how many more measurements are safe there; None: it takes nothing just now, and is tried again."""


def ignore(_sink: str, _count: int | None) -> None:
    """For those who wait for the end."""


async def ignore_loss(_sink: str, _what: str) -> None:
    """For those who read the log."""


class Deliveries:
    """What is owed, on its way to the sinks; close it before the store."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        make: Callable[[str], Awaitable[AnySink]],
        bounds: Bounds,
        *,
        lasting: bool,
        latest: Newest | None = None,
        lost: Callable[[str, str], Awaitable[None]] = ignore_loss,
    ) -> None:
        """Nothing is on its way yet.

        Args:
            store: the history.
            clock: the time.
            make: makes a sink by its name.
            bounds: how much may be owed to each.
            lasting: what is not taken now is still owed in the next run.
            latest: what displays show; None: all that the history takes for watched.
            lost: told once, while it serves, of a sink that takes nothing and will never get some of what it is owed.
        """
        self._store = store
        self._clock = clock
        self._make = make
        self._bounds = bounds
        self._fate = "kept; the next run with this sink delivers it" if lasting else "lost, because nothing is kept"
        self._holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._sinks: dict[str, AnySink] = {}
        self._routes: dict[str, Route] = {}
        """To those of them that were brought something: each knows how much its recipient has taken at a time."""
        self._stale: set[str] = set()
        """Those of them that were made by settings that do not hold any more."""
        self._refused: defaultdict[str, list[Refusal]] = defaultdict(list)
        self._latest = latest
        self._lost = lost
        self._losing: dict[str, datetime] = {}
        """Those that have lost something of late, each with when it last did."""
        self._losses: dict[str, str] = {}
        """What there is to tell of that."""

    def adopt(self, bounds: Bounds, changed: Iterable[str]) -> None:
        """Go on by other settings; these sinks are made anew when they are used next."""
        self._bounds = bounds
        self._stale |= self._sinks.keys() & set(changed)

    async def sink(self, name: str) -> AnySink:
        """A sink by its name; ColterError when its settings or secrets are not usable."""
        if name in self._stale:
            self._stale.discard(name)
            self._routes.pop(name, None)
            await self._sinks.pop(name).close()
        if name not in self._sinks:
            self._sinks[name] = await self._make(name)
        return self._sinks[name]

    async def deliver(self, sinks: Iterable[str], patience: timedelta, arrived: Arrived = ignore) -> list[ColterError]:
        """Bring all these sinks what they are owed, side by side; what they do not take stays owed.

        Args:
            sinks: their names.
            patience: how long to go on with a sink that takes nothing.
            arrived: told how it goes.

        Returns:
            What went wrong, sink by sink.
        """
        problems = await self._all(sinks, patience, arrived)
        return problems + [_told(name, refused) for name, refused in self._refused.items() if refused]

    async def serve(self, sinks: Iterable[str]) -> None:
        """Bring these sinks what they are owed, again and again, until cancelled; what goes wrong is logged."""
        async with asyncio.TaskGroup() as group:
            for name in sinks:
                group.create_task(self._serve(name))

    async def close(self) -> None:
        """Let go of the sinks."""
        for sink in self._sinks.values():
            await sink.close()

    async def _all(self, sinks: Iterable[str], patience: timedelta, arrived: Arrived) -> list[ColterError]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._one(name, patience, arrived, self._fate)) for name in sinks]
        return [problem for task in tasks for problem in task.result()]

    async def _serve(self, name: str) -> None:
        before = ""
        while True:
            problems = await self._one(name, timedelta(), ignore, "kept, and tried again")
            refused, self._refused[name] = self._refused[name], []
            problems += [_told(name, refused)] if refused else []
            told = "; ".join(map(str, problems))
            if told and told != before:
                log.warning("%s", told)
            before = told
            if loss := self._losses.pop(name, None):
                await self._lost(name, loss)
            await self._clock.sleep(await self._rest(name))

    async def _rest(self, name: str) -> timedelta:
        """Until the next delivery: rounds are gathered for a while, and a sink that failed is left alone."""
        try:
            owing = {each.to: each for each in await self._store.owing() if each.lane == "sink"}
        except ColterError:
            return FLUSH
        known = owing.get(name)
        if known is None or known.retry_at is None or not known.failures:
            return FLUSH
        # A clock that was set back keeps nobody waiting for long.
        return min(max(known.retry_at - self._clock.now(), timedelta(seconds=1)), _LONGEST_REST)

    async def _one(self, name: str, patience: timedelta, arrived: Arrived, fate: str) -> list[ColterError]:
        """`fate`: what becomes of what it does not take."""
        try:
            courier = Courier(
                await self._route(name),
                self._store,
                self._clock,
                self._holder,
                bounds=self._bounds,
                gave_up=lambda count: self._note_loss(name, count),
                arrived=lambda count: self._note_arrival(name, count, arrived),
                refused=self._refused[name],
            )
            await courier.deliver(patience)
        except DeliveryError as error:
            return [DeliveryError(f"{error}; {fate}", hint=error.hint)]
        except ColterError as error:  # a locked token: what is owed stays owed
            return [error]
        except Exception as error:  # the plugin border: a bug in one sink must not cost the others their measurements
            return [bug(name, error)]
        return []

    async def _route(self, name: str) -> Route:
        sink = await self.sink(name)
        if name not in self._routes:
            self._routes[name] = (
                ToDisplay(sink, self._store, self._latest) if isinstance(sink, Display) else ToSink(sink, self._store)
            )
        return self._routes[name]

    def _note_loss(self, name: str, count: int) -> None:
        known, self._losing[name] = name in self._losing, self._clock.now()
        if known:
            return
        were = "1 measurement was" if count == 1 else f"{count} measurements were"
        self._losses[name] = f"{were} given up: too much was owed for too long. The history has them: colter export"
        log.warning("%s: %s", name, self._losses[name])

    def _note_arrival(self, name: str, count: int | None, arrived: Arrived) -> None:
        if count is not None and self._clock.now() - self._losing.get(name, self._clock.now()) > _WELL:
            del self._losing[name]
        arrived(name, count)


def _told(name: str, refused: Sequence[Refusal]) -> ColterError:
    message = f"{name}: {len(refused)} refused for good, the first because: {refused[0].reason}"
    return DeliveryError(message, hint="`colter export --refused` lists them; the history still has them")
