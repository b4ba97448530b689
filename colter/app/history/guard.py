"""Watches the history of a running daemon: that it is there, that it is sound, and that it takes what is measured."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from colter.core.alerting.own_events import OwnEvent
from colter.core.clock import Clock
from colter.core.errors import ColterError, DamagedError, FullError

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=2)
PATIENCE = timedelta(minutes=1)
"""So long nothing is said of a history that takes nothing: it may be held by somebody else."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Why the daemon cannot go on with a history."""

    why: str
    damaged: bool
    """It is still there, but not sound. Otherwise it was removed, or another one is in its place."""


@dataclass(frozen=True, slots=True)
class Signs:
    """How to find out whether a history is well."""

    damage: Callable[[], DamagedError | None]
    """The error that has shown that it is damaged; None: it seems sound."""
    refusal: Callable[[], ColterError | None]
    """Why it has not taken the last round; None: it has."""


Tell = Callable[[OwnEvent, str], Awaitable[None]]


class HistoryGuard:
    """Guards one history for as long as it is open."""

    def __init__(self, path: Path, signs: Signs, tell: Tell, clock: Clock, mends_from: float) -> None:
        """Made when it has just been opened.

        Args:
            path: where it is.
            signs: how to find out whether it is well.
            tell: tells everybody, without the history if it takes nothing.
            clock: the time.
            mends_from: from when on, by the monotonic clock, damage is a reason to begin anew.
        """
        self._path = path
        self._signs = signs
        self._tell = tell
        self._clock = clock
        self._mends_from = mends_from
        self._identity = _identity(path)
        self._missed = False
        self._refused: float | None = None
        """Since when the history takes nothing, by the monotonic clock; None: it does."""
        self._told = False

    async def beside(self, work: Coroutine[Any, Any, None]) -> Lost:
        """Do this work until the history is lost, and cancel it then. Returns why the history is lost."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self._until_lost())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(lost for lost in [task.result() for task in done] if lost)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_lost(self) -> Lost:
        while True:
            await self._clock.sleep(LOOK)
            if lost := self._look():
                return lost
            await self._heed_refusals()

    def _look(self) -> Lost | None:
        found = _identity(self._path)
        missed, self._missed = self._missed, found is None or found != self._identity
        if missed and self._missed:  # once may be somebody who moves it away and back
            return Lost(f"{self._path} was removed, or another one put in its place", damaged=False)
        damage = self._signs.damage() if self._clock.monotonic() >= self._mends_from else None
        return Lost(str(damage), damaged=True) if damage else None

    async def _heed_refusals(self) -> None:
        refusal, now = self._signs.refusal(), self._clock.monotonic()
        if refusal is None:
            self._refused = None
            if self._told:
                self._told = False
                log.warning("the history takes again what is measured")
                await self._tell(OwnEvent.KEPT_AGAIN, "it takes again what is measured")
            return
        self._refused = now if self._refused is None else self._refused
        told_by_others = isinstance(refusal, FullError)
        if not (self._told or told_by_others) and now - self._refused >= PATIENCE.total_seconds():
            self._told = True
            log.error("%s: nothing is kept; what is measured waits in memory", refusal)
            await self._tell(OwnEvent.UNUSABLE_HISTORY, f"{refusal}; what is measured waits in memory")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:  # out of reach: whoever writes there will say so
        return (0, 0)
    return found.st_dev, found.st_ino
