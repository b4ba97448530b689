"""The configuration is read again when its file changes, or on demand; a bad one changes nothing (F22)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

from colter.app.cycle import bug
from colter.app.watching.change import Change
from colter.core.clock import Clock
from colter.core.errors import ColterError

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=1)
SETTLED = timedelta(seconds=1)
"""Editors and scripts write in pieces: a file is read when it has not changed for so long."""
PATIENCE = timedelta(seconds=5)
"""What cannot be read for so long is no half-written file any more."""

Stamp = tuple[int, ...] | None
Read = Callable[[], Change]
"""Reads the file. Raises ColterError; called in a thread of its own."""
Adopt = Callable[[Change], Awaitable[None]]


def stamp(path: Path | None) -> Stamp:
    """Which version of a file this is, behind all links; None: there is none."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev) if found else None


def _never() -> bool:
    return False


class Reload:
    """Looks at the file once a second; `run` for as long as it is to be followed."""

    def __init__(
        self,
        path: Path | None,
        used: Stamp,
        read: Read,
        clock: Clock,
        *,
        told: Callable[[str | None], None],
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
        stale: Callable[[], bool] = _never,
    ) -> None:
        """A follower.

        Args:
            path: the file; None: there is none, and one only asks.
            used: the version of it that is in use.
            read: reads it.
            clock: the time.
            told: told why a new version is not taken over; None: it was.
            around: entered while one is taken over.
            stale: whether to read the same file again: secrets in it were locked, and may be open now.
        """
        self._path = path
        self._used = self._seen = used
        self._read = read
        self._clock = clock
        self._told = told
        self._around = around
        self._stale = stale
        self._asked = False
        self._since = clock.monotonic()
        """When this version was seen first."""
        self._failing: float | None = None
        """When reading this version failed first."""
        self._problem: str | None = None

    def ask(self) -> None:
        """Read it as soon as it is at rest, though it may be what is in use."""
        self._asked = True
        self._failing = None

    async def run(self, adopt: Adopt) -> None:
        """Read it whenever there is reason to, and have it adopted, until cancelled. What is bad changes nothing."""
        while True:
            await self._clock.sleep(LOOK)
            if self._is_due():
                with self._around():
                    await self._take_over(adopt)

    def _is_due(self) -> bool:
        now, found = self._clock.monotonic(), stamp(self._path)
        if found != self._seen:
            self._seen, self._since, self._failing = found, now, None
        at_rest = self._path is None or now - self._since >= SETTLED.total_seconds()
        return at_rest and (self._asked or self._seen != self._used or self._stale())

    async def _take_over(self, adopt: Adopt) -> None:
        try:
            change = await asyncio.to_thread(self._read)
            if stamp(self._path) != self._seen:
                return  # it was changed while it was read
            await adopt(change)
        except ColterError as error:
            if self._is_worth_telling():
                self._refuse(error)
        except Exception as error:  # whatever is in the file, what is watched is watched on
            self._refuse(bug("configuration", error))
        else:
            self._finish(None)
            log.log(logging.WARNING if self._problem else logging.INFO, "the configuration is in use: %s", change.plan)
            self._problem = None

    def _is_worth_telling(self) -> bool:
        now = self._clock.monotonic()
        self._failing = now if self._failing is None else self._failing
        return stamp(self._path) == self._seen and now - self._failing >= PATIENCE.total_seconds()

    def _refuse(self, error: ColterError) -> None:
        first, *others = str(error).splitlines()
        self._problem = f"{first} (and {len(others)} more: colter config check)" if others else first
        log.error("%s; the configuration before it stays in use", self._problem)
        self._finish(self._problem)

    def _finish(self, problem: str | None) -> None:
        self._used, self._asked, self._failing = self._seen, False, None
        self._told(problem)
