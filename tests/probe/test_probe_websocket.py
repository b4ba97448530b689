"""WebSockets: a real server, and servers that are none."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from websockets.http11 import Request
from websockets.sync.server import ServerConnection, serve

from colter.core.model import EndpointState, Reason
from colter.core.secret import Secret
from colter.sources.probe.credentials import bearer
from tests.fakes.endpoints import EndpointServer, drip, flood, hang, raw, reply
from tests.fakes.endpoints_tls import Authority
from tests.probe.looking import SHORT, check, probe, time_for

UP, DOWN = EndpointState.UP, EndpointState.DOWN
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)  # noqa: TID251  real certificates
REQUESTS: list[Request] = []


def echo(connection: ServerConnection) -> None:
    if connection.request:
        REQUESTS.append(connection.request)
    connection.send("hello")
    for message in connection:
        connection.send(message)


@contextmanager
def serving(handler: Callable[[ServerConnection], None], tls: Authority | None = None) -> Iterator[int]:
    context = tls.context("localhost", not_after=LATER) if tls else None
    with serve(handler, "127.0.0.1", 0, ssl=context) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join(5)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(echo) as number:
        yield number


@pytest.mark.parametrize(
    ("sent", "conditions", "reason"),
    [
        (None, (), None),
        (None, ("header:upgrade=websocket", "latency<19s"), None),
        (None, ("body contains hello",), None),
        ("ping", ("body contains ping",), None),
        ("ping", ("body~^p.ng$",), None),
        ('{"n": 5}', ("json:$.n==5",), None),
        ("\udcff\udcfe", ("body hex fffe",), None),
        ("x" * 60_000, ("body~^x{60000}$",), None),
        ("ping", ("body contains pong",), Reason.BODY_MISMATCH),
    ],
    ids=[str(number) for number in range(9)],
)
def test_a_websocket_is_judged_by_what_it_answers(
    port: int, sent: str | None, conditions: tuple[str, ...], reason: Reason | None
) -> None:
    body = Secret(sent) if sent is not None else None
    result = probe(check(f"ws://127.0.0.1:{port}/live?key=x", *conditions, body=body, timeout=time_for(reason)))
    assert (result.state, result.reason) == (DOWN if reason else UP, reason), result.detail
    assert (result.status_code, result.url) == (101, f"ws://127.0.0.1:{port}/live")


def test_headers_and_credentials_come_with_the_upgrade(port: int) -> None:
    REQUESTS.clear()
    headers = (("X-Client", Secret("colter")),)
    probe(check(f"ws://127.0.0.1:{port}/live?key=x", headers=headers, authorization=bearer(Secret("canary-1"))))
    [request] = REQUESTS
    assert request.path == "/live?key=x"
    assert (request.headers["x-client"], request.headers["authorization"]) == ("colter", "Bearer canary-1")


def test_a_websocket_within_tls_shows_its_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serving(echo, authority) as port:
        url = f"wss://localhost:{port}/"
        good = probe(check(url, "body contains hello", "cert>7d", ca=authority.bundle))
        untrusted = probe(check(url))
    assert (good.state, good.certificate_expires) == (UP, LATER), good.detail
    assert (untrusted.state, untrusted.reason) == (DOWN, Reason.TLS_UNTRUSTED)


def test_a_server_that_says_good_bye_has_not_answered() -> None:
    with serving(lambda connection: connection.close()) as port:
        result = probe(check(f"ws://127.0.0.1:{port}/", "body contains x"))
    assert (result.state, result.reason) == (DOWN, Reason.PROTOCOL_ERROR)


def test_a_server_that_is_silent_times_out() -> None:
    over = threading.Event()

    def wait(_: ServerConnection) -> None:
        over.wait(60)

    with serving(wait) as port:
        result = probe(check(f"ws://127.0.0.1:{port}/", "body contains x", timeout=SHORT))
        over.set()
    assert (result.state, result.reason) == (DOWN, Reason.TIMEOUT_BODY)


UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
HOSTILE = [
    ("a web page", reply(), Reason.HTTP_STATUS),
    ("not found", reply(404), Reason.HTTP_STATUS),
    ("credentials wanted", reply(401), Reason.HTTP_STATUS),
    ("silence", hang, Reason.TIMEOUT_HEADERS),
    ("dripped headers", drip(b"HTTP/1.1 101 X\r\n", b"X-Drop: 1\r\n"), Reason.TIMEOUT_HEADERS),
    ("headers without end", flood(b"HTTP/1.1 101 X\r\n", b"X-Flood: 1\r\n" * 1000), Reason.PROTOCOL_ERROR),
    ("no key", raw(UPGRADED + b"\r\n"), Reason.PROTOCOL_ERROR),
    ("garbage", raw(b"\x00\xff\x13garbage\r\n\r\n"), Reason.PROTOCOL_ERROR),
    ("an end", raw(b""), Reason.PROTOCOL_ERROR),
]


@pytest.mark.parametrize(("behaviour", "reason"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_server_that_is_no_websocket_has_its_reason(behaviour: Callable[..., None], reason: Reason) -> None:
    with EndpointServer(behaviour) as server:
        url = server.url().replace("http:", "ws:")
        result = probe(check(url, "body contains x", timeout=time_for(reason)))
    assert (result.state, result.reason) == (DOWN, reason), result.detail
