"""A TCP proxy on loopback that is slow, hangs, refuses or cuts, to stand between Colter and a real server."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Self

from tests.servers.process import free_port

LOOPBACK = "127.0.0.1"
PIECE = 65536
PIECES_PER_SECOND = 20  # of a throttled connection
RESET, NO_RESET = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)  # what SO_LINGER makes of a close


@dataclass(frozen=True)
class Toxic:
    """What befalls a connection; one without arguments passes everything."""

    latency: timedelta = timedelta()
    """Before each piece of an answer."""
    bytes_per_second: int | None = None
    """In each direction."""
    hang: bool = False
    """Taken, but never read from, nor answered."""
    cut_request_after: int | None = None
    """Bytes; these still reach the server, then the client gets a reset and the server an end."""
    cut_answer_after: int | None = None
    """Bytes; these still reach the client, then it gets a reset."""
    lose_answer_to: bytes | None = None
    """Part of a request such as `COMMIT`, or b"" for any; the server's answer to it is a reset for the client."""


class Proxy:
    """`with Proxy(server.port) as proxy`: connect to `proxy.port` instead of the server's.

    A change holds for connections to come; open ones go on as they began, until `reset()` or `refuse()`.
    """

    def __init__(self, upstream_port: int) -> None:
        self.connections = 0
        """Taken so far."""
        self._upstream_port = upstream_port
        self._lasting = Toxic()
        self._passing: list[Toxic] = []
        self._listener = _bound(free_port())
        self.port: int = self._listener.getsockname()[1]
        self._accepting: asyncio.Task[None] | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.accept()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._listener.close()

    def behave(self, toxic: Toxic, *, times: int | None = None) -> None:
        """Do this to the connections to come: to the next `times` of them, or to all from now on."""
        if times is None:
            self._lasting, self._passing = toxic, []
        else:
            self._passing = [toxic] * times

    def refuse(self) -> None:
        """Be down: reset what is open, refuse what comes. The port stays ours."""
        self._run(self._refuse())

    def accept(self) -> None:
        """Be up again."""
        self._run(self._accept())

    def reset(self) -> None:
        """Reset all connections that are open."""
        self._run(_cancelled(self._open))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=300)

    async def _accept(self) -> None:
        if self._accepting is None:
            self._listener.listen()
            self._accepting = self._loop.create_task(self._take())

    async def _refuse(self) -> None:
        if self._accepting is not None:
            await _cancelled({self._accepting})
            self._accepting = None
            self._listener.close()
            # Bound without listening: whoever connects is refused, and no other program can take the port.
            self._listener = _bound(self.port)
        await _cancelled(self._open)

    async def _take(self) -> None:
        while True:
            client = await self._client()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.connections += 1
            toxic = self._passing.pop(0) if self._passing else self._lasting
            task = self._loop.create_task(_serve(toxic, client, self._upstream_port))
            self._open.add(task)
            task.add_done_callback(partial(self._ended, client))

    async def _client(self) -> socket.socket:
        """The next; `sock_accept`, cancelled when it has just taken one, would leave it open for ever."""
        comes = asyncio.Event()
        self._loop.add_reader(self._listener, comes.set)
        try:
            while True:
                await comes.wait()
                comes.clear()
                with suppress(BlockingIOError):
                    client, _ = self._listener.accept()
                    client.setblocking(False)
                    return client
        finally:
            self._loop.remove_reader(self._listener)

    def _ended(self, client: socket.socket, task: asyncio.Task[None]) -> None:
        client.close()
        self._open.discard(task)


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    listener.setblocking(False)
    return listener


async def _cancelled(tasks: set[asyncio.Task[None]]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


async def _serve(toxic: Toxic, client: socket.socket, upstream_port: int) -> None:
    """To the end of one connection, which is a reset unless both sides came to theirs."""
    if toxic.hang:
        await asyncio.Event().wait()
    with socket.socket() as upstream:
        upstream.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(upstream, (LOOPBACK, upstream_port))
            for side in (client, upstream):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answer_is_lost = asyncio.Event()
            async with asyncio.TaskGroup() as directions:
                directions.create_task(_requests(toxic, client, upstream, answer_is_lost))
                directions.create_task(_answers(toxic, upstream, client, answer_is_lost))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_RESET)
        except* OSError:  # either side is gone, or it was cut here
            pass


async def _requests(
    toxic: Toxic, client: socket.socket, upstream: socket.socket, answer_is_lost: asyncio.Event
) -> None:
    lost, tail, left = toxic.lose_answer_to, b"", toxic.cut_request_after
    while piece := await _piece(client, toxic.bytes_per_second):
        if lost is not None:
            tail += piece
            if lost in tail:
                answer_is_lost.set()
            tail = tail[max(0, len(tail) - len(lost)) :]
        left = await _forward(piece, upstream, left)
    upstream.shutdown(socket.SHUT_WR)


async def _answers(toxic: Toxic, upstream: socket.socket, client: socket.socket, answer_is_lost: asyncio.Event) -> None:
    left = toxic.cut_answer_after
    while piece := await _piece(upstream, toxic.bytes_per_second):
        if answer_is_lost.is_set():
            raise ConnectionResetError
        await asyncio.sleep(toxic.latency.total_seconds())  # noqa: TID251  a slow network is slow in real time
        left = await _forward(piece, client, left)
    client.shutdown(socket.SHUT_WR)


async def _piece(source: socket.socket, rate: int | None) -> bytes:
    """The next bytes, b"" at the end; not faster than `rate`."""
    size = PIECE if rate is None else max(1, rate // PIECES_PER_SECOND)
    piece = await asyncio.get_running_loop().sock_recv(source, size)
    if rate is not None:
        await asyncio.sleep(len(piece) / rate)  # noqa: TID251  the same
    return piece


async def _forward(piece: bytes, sink: socket.socket, left: int | None) -> int | None:
    """How many bytes may still pass.

    Raises:
        ConnectionResetError: no more.
    """
    await asyncio.get_running_loop().sock_sendall(sink, piece[:left])
    if left is None:
        return None
    if len(piece) >= left:
        raise ConnectionResetError
    return left - len(piece)
