"""HTTP for the APIs, against real servers that behave badly."""

import asyncio
import gzip
import os
import socket
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from colter.core.clock import SystemClock
from colter.core.secret import Secret
from colter.net.http import Http, Request
from tests.fakes.clock import FakeClock
from tests.fakes.rawserver import RawServer, Script, answer, raw_server, says
from tests.net.requesting import OK, failure, send
from tests.withheld import withheld

SOON = timedelta(seconds=0.4)


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
    with withheld(os.getpid()) as busy, raw_server(drips(prefix)) as server:
        error = failure(Request(server.url, deadline=SOON))
    assert (error.kind, str(error)) == ("timeout", "127.0.0.1 did not answer within 0.4 s")
    assert clock.monotonic() - begun - busy.seconds < 5


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
    begun, ended = threading.Event(), threading.Event()

    def hangs_once(connection: socket.socket, server: RawServer) -> None:
        if len(server.heads) > 1:
            connection.sendall(OK)
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123")
        begun.set()
        if connection.recv(1) == b"":
            ended.set()

    async def cancel_and_go_on(url: str) -> None:
        async with Http(FakeClock()) as http:
            request = asyncio.create_task(http.send(Request(url)))
            assert await asyncio.to_thread(begun.wait, 60)
            request.cancel()
            await asyncio.wait([request])
            assert request.cancelled()
            assert await asyncio.to_thread(ended.wait, 60)
            assert (await http.send(Request(url))).body == b"fine"

    with raw_server(hangs_once) as server:
        asyncio.run(cancel_and_go_on(server.url))


@pytest.mark.parametrize("token", ["s3cret\n", "s3cret\r\nX-More: 1", "s3crét", "s3cret\x00"])
def test_a_token_that_cannot_be_sent_is_not_shown(token: str) -> None:
    with raw_server(says(OK)) as server:
        error = failure(Request(server.url, token=Secret(token)))
    assert error.kind == "invalid"
    assert "s3cr" not in str(error)
    assert error.__suppress_context__
    assert server.heads == []


def test_nothing_of_the_environment_is_needed() -> None:
    program = "import colter.net.http"
    bare = {"PATH": os.environ["PATH"]}
    assert subprocess.run([sys.executable, "-c", program], env=bare, check=False, timeout=300).returncode == 0
