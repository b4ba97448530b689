"""Upkeep of the history: results are counted into hours and days, packed when they are older, and deleted in the end.

Texts that nothing refers to any more are swept out after that.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from colter.app.cycle import bug
from colter.app.history.cautious_clock import CautiousClock
from colter.config.schema.config import Config
from colter.core.clock import Clock
from colter.core.errors import ColterError, StateError
from colter.core.ports import Store
from colter.core.uptime.pace import Paces

log = logging.getLogger(__name__)

_COUNTED_EVERY = timedelta(minutes=15)
"""Looks of an endpoint that are counted together cost far less than one by one. A report waits for none of it."""
_TIDIED_EVERY = timedelta(hours=1)
_SOON = timedelta(minutes=1)
"""So long after its start a daemon does all of it for the first time."""
_UNPACKED = timedelta(hours=2)
_REST = 4
"""It rests so many times as long as it works: what is measured goes first."""
_MOST_COUNTED = 100_000
"""They take 5 MiB; the store counts them in many short transactions."""
_MOST_AT_ONCE = 10_000
_MOST_PACKED = 5_000
_MOST_RETIRED = 2_000
_MOST_SWEPT = 2_000
_WORTH_SWEEPING = 1_000
"""Fewer texts than that are no reason to look through all of the history."""


@dataclass(slots=True)
class _Task:
    """One kind of upkeep."""

    name: str
    every: timedelta
    step: Callable[[], Awaitable[int]]
    """Does a little of it; 0: there is no more to do."""
    due: float = 0.0
    failed: bool = False


class Upkeep:
    """Does one thing at a time, each in steps for which no round has to wait long. Nothing of it raises."""

    def __init__(self, config: Config, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._cautious = CautiousClock(clock)
        self._at_once = _MOST_COUNTED
        self._config = config
        self._paces: Paces | None = None
        self._tasks = [
            _Task("counting", _COUNTED_EVERY, self._count),
            _Task("packing", _TIDIED_EVERY, self._pack),
            _Task("thinning", _TIDIED_EVERY, self._retire),
            _Task("sweeping", _TIDIED_EVERY, self._sweep),
        ]

    def adopt(self, config: Config) -> None:
        """Go on by this configuration."""
        self._config = config
        self._paces = None

    async def run(self) -> None:
        """Do all of it, over and over, until cancelled."""
        for task in self._tasks:
            task.due = self._clock.monotonic() + _SOON.total_seconds()
        while True:
            task = min(self._tasks, key=lambda each: each.due)
            wait = task.due - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(timedelta(seconds=wait))
            began = self._clock.monotonic()
            more = await self._try(task)
            took = self._clock.monotonic() - began
            task.due = began + task.every.total_seconds()
            if more:
                await self._clock.sleep(timedelta(seconds=_REST * took))
                task.due = self._clock.monotonic()  # behind what has become due meanwhile

    async def tend(self, patience: timedelta, least: int = 0) -> None:
        """Do all of it once, in smaller steps.

        Args:
            patience: when it takes longer, what is left waits for the next time.
            least: so many measurements must wait for it.
        """
        with suppress(StateError):  # whoever measures next is told of it
            if await self._store.uncounted() >= least:
                await self._tend(patience)

    @property
    def well(self) -> Mapping[str, bool]:
        """By task: whether it went well the last time."""
        return {task.name: not task.failed for task in self._tasks}

    async def _tend(self, patience: timedelta) -> None:
        self._at_once = _MOST_AT_ONCE
        end = self._clock.monotonic() + patience.total_seconds()
        for task in self._tasks:
            while self._clock.monotonic() < end and await self._try(task):
                pass

    async def _try(self, task: _Task) -> bool:
        """One step; whether there is more to do. A failure is told once, and it is tried again when it is due again."""
        try:
            done = await task.step()
        except ColterError as error:
            self._fail(task, error)
            return False
        except Exception as error:  # whatever is in the history, what is watched is watched on
            self._fail(task, bug(f"{task.name} of the history", error))
            return False
        if task.failed:
            log.info("%s of the history goes on", task.name)
        task.failed = False
        return done > 0

    def _fail(self, task: _Task, error: ColterError) -> None:
        level = logging.DEBUG if task.failed else logging.WARNING
        log.log(level, "%s of the history failed, and is tried again: %s", task.name, error)
        task.failed = True

    async def _count(self) -> int:
        from colter.app.history.paces import read_paces  # noqa: PLC0415  most commands count nothing

        self._paces = self._paces or read_paces(self._config)
        return await self._store.roll_up(self._paces, most=self._at_once)

    async def _pack(self) -> int:
        return await self._store.pack(self._clock.now() - _UNPACKED, most=_MOST_PACKED)

    async def _retire(self) -> int:
        now, keep = self._cautious.now(), self._config.state.keep
        return await self._store.retire(
            results=now - keep.results if keep.results else None,
            readings=now - keep.readings if keep.readings else None,
            tallies=now - keep.hours if keep.hours else None,
            most=_MOST_RETIRED,
        )

    async def _sweep(self) -> int:
        return await self._store.sweep(self._clock.now(), most=_MOST_SWEPT, least=_WORTH_SWEEPING)
