"""Servers that endpoints may turn out to be: correct, broken, slow and hostile. All on loopback."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


class Visit:
    """One connection, after its request was read."""

    def __init__(self, sock: socket.socket, request: bytes, stopped: threading.Event) -> None:
        self._sock = sock
        self.request = request
        self._stopped = stopped

    @property
    def path(self) -> str:
        return self.request.split(b" ", 2)[1].decode("latin-1")

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def pause(self, seconds: float) -> bool:
        """Wait; False when the server is being ended."""
        return not self._stopped.wait(seconds)

    def hang(self) -> None:
        self._stopped.wait()


Behaviour = Callable[[Visit], None]


class EndpointServer:
    """Answers every connection with one behaviour, in a thread each; ends with its `with` block."""

    def __init__(self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._behaviour = behaviour
        self._tls = tls
        self._host = host
        self._listener = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
        )
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def url(self, path: str = "/", host: str | None = None) -> str:
        shown = host or (f"[{self._host}]" if ":" in self._host else self._host)
        return f"{'https' if self._tls else 'http'}://{shown}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._start(lambda sock=sock: self._serve(sock))  # type: ignore[misc]

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(60)
        try:
            sock = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        except OSError:  # a client that refuses the certificate
            plain.close()
            return
        with sock, suppress(OSError):
            if request := _read(sock):
                self.requests.append(request)
                self._behaviour(Visit(sock, request, self._stopped))


def _read(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = sock.recv(65536)
        if not part:
            return data
        data += part
        if data.startswith(b"\x16"):  # the handshake of a client that expects TLS
            return data
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.partition(b":")[2]):
                body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def reply(status: int = 200, body: bytes = b"ok", **headers: str) -> Behaviour:
    """A proper answer; header names are written with underscores."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} Something", f"Content-Length: {len(body)}", *lines])
    return raw(head.encode("latin-1") + b"\r\n\r\n" + body)


def raw(data: bytes) -> Behaviour:
    """Exactly these bytes, then the end."""
    return lambda visit: visit.send(data)


def redirect(location: str, status: int = 302) -> Behaviour:
    return reply(status, b"", Location=location)


def drip(head: bytes, drop: bytes, seconds: float = 0.02) -> Behaviour:
    """A beginning, and then drop after drop."""

    def behave(visit: Visit) -> None:
        visit.send(head)
        while visit.pause(seconds):
            visit.send(drop)

    return behave


def flood(head: bytes, wave: bytes) -> Behaviour:
    """A beginning, and then as much as the other side takes."""

    def behave(visit: Visit) -> None:
        visit.send(head)
        while visit.pause(0):
            visit.send(wave)

    return behave


def hang(visit: Visit) -> None:
    """Silence."""
    visit.hang()
