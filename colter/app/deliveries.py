"""The sinks of one run: each opened when it is first used, and brought what it is owed."""

import asyncio
import os
import platform
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from colter.app.cycle import bug
from colter.app.deliver import Bounds, Courier
from colter.app.routes import ToDisplay, ToSink
from colter.core.clock import Clock
from colter.core.errors import ColterError, DeliveryError
from colter.core.model import Refusal
from colter.core.ports import Display, Sink, Store

AnySink = Sink[Any] | Display
Arrived = Callable[[str, int | None], None]
"""Told of a sink and how many more measurements are safe there; None: it takes nothing just now, and is tried again."""


def ignore(_sink: str, _count: int | None) -> None:
    """For those who wait for the end."""


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
    ) -> None:
        """`make` makes a sink by its name; `lasting`: what is not taken now is still owed in the next run."""
        self._store = store
        self._clock = clock
        self._make = make
        self._bounds = bounds
        self._fate = "kept; the next run with this sink delivers it" if lasting else "lost, because nothing is kept"
        self._holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._sinks: dict[str, AnySink] = {}
        self._refused: defaultdict[str, list[Refusal]] = defaultdict(list)
        self._meanwhile: asyncio.Task[object] | None = None

    async def sink(self, name: str) -> AnySink:
        """A sink by its name; ColterError when its settings or secrets are not usable."""
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
        if self._meanwhile:
            await self._meanwhile
        problems = await self._all(sinks, patience, arrived)
        return problems + [_told(name, refused) for name, refused in self._refused.items() if refused]

    def deliver_meanwhile(self, sinks: Sequence[str]) -> None:
        """Begin the same beside other work, if it is not going on already; `deliver` tells what goes wrong."""
        if sinks and (self._meanwhile is None or self._meanwhile.done()):
            self._meanwhile = asyncio.create_task(self._all(sinks, timedelta(), ignore))

    async def close(self) -> None:
        """Break off what goes on, and let go of the sinks."""
        if self._meanwhile:
            self._meanwhile.cancel()
            await asyncio.wait([self._meanwhile])
        for sink in self._sinks.values():
            await sink.close()

    async def _all(self, sinks: Iterable[str], patience: timedelta, arrived: Arrived) -> list[ColterError]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._one(name, patience, arrived)) for name in sinks]
        return [problem for task in tasks for problem in task.result()]

    async def _one(self, name: str, patience: timedelta, arrived: Arrived) -> list[ColterError]:
        try:
            sink = await self.sink(name)
            route = ToDisplay(sink, self._store) if isinstance(sink, Display) else ToSink(sink, self._store)
            courier = Courier(
                route,
                self._store,
                self._clock,
                self._holder,
                bounds=self._bounds,
                arrived=lambda count: arrived(name, count),
                refused=self._refused[name],
            )
            await courier.deliver(patience)
        except DeliveryError as error:
            return [DeliveryError(f"{error}; {self._fate}", hint=error.hint)]
        except ColterError as error:  # a locked token: what is owed stays owed
            return [error]
        except Exception as error:  # the plugin border: a bug in one sink must not cost the others their measurements
            return [bug(name, error)]
        return []


def _told(name: str, refused: Sequence[Refusal]) -> ColterError:
    message = f"{name}: {len(refused)} refused for good, the first because: {refused[0].reason}"
    return DeliveryError(message, hint="`colter export --refused` lists them; the history still has them")
