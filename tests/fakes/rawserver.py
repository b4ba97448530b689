"""A server that says exactly the bytes a test gives it, on loopback, to show what broken servers do."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """Where it listens, and the heads of the requests it has seen."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: scripts that go on for ever stop then."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


Script = Callable[[socket.socket, RawServer], None]
"""Is given a connection once the head of a request has come; the connection is closed when it returns."""


@contextmanager
def raw_server(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(listener.getsockname()[1])
        threads: list[threading.Thread] = []

        def accept() -> None:
            while not server.over.is_set():
                with suppress(OSError):
                    connection, _ = listener.accept()
                    server.connections += 1
                    thread = threading.Thread(target=serve, args=(connection,), daemon=True)
                    threads.append(thread)
                    thread.start()

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(10)
                plain = tls.wrap_socket(connection, server_side=True) if tls else connection
                with plain:
                    head = _head(plain)
                    if head:
                        server.heads.append(head)
                        script(plain, server)

        listener.settimeout(0.05)
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield server
        finally:
            server.over.set()
            for thread in [accepting, *threads]:
                thread.join(10)


def says(*answers: bytes) -> Script:
    """Answers the first request with the first text, and so on; the last one stays."""
    left: list[bytes] = list(answers)

    def script(connection: socket.socket, _: RawServer) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return script


def answer(status: int, body: bytes = b"", headers: Sequence[str] = ()) -> bytes:
    """A proper answer, after which the connection closes."""
    lines = [f"HTTP/1.1 {status} X", "Connection: close", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and not head.startswith(b"\x16"):  # the latter is a TLS handshake
        part = connection.recv(65536)
        if not part:
            return b""
        head += part
    return head
