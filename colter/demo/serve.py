"""Real little servers on loopback: HTTP, HTTPS, and a port that refuses."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

_LONGEST_BODY = 1024 * 1024
_NONE: Mapping[str, str] = {}
_PATIENCE = 10.0  # seconds that a connection may be silent before its thread ends


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: method, path without query, query, headers with lower-case names, body."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answers."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(
    value: Any, *, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] = _NONE
) -> Answer:
    """The value as a JSON answer."""
    return Answer(json.dumps(value).encode(), status, kind, headers)


@contextmanager
def serve(answer: Callable[[Ask], Answer], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1 until the block ends; gives `http://127.0.0.1:PORT` (https with `tls`)."""
    with _Server(answer, tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def refused_port() -> Iterator[int]:
    """A port that is taken but never listens: every connection is refused, and nobody else gets the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False  # a slow answer must not hold up the end
    request_queue_size = 128

    def __init__(self, answer: Callable[[Ask], Answer], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.tls = tls

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer one connection, in its own thread; the handshake too, so that a silent client holds up nobody."""
        if not self.tls:
            super().finish_request(request, client_address)
            return
        request.settimeout(_PATIENCE)
        with self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, or refuses our certificate, is part of the show."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "colter-demo"
    sys_version = ""
    timeout = _PATIENCE
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        length = min(int(self.headers.get("content-length") or 0), _LONGEST_BODY)
        headers = {name.lower(): text for name, text in self.headers.items()}
        self._send(self.server.answer(Ask(self.command, path, query, headers, self.rfile.read(length))))

    do_POST = do_GET  # noqa: N815  the same
    do_HEAD = do_GET  # noqa: N815  the same

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, text in answer.headers.items():
            self.send_header(name, text)
        self.send_header("content-type", answer.kind)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: Any) -> None:
        """The demo shows what Colter says, not what its servers hear."""
