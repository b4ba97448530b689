"""HTTP for the APIs, against real servers that behave badly."""

import asyncio
import gzip
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from colter.core.clock import SystemClock
from colter.core.secret import Secret
from colter.net.http import Http, HttpError, Reply, Request, parse_json, parse_retry_after
from tests.fakes.clock import START, FakeClock
from tests.fakes.rawserver import RawServer, Script, answer, raw_server, says

SOON = timedelta(seconds=0.4)
OK = answer(200, b"fine")


def send(request: Request, clock: FakeClock | None = None) -> Reply:
    async def run() -> Reply:
        async with Http(clock or FakeClock()) as http:
            return await http.send(request)

    return asyncio.run(run())


def failure(request: Request, clock: FakeClock | None = None) -> HttpError:
    with pytest.raises(HttpError) as caught:
        send(request, clock)
    return caught.value


def drips(prefix: bytes) -> Script:
    def drip(connection: socket.socket, server: RawServer) -> None:
        connection.sendall(prefix)
        while not server.over.wait(0.05):
            connection.sendall(b"x")

    return drip


@pytest.mark.parametrize(
    "prefix",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["status line", "header", "endless body", "long body"],
)
def test_an_answer_that_drips_ends_at_the_deadline(prefix: bytes) -> None:
    clock = SystemClock()
    begun = clock.monotonic()
    with raw_server(drips(prefix)) as server:
        error = failure(Request(server.url, deadline=SOON))
    assert (error.kind, str(error)) == ("timeout", "127.0.0.1 did not answer within 0.4 s")
    assert clock.monotonic() - begun < 5


def test_a_silent_server_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = failure(Request(f"http://127.0.0.1:{silent.getsockname()[1]}/", deadline=SOON))
    assert error.kind == "timeout"


@pytest.mark.parametrize("head", [b"Content-Length: 99999999", b"Transfer-Encoding: chunked"])
def test_a_body_over_the_limit_is_given_up_at_the_limit(head: bytes) -> None:
    sent = 0

    def flood(connection: socket.socket, _: RawServer) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        part = b"x" * 65536
        framed = b"10000\r\n" + part + b"\r\n" if b"chunked" in head else part
        while sent < 64 * 1024 * 1024:
            connection.sendall(framed)
            sent += len(part)

    with raw_server(flood) as server:
        error = failure(Request(server.url, max_bytes=100_000))
    assert (error.kind, str(error)) == ("too_large", "127.0.0.1 sent more than 100000 bytes")
    assert sent < 32 * 1024 * 1024  # what the sockets between us hold, and no more
    assert len(server.heads) == 1


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    with raw_server(says(answer(200, b"x" * 1000))) as server:
        assert send(Request(server.url, max_bytes=1000)).body == b"x" * 1000


def test_a_compressed_bomb_is_refused_and_was_not_asked_for() -> None:
    bomb = gzip.compress(bytes(10 * 1024 * 1024))
    with raw_server(says(answer(200, bomb, ["Content-Encoding: gzip"]))) as server:
        error = failure(Request(server.url))
    assert (error.kind, str(error)) == ("invalid", "127.0.0.1 sent a compressed body that was not asked for")
    assert [b"accept-encoding: identity" in head.lower() for head in server.heads] == [True]


def test_redirects_within_the_origin_are_followed_with_the_credentials() -> None:
    moved = answer(301, b"", ["Location: /new?x=1"])
    with raw_server(says(moved, OK)) as server:
        reply = send(Request(f"{server.url}old", token=Secret("s3cret")))
    assert (reply.status, reply.body, reply.url) == (200, b"fine", f"{server.url}new?x=1")
    assert [b"uthorization: Bearer s3cret" in head for head in server.heads] == [True, True]


def test_basic_credentials_are_sent_as_such() -> None:
    with raw_server(says(OK)) as server:
        send(Request(server.url, token=Secret("dTpw"), token_type="Basic"))
    assert b"uthorization: Basic dTpw\r\n" in server.heads[0]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("place", ["http://localhost:{port}/", "http://127.0.0.1:{other}/", "//127.0.0.1:{other}/"])
def test_another_origin_is_never_asked(status: int, place: str) -> None:
    with raw_server(says(OK)) as other, raw_server(lambda *_: None) as first:
        location = place.format(port=first.port, other=other.port)
        with raw_server(says(answer(status, b"", [f"Location: {location}"]))) as server:
            error = failure(Request(server.url, token=Secret("s3cret")))
        assert error.kind == "redirect"
        assert "redirects to another server" in str(error)
        assert (other.heads, first.heads, len(server.heads)) == ([], [], 1)


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("https://127.0.0.1/", "redirect"),
        ("ftp://127.0.0.1/", "redirect"),
        ("file:///etc/passwd", "redirect"),
        ("http://x]y/", "redirect"),
        ("http://[::1", "protocol"),
        ("http://a:99999/", "invalid"),
        ("http:\\\\x", "invalid"),
    ],
)
def test_a_redirect_to_nonsense_is_an_error(location: str, kind: str) -> None:
    with raw_server(says(answer(302, b"", [f"Location: {location}"]))) as server:
        assert failure(Request(server.url, attempts=1)).kind == kind
    assert len(server.heads) == 1


def test_a_circle_of_redirects_ends() -> None:
    with raw_server(says(answer(302, b"", ["Location: /"]))) as server:
        error = failure(Request(server.url))
    assert (error.kind, str(error)) == ("redirect", "127.0.0.1 redirects more than 5 times")
    assert len(server.heads) == 6


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_tried_again(status: int) -> None:
    clock = FakeClock()
    with raw_server(says(answer(status), answer(status), OK)) as server:
        assert send(Request(server.url), clock).status == 200
    first, second = clock.slept
    assert timedelta(seconds=0.2) <= first <= timedelta(seconds=1)
    assert timedelta(seconds=0.4) <= second <= timedelta(seconds=2)


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 410, 429, 501])
def test_every_other_status_is_an_answer(status: int) -> None:
    with raw_server(says(answer(status))) as server:
        assert send(Request(server.url)).status == status
    assert len(server.heads) == 1


@pytest.mark.parametrize("reply", [answer(502), answer(503, b"", ["Retry-After: 1"]), b"", b"HTTP/1.1 200 OK\r\n"])
def test_what_may_have_been_done_is_not_sent_twice(reply: bytes) -> None:
    with raw_server(says(reply, OK)) as server, suppress(HttpError):
        assert send(Request(server.url, "POST", body=b"{}")).status in (502, 503)
    assert len(server.heads) == 1


def test_what_never_left_is_sent_again_whatever_it_is() -> None:
    clock = FakeClock()
    error = failure(Request("http://127.0.0.1:9/", "POST", body=b"{}"), clock)
    assert (error.kind, len(clock.slept)) == ("connect", 2)


def test_one_connection_serves_many_requests_one_after_the_other() -> None:
    def stays(connection: socket.socket, server: RawServer) -> None:
        for _ in range(20):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine")
            server.heads.append(connection.recv(65536))

    async def ask_often(url: str) -> None:
        async with Http(FakeClock()) as http:
            for _ in range(20):
                assert (await http.send(Request(url))).body == b"fine"

    with raw_server(stays) as server:
        asyncio.run(ask_often(server.url))
        assert server.connections == 1


def test_a_request_that_is_cancelled_leaves_no_connection_and_the_next_one_works() -> None:
    ended = threading.Event()

    def hangs_once(connection: socket.socket, server: RawServer) -> None:
        if len(server.heads) > 1:
            connection.sendall(OK)
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123")
        if connection.recv(1) == b"":
            ended.set()

    async def cancel_and_go_on(url: str) -> None:
        async with Http(FakeClock()) as http:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(http.send(Request(url)), 0.3)
            assert await asyncio.to_thread(ended.wait, 10)
            assert (await http.send(Request(url))).body == b"fine"

    with raw_server(hangs_once) as server:
        asyncio.run(cancel_and_go_on(server.url))


def test_the_last_server_error_is_handed_over() -> None:
    with raw_server(says(answer(503, b"sorry"))) as server:
        reply = send(Request(server.url))
    assert (reply.status, reply.body, len(server.heads)) == (503, b"sorry", 3)


def test_a_retry_waits_as_long_as_the_server_asks() -> None:
    clock = FakeClock()
    with raw_server(says(answer(503, b"", ["Retry-After: 7"]), OK)) as server:
        assert send(Request(server.url), clock).status == 200
    assert clock.slept == [timedelta(seconds=7)]


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    clock = FakeClock()
    with raw_server(says(answer(503, b"", ["Retry-After: 3000"]), OK)) as server:
        assert send(Request(server.url), clock).status == 503
    assert clock.slept == []


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("999999", 3600),
        ("Mon, 04 May 2026 12:00:30 GMT", 30),
        ("Monday, 04-May-26 12:00:30 GMT", 30),
        ("Mon May  4 12:00:30 2026", None),  # has no zone, so it says nothing usable
        ("Mon, 04 May 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("9" * 5000, None),
        ("Mon, 99 May 2026 12:00:30 GMT", None),
        ("\x00", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(written: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert parse_retry_after(written, FakeClock(START)) == expected


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\x00\xff\x00\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n0123456789",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nbad header line\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
    ids=lambda reply: repr(reply[:40]),
)
def test_what_is_no_http_is_an_error_and_tried_again(reply: bytes) -> None:
    with raw_server(says(reply, reply, OK)) as server:
        assert send(Request(server.url)).body == b"fine"
        assert len(server.heads) == 3


@pytest.mark.parametrize("reply", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"])
def test_a_broken_answer_says_who_sent_it(reply: bytes) -> None:
    with raw_server(says(reply)) as server:
        error = failure(Request(server.url))
    assert error.kind == "protocol"
    assert "127.0.0.1" in str(error)
    assert len(server.heads) == 3


def test_a_refused_connection_is_tried_again_and_named() -> None:
    clock = FakeClock()
    with socket.socket() as taken:  # bound and never listening
        taken.bind(("127.0.0.1", 0))
        error = failure(Request(f"http://127.0.0.1:{taken.getsockname()[1]}/"), clock)
    assert error.kind == "connect"
    assert "127.0.0.1" in str(error)
    assert len(clock.slept) == 2


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "http:///x",
        "example.org",
        "ftp://127.0.0.1/",
        "http://[::1",
        "http://[zz]/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1/\x00",
        "http://127.0.0.1/\n",
        "http://127.0.0.1\x00.example/",
        "http://xn--a/",
        "http://a..b/",
        "http://" + "a" * 64 + ".example/",
        "http://127.0.0.1/" + "x" * 70_000,
        "http://\ud800/",
    ],
    ids=lambda url: repr(url[:30]),
)
def test_an_unusable_address_is_an_error_without_a_traceback(url: str) -> None:
    assert failure(Request(url, deadline=timedelta(seconds=5), attempts=1)).kind in ("invalid", "dns")


@pytest.mark.parametrize("token", ["s3cret\n", "s3cret\r\nX-More: 1", "s3crét", "s3cret\x00"])
def test_a_token_that_cannot_be_sent_is_not_shown(token: str) -> None:
    with raw_server(says(OK)) as server:
        error = failure(Request(server.url, token=Secret(token)))
    assert error.kind == "invalid"
    assert "s3cr" not in str(error)
    assert error.__suppress_context__
    assert server.heads == []


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    with raw_server(says(OK)) as server:
        assert send(Request(server.url)).status == 200


def test_a_dead_name_server_does_not_hold_up_the_end() -> None:
    program = """
import asyncio, socket, threading
from datetime import timedelta
socket.getaddrinfo = lambda *_, **__: threading.Event().wait(600)
from colter.core.clock import SystemClock
from colter.net.http import Http, HttpError, Request
async def main():
    async with Http(SystemClock()) as http:
        async def ask(number):
            try:
                await http.send(Request(f"http://dead{number}.example/", deadline=timedelta(seconds=0.3)))
            except HttpError as error:
                return error.kind
        print(*await asyncio.gather(*map(ask, range(20))))
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["timeout"] * 20, "")


def test_a_name_found_after_the_end_disturbs_nobody() -> None:
    program = """
import asyncio, socket, threading
from datetime import timedelta
late, told = threading.Event(), threading.Event()
def look_up(*_, **__):
    late.wait(20)
    raise socket.gaierror(socket.EAI_NONAME, "too late")
socket.getaddrinfo = look_up
from colter.core.clock import SystemClock
from colter.net.dns import Resolver
from colter.net.http import Http, HttpError, Request
resolver = Resolver()
async def main():
    async with Http(SystemClock(), resolver) as http:
        try:
            await http.send(Request("http://late.example/", deadline=timedelta(seconds=0.2)))
        except HttpError as error:
            print(error.kind)
asyncio.run(main())
flight = resolver.resolve("late.example")
flight.add_done_callback(lambda _: told.set())
late.set()
told.wait(20)
print(type(flight.exception()).__name__)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["timeout", "ResolveError"], "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"{",
        b"[1,]",
        b"{} {}",
        b"NaN",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e400]",
        b"[-1e400]",
        b'{"a": 1, "a": 2}',
        b'{"x": {"a": 1, "\\u0061": 2}}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b"\xff\xfe\xff",
        b'"\xed\xa0\x80"',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_json_that_is_not_strict_is_refused(body: bytes) -> None:
    with pytest.raises(HttpError, match="not proper JSON") as caught:
        parse_json(body)
    assert caught.value.kind == "invalid"


@pytest.mark.parametrize(
    ("body", "value"), [(b"1.5", 1.5), (b'{"a": [1, null, true]}', {"a": [1, None, True]}), (b"1e3", 1000.0)]
)
def test_proper_json_is_read(body: bytes, value: object) -> None:
    assert parse_json(body) == value


def test_nothing_of_the_environment_is_needed() -> None:
    program = "import colter.net.http"
    bare = {"PATH": os.environ["PATH"]}
    assert subprocess.run([sys.executable, "-c", program], env=bare, check=False, timeout=30).returncode == 0
