"""The HTTP half of `influxd`: InfluxDB 2's write API, translated to 1.x, which refuses whatever it does not know."""

import gzip
import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.asking import Answer, ask

PRECISIONS = {"ns": "n", "us": "u", "ms": "ms", "s": "s"}


@dataclass(frozen=True)
class Asked:
    """One write: its size on the wire and unpacked, how many lines it had, and the status it got."""

    size: int
    unpacked: int
    lines: int
    status: int


@dataclass
class InfluxApi:
    """What it accepts and what it has seen."""

    upstream: str
    buckets: set[str]
    token: str = "influx-token"
    org: str = "MONITOR"
    max_body: int | None = None
    """Bodies that are larger, unpacked, get 413."""
    asked: list[Asked] = field(default_factory=list)
    """Every write so far, in order."""
    _orders: queue.SimpleQueue[Answer] = field(default_factory=queue.SimpleQueue)

    def refuse(
        self, status: int, *, times: int = 1, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> None:
        """Answer the next writes (after those of earlier calls) with this, and store nothing."""
        text = _error("told to", f"told to answer {status}") if body is None else body
        for _ in range(times):
            self._orders.put(Answer(status, {"Content-Type": "application/json", **(headers or {})}, text))

    def write(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one write; it is remembered in `asked`. Header names are in lower case."""
        unpacked, problem = _unpacked(headers, body)
        answer = problem or self._ordered() or self._judge(query, headers, unpacked)
        lines = sum(1 for line in unpacked.split(b"\n") if line.strip())
        self.asked.append(Asked(len(body), len(unpacked), lines, answer.status))
        return answer

    def _ordered(self) -> Answer | None:
        try:
            return self._orders.get_nowait()  # several writes may come at once
        except queue.Empty:
            return None

    def _judge(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Answer:
        precision = PRECISIONS.get(query.get("precision", "ns"))
        if headers.get("authorization") not in {f"Token {self.token}", f"Bearer {self.token}"}:
            return _refusal(401, "unauthorized", "unauthorized access")
        if query.get("org") != self.org:
            return _refusal(404, "not found", f'organization name "{query.get("org")}" not found')
        if query.get("bucket") not in self.buckets:
            return _refusal(404, "not found", f'bucket "{query.get("bucket")}" not found')
        if precision is None:
            return _refusal(400, "invalid", f'invalid precision "{query["precision"]}"')
        if self.max_body is not None and len(body) > self.max_body:
            return _refusal(413, "request too large", "cannot read data: points in batch is too large")
        place = {"db": query["bucket"], "precision": precision}
        return _translated(ask(f"{self.upstream}/write", place, method="POST", body=body))


@contextmanager
def serving(api: InfluxApi) -> Iterator[int]:
    """Serve it; yields the port."""
    with _Server(api) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    def __init__(self, api: InfluxApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what tests are made of."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        place = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(place.query, keep_blank_values=True).items()}
        length = self.headers.get("Content-Length")
        if length is None:
            self.close_connection = True
            self._answer(_refusal(411, "invalid", "this server wants a Content-Length"))
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client has gone away in the middle
            self.close_connection = True
        elif place.path != "/api/v2/write":
            self._answer(_refusal(404, "not found", "path not found"))
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(self.server.api.write(query, headers, body))

    def do_GET(self) -> None:
        if self.path == "/health":
            self._answer(Answer(200, {"Content-Type": "application/json"}, b'{"name":"influxdb","status":"pass"}'))
        elif self.path == "/ping":
            self._answer(Answer(204, {"X-Influxdb-Version": "v2.7.0"}, b""))
        else:
            self._answer(_refusal(404, "not found", "path not found"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name for it
        """Requests are remembered, not printed."""

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:  # RFC 9110 8.6: no length where there can be no body
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


def _unpacked(headers: Mapping[str, str], body: bytes) -> tuple[bytes, Answer | None]:
    encoding = headers.get("content-encoding", "identity")
    if encoding == "identity":
        return body, None
    if encoding != "gzip":
        return b"", _refusal(400, "invalid", f'unknown encoding "{encoding}"')
    try:
        return gzip.decompress(body), None
    except (OSError, EOFError) as error:
        return b"", _refusal(400, "invalid", f"error decompressing: {error}")


def _translated(answer: Answer) -> Answer:
    """1.x has 400 for whatever it does not take; 2.x keeps that for lines it cannot parse."""
    if answer.status == 204:
        return Answer(204, {}, b"")
    text = answer.json["error"]
    if "partial write" in text and "unable to parse" not in text:
        return _refusal(422, "unprocessable entity", f"failure writing points to database: {text}")
    return _refusal(answer.status, "invalid" if answer.status == 400 else "internal error", text)


def _refusal(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"Content-Type": "application/json; charset=utf-8"}, _error(code, message))


def _error(code: str, message: str) -> bytes:
    return json.dumps({"code": code, "message": message}).encode()
