"""`/metrics`, really served, by an event loop in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue

from starlette.types import ASGIApp

from colter.core.clock import Clock, SystemClock
from colter.web.metrics import application
from colter.web.metrics_page import Known
from colter.web.serve import serve
from tests.servers.process import LOOPBACK


@dataclass(frozen=True)
class Served:
    """Where it is."""

    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def connect(self) -> socket.socket:
        """A connection that nothing was said on."""
        return socket.create_connection((LOOPBACK, self.port), timeout=300)


@contextmanager
def serving(known: Known, clock: Clock | None = None) -> Iterator[Served]:
    """Serve what is known until the block ends; by then every connection is closed."""
    with serving_app(application(known, clock or SystemClock())) as served:
        yield served


@contextmanager
def serving_app(app: ASGIApp) -> Iterator[Served]:
    told: Queue[str] = Queue()
    stop: Queue[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = Queue()

    async def run() -> None:
        work = asyncio.create_task(serve(app, (LOOPBACK, 0), told.put))
        stop.put((asyncio.get_running_loop(), work))
        await asyncio.wait([work])
        assert work.cancelled(), work.exception()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    loop, work = stop.get(timeout=300)
    try:
        yield Served(told.get(timeout=300))
    finally:
        loop.call_soon_threadsafe(work.cancel)
        thread.join(timeout=300)
        assert not thread.is_alive()


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)
