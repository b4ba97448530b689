"""Tells systemd how the daemon is: the protocol of sd_notify(3), without its library."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from colter.core.clock import Clock
from colter.core.text import clean

log = logging.getLogger(__name__)

_DEADLINE = 1.0
"""Seconds to wait for a service manager that does not read: it is not worth more of the loop's time."""


class Supervisor:
    """systemd, or anything else that speaks its protocol; without one, whatever is told goes nowhere."""

    def __init__(self, env: Mapping[str, str], clock: Clock) -> None:
        """What to tell, and where, is read from `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`."""
        self._address = _address(env.get("NOTIFY_SOCKET", ""))
        self._patience = _patience(env) if self._address else None
        self._clock = clock

    @asynccontextmanager
    async def attended(self, status: str, is_alive: Callable[[float], bool]) -> AsyncIterator[None]:
        """Around the work: says that it is ready, again and again that it is alive, and in the end that it stops.

        Args:
            status: what is being done, for people.
            is_alive: whether the work goes on, at this monotonic time. While it does not, nothing is said, and the
                service manager ends us and begins anew.
        """
        living = asyncio.create_task(self._keep_saying_so(is_alive))
        self._tell("READY=1", _status(status))
        try:
            yield
            self._tell(_status("beginning anew"))
        except BaseException:
            self._tell("STOPPING=1", _status("ending"))
            raise
        finally:
            living.cancel()
            await asyncio.wait([living])

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Around the reading of a new configuration; whatever becomes of it, we are ready again."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(self._clock.monotonic() * 1_000_000)}")
        try:
            yield
        finally:
            self._tell("READY=1")

    async def _keep_saying_so(self, is_alive: Callable[[float], bool]) -> None:
        while self._patience:
            if is_alive(self._clock.monotonic()):
                self._tell("WATCHDOG=1")
            await self._clock.sleep(self._patience / 2)

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(_DEADLINE)
                line.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)
        except OSError as error:  # it has gone, and so will we, or not; that is not ours to decide
            log.debug("the service manager does not listen: %s", error)


def _address(named: str) -> str:
    """A path, or a name in the abstract namespace; other kinds (vsock) are for virtual machines."""
    return f"\0{named[1:]}" if named.startswith("@") else named if named.startswith("/") else ""


def _patience(env: Mapping[str, str]) -> timedelta | None:
    meant, written = env.get("WATCHDOG_PID", ""), env.get("WATCHDOG_USEC", "")
    ours = not meant or meant == str(os.getpid())
    return timedelta(microseconds=int(written)) if ours and written.isdecimal() and int(written) else None


def _status(text: str) -> str:
    return f"STATUS={clean(text)}"
