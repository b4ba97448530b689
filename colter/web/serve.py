"""Serves an ASGI application within our own event loop, to strangers who may be slow or many."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from colter.core.errors import ConfigError

MOST_CONNECTIONS = 16
HEAD_SECONDS = 5
"""For the whole head of a request."""
CONNECTION_SECONDS = 30
"""For a connection altogether: who reads the answer more slowly is no scraper."""
_GRACE_SECONDS = 0.1
"""For the request of who has just come: it may be here already, and not be read yet."""
_END_SECONDS = 3
"""For answers that are under way when we are to end."""

Address = tuple[str, int]


async def serve(app: ASGIApp, listen: Address, ready: Callable[[str], None]) -> None:
    """Serve until cancelled, then end in order.

    Args:
        app: what answers.
        listen: host and port; port 0 takes any that is free.
        ready: told where, as in `http://127.0.0.1:9464`, once connections are taken.

    Raises:
        ConfigError: it is not possible to listen there.
    """
    with _listener(listen) as listener:
        ready(_url(listen[0], listener.getsockname()[1]))
        server = _Server(_config(app))
        work = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(work)
        finally:
            server.should_exit = True
            await work


@asynccontextmanager
async def serving(app: ASGIApp, listen: Address) -> AsyncIterator[str]:
    """Serve beside other work; the address, as `serve` tells it.

    Raises:
        ConfigError: it is not possible to listen there.
    """
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    work = asyncio.create_task(serve(app, listen, ready.set_result))
    either: list[asyncio.Future[Any]] = [work, ready]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        await work
    try:
        yield await ready
    finally:
        work.cancel()
        await asyncio.wait([work])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the command line, which cancels us."""
        yield


class _Connection(H11Protocol):
    """One request; who keeps us waiting is cut off.

    uvicorn itself waits for ever for the head of a request, and who waits there counts against its `limit_concurrency`:
    a few connections that say nothing would shut everybody else out.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._since = self.loop.time()
        self._limits = [
            self.loop.call_later(HEAD_SECONDS, self._cut_if_waiting),
            self.loop.call_later(CONNECTION_SECONDS, transport.abort),
            self.loop.call_later(_GRACE_SECONDS, self._make_room),
        ]

    def connection_lost(self, exc: Exception | None) -> None:
        for limit in self._limits:
            limit.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        super().shutdown()
        self._limits.append(self.loop.call_later(_END_SECONDS, self.transport.abort))

    @property
    def _waiting(self) -> bool:
        return self.cycle is None  # uvicorn makes it when the head is complete

    def _cut_if_waiting(self) -> None:
        if self._waiting:
            self.transport.abort()

    def _make_room(self) -> None:
        """Beyond the limit, who has been silent for longest goes; when nobody is, the newcomer."""
        held = [each for each in self.connections if isinstance(each, _Connection) and not each.transport.is_closing()]
        if len(held) > MOST_CONNECTIONS:
            silent = (each for each in held if each._waiting)  # noqa: SLF001  our own
            min(silent, key=lambda each: each._since, default=self).transport.abort()  # noqa: SLF001  our own


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",  # a line for every stranger who speaks no HTTP would let strangers fill the log
        access_log=False,
        proxy_headers=False,
        server_header=False,
        headers=[("connection", "close")],
        timeout_graceful_shutdown=_END_SECONDS + 1,
    )


def _listener(listen: Address) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(*listen, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        reason, *_ = str(getattr(error, "strerror", None) or error).partition(" (while ")  # that repeats the address
        raise ConfigError(
            f"cannot listen on {_url(*listen).removeprefix('http://')}: {reason}",
            hint="choose an address of this machine and a free port: --listen 127.0.0.1:9464; port 0 takes any",
        ) from error


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
