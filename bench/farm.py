"""A hundred hosts on loopback whose endpoints answer after a while, in a process of their own that notes what it did.

All of 127.0.0.0/8 is this machine, on Linux. When a request came is told by the kernel, so that what the server itself
was too busy to see counts as the server's time, as it would on the wire.
"""

import multiprocessing
import select
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

HOSTS = [f"127.1.0.{number}" for number in range(1, 101)]
DELAY = 0.020
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n" + b"x" * 1000
_SO_TIMESTAMPNS = 35
_ENDLESS = "/hang"


class Farm:
    """Where the endpoints are, and what they did."""

    def __init__(self, port: int, scheme: str, child: Connection) -> None:
        self._port = port
        self._scheme = scheme
        self._child = child

    def url(self, number: int, *, host: str | None = None, hangs: bool = False) -> str:
        """The address of an endpoint; those that hang take a request and never answer."""
        path = _ENDLESS if hangs else f"/{number}"
        return f"{self._scheme}://{host or HOSTS[number % len(HOSTS)]}:{self._port}{path}"

    def served(self) -> list[float]:
        """Milliseconds from a request's coming to its answer's going, for each answer since this was last asked."""
        self._child.send("served")
        return list(self._child.recv())


@contextmanager
def farm(delay: float = DELAY, context: ssl.SSLContext | None = None) -> Iterator[Farm]:
    """The endpoints, with TLS if there is a context for it; those note only how many they answered."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs, delay, context), daemon=True)
    process.start()
    try:
        yield Farm(ours.recv(), "https" if context else "http", ours)
    finally:
        process.kill()
        process.join()


def _serve(parent: Connection, delay: float, context: ssl.SSLContext | None) -> None:
    listeners = _listen()
    parent.send(listeners[0].getsockname()[1])
    if context:
        _serve_securely(listeners, parent, context)
    else:
        _Server(listeners, parent, delay).run()


def _listen() -> list[socket.socket]:
    first = socket.create_server((HOSTS[0], 0), backlog=4096)
    port = first.getsockname()[1]
    listeners = [first, *(socket.create_server((host, port), backlog=4096) for host in HOSTS[1:])]
    for listener in listeners:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)  # the connections inherit it
    return listeners


class _Server:
    """Takes requests, and answers each when it is due."""

    def __init__(self, listeners: list[socket.socket], parent: Connection, delay: float) -> None:
        self._parent = parent
        self._delay = round(delay * 1e9)
        self._poll = select.epoll()
        self._listeners = {listener.fileno(): listener for listener in listeners}
        self._open: dict[int, socket.socket] = {}
        self._due: deque[tuple[int, int, socket.socket]] = deque()
        self._served: list[float] = []
        for fd in (*self._listeners, parent.fileno()):
            self._poll.register(fd, select.EPOLLIN)

    def run(self) -> None:
        while True:
            until = max(0.0, (self._due[0][0] - time.time_ns()) / 1e9) if self._due else None
            for fd, _ in self._poll.poll(until):
                if fd in self._listeners:
                    self._accept(self._listeners[fd])
                elif fd in self._open:
                    self._take(fd)
                else:
                    self._tell()
            while self._due and self._due[0][0] <= time.time_ns():
                self._answer(*self._due.popleft())

    def _accept(self, listener: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                visit, _ = listener.accept()
                self._open[visit.fileno()] = visit
                self._poll.register(visit.fileno(), select.EPOLLIN)

    def _take(self, fd: int) -> None:
        visit = self._open.pop(fd)
        self._poll.unregister(fd)
        request, notes, _, _ = visit.recvmsg(65536, 64)
        if not request:
            visit.close()
        elif _ENDLESS.encode() in request:
            self._open[-fd] = visit  # kept for ever, and never looked at
        else:
            seconds, nanoseconds = struct.unpack("@ll", notes[0][2])
            came = seconds * 1_000_000_000 + nanoseconds
            self._due.append((came + self._delay, came, visit))

    def _answer(self, _due: int, came: int, visit: socket.socket) -> None:
        with suppress(OSError):
            visit.send(ANSWER)
        self._served.append((time.time_ns() - came) / 1e6)
        visit.close()

    def _tell(self) -> None:
        self._parent.recv()
        self._parent.send(self._served)
        self._served = []


def _serve_securely(listeners: list[socket.socket], parent: Connection, context: ssl.SSLContext) -> None:
    import asyncio  # noqa: PLC0415  for this one only

    served: list[float] = []

    class Answers(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, _data: bytes) -> None:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.write(ANSWER)
            self.transport.close()
            served.append(0.0)

    def tell() -> None:
        parent.recv()
        parent.send(served)
        served.clear()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(parent.fileno(), tell)
        for listener in listeners:
            await loop.create_server(Answers, sock=listener, ssl=context, backlog=1024)
        await loop.create_future()

    asyncio.run(serve())
