"""What is tried again, when, and what never is."""

import socket
from contextlib import suppress
from datetime import timedelta

import pytest

from colter.net.http import HttpError, Request, parse_retry_after
from tests.fakes.clock import START, FakeClock
from tests.fakes.rawserver import answer, raw_server, says
from tests.net.requesting import OK, failure, send


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
