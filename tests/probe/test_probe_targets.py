"""One table of endpoints, good, broken and hostile: each has its state, its reason, and its time."""

import gzip
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from colter.core.model import EndpointState, Reason
from tests.fakes.endpoints import Behaviour, EndpointServer, drip, flood, hang, raw, redirect, reply
from tests.probe.looking import SHORT, check, probe, time_for

UP, DEGRADED, DOWN = EndpointState.UP, EndpointState.DEGRADED, EndpointState.DOWN
OK_HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(bytes(64 * 1024 * 1024))


@dataclass(frozen=True)
class Case:
    name: str
    behaviour: Behaviour
    state: EndpointState = DOWN
    reason: Reason | None = None
    expect: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)


CASES = [
    Case("200 is up", reply(), UP),
    Case("204 is up", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), UP),
    Case("304 is up", raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), UP),
    Case("a 302 is an answer where no redirect is followed", redirect("/"), UP, changes={"follow_redirects": 0}),
    Case("404", reply(404), DOWN, Reason.HTTP_STATUS),
    Case("500", reply(500), DOWN, Reason.HTTP_STATUS),
    Case("a 404 that is expected", reply(404), UP, expect=("status=404",)),
    Case("a 200 that is not expected", reply(), DOWN, Reason.HTTP_STATUS, ("status=204,3xx",)),
    Case("429", reply(429, Retry_After="30"), DEGRADED, Reason.RATE_LIMITED),
    Case("429 without Retry-After", reply(429), DEGRADED, Reason.RATE_LIMITED),
    Case("503 with Retry-After", reply(503, Retry_After="30"), DEGRADED, Reason.RATE_LIMITED),
    Case("503", reply(503), DOWN, Reason.HTTP_STATUS),
    Case("401 without credentials", reply(401), DOWN, Reason.HTTP_STATUS),
    Case("silence", hang, DOWN, Reason.TIMEOUT_HEADERS),
    Case("dripped headers", drip(OK_HEAD, b"X-Drop: 1\r\n"), DOWN, Reason.TIMEOUT_HEADERS),
    Case("a dripped header that never ends", drip(OK_HEAD + b"X: ", b"x"), DOWN, Reason.TIMEOUT_HEADERS),
    Case("1xx for ever", drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), DOWN, Reason.TIMEOUT_HEADERS),
    Case("a flood of 1xx", flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), DOWN, Reason.PROTOCOL_ERROR),
    Case("a dripped body", drip(CHUNKED, b"1\r\nx\r\n"), DOWN, Reason.TIMEOUT_BODY),
    Case("a body that never begins", drip(OK_HEAD + b"Content-Length: 5\r\n\r\n", b""), DOWN, Reason.TIMEOUT_BODY),
    Case("an endless body", flood(OK_HEAD + b"\r\n", b"x" * 262_144), DOWN, Reason.BODY_TOO_LARGE),
    Case("a megabyte of body", reply(body=b"x" * 1_000_000), UP),
    Case("text in a body cut off", reply(body=b"ok" + b"x" * 1_000_000), UP, expect=("body contains ok",)),
    Case("text behind the cut", reply(body=b"x" * 1_000_000), DOWN, Reason.BODY_TOO_LARGE, ("body contains ok",)),
    Case("no text, but a cut", reply(body=b"x" * 1_000_000), DOWN, Reason.BODY_TOO_LARGE, ("body not contains ok",)),
    Case("a gzip bomb that nobody looks into", reply(body=BOMB, Content_Encoding="gzip"), UP),
    Case(
        "a gzip bomb",
        reply(body=BOMB, Content_Encoding="gzip"),
        DOWN,
        Reason.BODY_TOO_LARGE,
        ("body contains ok",),
    ),
    Case("gzip, unasked", reply(body=gzip.compress(b"ok"), Content_Encoding="gzip"), UP, expect=("body contains ok",)),
    Case(
        "no gzip after all", reply(Content_Encoding="gzip"), DOWN, Reason.PROTOCOL_ERROR, expect=("body contains ok",)
    ),
    Case("an unknown compression", reply(Content_Encoding="zstd"), DOWN, Reason.PROTOCOL_ERROR, ("body contains ok",)),
    Case("10 MB of one header", flood(OK_HEAD + b"X: ", b"x" * 65_536), DOWN, Reason.PROTOCOL_ERROR),
    Case("headers without end", flood(OK_HEAD, b"X-Flood: 1\r\n" * 1000), DOWN, Reason.PROTOCOL_ERROR),
    Case("garbage", raw(b"\x00\xff\x13garbage\r\n\r\n"), DOWN, Reason.PROTOCOL_ERROR),
    Case("another protocol", raw(b"220 mail.example.org ESMTP\r\n"), DOWN, Reason.PROTOCOL_ERROR),
    Case("nothing at all", raw(b""), DOWN, Reason.PROTOCOL_ERROR),
    Case("half a body", raw(OK_HEAD + b"Content-Length: 50\r\n\r\nhalf"), DOWN, Reason.PROTOCOL_ERROR),
    Case("broken chunks", raw(CHUNKED + b"zz\r\nhello\r\n"), DOWN, Reason.PROTOCOL_ERROR),
    Case("chunks that break off", raw(CHUNKED + b"5\r\nhel"), DOWN, Reason.PROTOCOL_ERROR),
    Case(
        "two lengths", raw(OK_HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"), DOWN, Reason.PROTOCOL_ERROR
    ),
    Case("a header beyond ASCII", raw(OK_HEAD + "X: grün\r\n\r\n".encode()), UP, expect=("header:x=grün",)),
    Case("a header in Latin-1", raw(OK_HEAD + b"X: gr\xfcn\r\n\r\n"), UP, expect=("header:x=grün",)),
    Case("redirects in a circle", redirect("/again"), DOWN, Reason.TOO_MANY_REDIRECTS),
    Case("a redirect to a file", redirect("file:///etc/passwd"), DOWN, Reason.PROTOCOL_ERROR),
    Case("a redirect to nonsense", redirect("http://[::/"), DOWN, Reason.PROTOCOL_ERROR),
    Case("a redirect to a name that is none", redirect("http://nope.invalid/"), DOWN, Reason.DNS_NXDOMAIN),
    Case("a redirect to another kind of number", redirect("http://2130706433/"), DOWN, Reason.PROTOCOL_ERROR),
    Case("HEAD", raw(OK_HEAD + b"Content-Length: 5000\r\n\r\n"), UP, changes={"method": "HEAD"}),
    Case("a wanted header", reply(X_Version="7"), UP, expect=("header:x-version=7",)),
    Case("another value", reply(X_Version="8"), DOWN, Reason.HEADER_MISMATCH, ("header:x-version=7*",)),
    Case("no such header", reply(), DOWN, Reason.HEADER_MISMATCH, ("header:x-version",)),
    Case("a pattern in the body", reply(body=b"build 17"), UP, expect=("body~build \\d+",)),
    Case("no such pattern", reply(body=b"built"), DOWN, Reason.BODY_MISMATCH, ("body~build \\d+",)),
    Case("an unwanted pattern", reply(body=b"Traceback"), DOWN, Reason.BODY_MISMATCH, ("body!~(?i)traceback",)),
    Case("JSON", reply(body=b'{"status": "up"}'), UP, expect=("json:$.status==up",)),
    Case("JSON that differs", reply(body=b'{"status": "no"}'), DOWN, Reason.JSON_MISMATCH, ("json:$.status==up",)),
    Case("JSON without it", reply(body=b'{"health": "up"}'), DOWN, Reason.JSON_MISSING, ("json:$.status==up",)),
    Case("no JSON", reply(body=b"<html>"), DOWN, Reason.JSON_INVALID, ("json:$.status==up",)),
    Case("nested JSON", reply(body=b"[" * 100_000), DOWN, Reason.JSON_INVALID, ("json:$.status==up",)),
    Case("slower than wanted", reply(), DOWN, Reason.LATENCY, ("latency<0ms",)),
    Case("larger than wanted", reply(body=b"12345"), DOWN, Reason.BODY_TOO_LARGE, ("size<5B",)),
    Case("no certificate", reply(), DOWN, Reason.CERT_EXPIRING, ("cert>7d",)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_kind_of_endpoint_gets_its_state_and_reason_in_time(case: Case) -> None:
    with EndpointServer(case.behaviour) as server:
        result = probe(check(server.url(), *case.expect, timeout=time_for(case.reason), **case.changes))
    assert (result.state, result.reason) == (case.state, case.reason), result.detail
    assert (result.detail is None) == (case.reason is None)
    assert result.detail is None or result.detail.isprintable()


def test_a_closed_port_refuses() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, but nobody listens
        port = closed.getsockname()[1]
        for scheme in ("http", "https", "tcp"):
            result = probe(check(f"{scheme}://127.0.0.1:{port}"))
            assert (result.state, result.reason) == (DOWN, Reason.CONNECT_REFUSED)


def test_a_tcp_port_that_listens_is_up() -> None:
    with EndpointServer(hang) as server:
        result = probe(check(f"tcp://127.0.0.1:{server.port}"))
    assert result.state is UP
    assert result.latency_ms is not None
    assert result.phases.connect is not None
    assert (result.phases.processing, result.status_code) == (None, None)


def test_a_port_that_never_answers_times_out() -> None:
    # With its queue full, the kernel drops further SYNs.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)
        result = probe(check(f"tcp://127.0.0.1:{address[1]}", timeout=SHORT))
        for client in waiting:
            client.close()
    assert (result.state, result.reason) == (DOWN, Reason.CONNECT_TIMEOUT)


def test_an_unroutable_address_is_unreachable() -> None:
    result = probe(check("tcp://255.255.255.255:9"))
    assert (result.state, result.reason) == (DOWN, Reason.CONNECT_UNREACHABLE)


def test_ipv6_is_probed_by_address() -> None:
    with EndpointServer(reply(), host="::1") as server:
        result = probe(check(server.url()))
    assert (result.state, result.ip) == (UP, "::1")
