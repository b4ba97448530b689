"""A web server that answers each request as its script says, and remembers what it was sent and what it took."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Answer = int | tuple[int, Mapping[str, str]] | Literal["hang", "slow", "taken, then reset"]
"""A status, with headers where there are some; no answer at all; one when `go` is set; or one that is lost."""
_FINE = 299


@dataclass
class Request:
    """One message that came."""

    headers: Mapping[str, str]
    body: bytes
    taken: bool

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """What it says to the next requests, and then to all others."""

    script: list[Answer] = field(default_factory=list)
    otherwise: Answer = 200
    url: str = ""
    came: list[Request] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def taken(self) -> list[Request]:
        return [request for request in self.came if request.taken]

    @property
    def titles(self) -> list[str]:
        """Of the messages of a webhook that were taken."""
        return [request.json["title"] for request in self.taken]


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    with _Server(receiver) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receiver = receiver

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # the other side may die
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        receiver, length = self.server.receiver, int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever sent it is dead
        answer = receiver.script.pop(0) if receiver.script else receiver.otherwise
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        taken = status <= _FINE if isinstance(status, int) else status != "hang"
        receiver.came.append(Request(dict(self.headers.items()), body, taken))
        if status == "hang":
            receiver.over.wait()
        elif status == "taken, then reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif status == "slow":
            receiver.go.wait(300)
            self._answer(200, headers)
        else:
            self._answer(int(status), headers)

    def finish(self) -> None:
        if self.connection.fileno() >= 0:
            super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name for it
        """Requests are remembered, not printed."""

    def _answer(self, status: int, headers: Mapping[str, str]) -> None:
        said = b"ok" if status <= _FINE else b"no_service"
        self.send_response(status)
        for name, value in {"Content-Length": str(len(said)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)
