"""What strangers may send over a connection that is talked over: there is a result, in time, and memory stays."""

import base64
import hashlib
import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colter.core.model import EndpointState, Reason
from colter.core.secret import Secret
from tests.fakes.talking import Script, drips, leaves, talking
from tests.probe.looking import SHORT, check, probe, probe_all

DOWN = EndpointState.DOWN
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
FRAMES = {
    "endless pongs": b"\x8a\x00",
    "endless pings": b"\x89\x05hello",
    "empty fragments": b"\x01\x00" + b"\x00\x00" * 1000,
    "a message without end": b"\x01\x7f" + (2**40).to_bytes(8, "big") + b"x" * 60_000,
    "messages without end": b"\x81\x7e\xea\x60" + b"x" * 60_000,
    "little messages without end": b"\x81\x01x",
    "an unknown kind": b"\x8b\x00",
}


def upgraded(first: bytes, then: bytes = b"") -> Script:
    """A server that takes the upgrade and then sends these bytes: the first once, the others for ever."""

    def script(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        key = head.lower().partition(b"sec-websocket-key:")[2]
        place = len(head) - len(key)
        key = head[place:].partition(b"\r\n")[0].strip()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        connection.sendall(
            b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accept
            + b"\r\n\r\n"
            + first
        )
        while then:
            connection.sendall(then)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass

    return script


@pytest.mark.parametrize("frames", FRAMES.values(), ids=list(FRAMES))
def test_frames_that_are_no_answer_end_in_time(frames: bytes) -> None:
    with talking(upgraded(frames, frames[-60_000:])) as port:
        result = probe(check(f"ws://127.0.0.1:{port}/", "body contains y", timeout=SHORT))
    assert result.state is DOWN
    assert result.reason in (Reason.PROTOCOL_ERROR, Reason.BODY_TOO_LARGE, Reason.BODY_MISMATCH, Reason.TIMEOUT_BODY)


def test_a_header_without_end_is_said_to_be_one() -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 1_000_000)

    with talking(script) as port:
        result = probe(check(f"http://127.0.0.1:{port}/"))
    assert (result.reason, result.detail) == (Reason.PROTOCOL_ERROR, "the server sent a header that is too large")


@pytest.mark.parametrize("condition", ["body contains y", "json:$.y==1", "body~y$"])
def test_drop_by_drop_is_not_judged_drop_by_drop(condition: str) -> None:
    with talking(drips(b"[")) as port:
        result = probe(check(f"tcp://127.0.0.1:{port}", condition))
    assert result.state is DOWN


@pytest.mark.parametrize(
    ("scheme", "script"),
    [
        ("tcp", drips(b"x" * 65_536)),
        ("tcp", drips(b"x")),
        ("smtp", drips(b"220-" + b"x" * 60_000)),
        ("ws", upgraded(FRAMES["messages without end"], FRAMES["messages without end"])),
        ("ws", upgraded(FRAMES["a message without end"], b"x" * 65_536)),
        ("ws", drips(b"HTTP/1.1 101 X\r\n" + b"X: y\r\n" * 1000)),
    ],
    ids=["a flood", "drops", "a greeting", "messages", "a message", "headers"],
)
def test_a_flood_leaves_memory_as_it_was(scheme: str, script: Script) -> None:
    conditions = () if scheme == "smtp" else ("body contains y",)
    with talking(script) as port:
        one = check(f"{scheme}://127.0.0.1:{port}", *conditions)
        probe(one)
        before = _resident()
        probe_all([one] * 4)
        assert _resident() - before <= 8 * 2**20


PIECES = st.sampled_from(
    [b"220 hi\r\n", b"220-", b"250 STARTTLS\r\n", b"* OK\r\n", b"a OK\r\n", b"S", b"\r\n", b"\x16\x03\x03\x00\x05hello"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    scheme=st.sampled_from(["smtp", "imap", "postgres", "tls", "tcp", "ws", "wss"]),
    said=st.lists(PIECES | st.binary(max_size=40), max_size=5).map(b"".join),
)
def test_whatever_a_server_says_there_is_a_result(scheme: str, said: bytes) -> None:
    conditions = ("body contains never said",) if scheme in ("tls", "tcp", "ws", "wss") else ()
    with talking(leaves(said)) as port:
        result = probe(check(f"{scheme}://127.0.0.1:{port}", *conditions, body=Secret("x") if conditions else None))
    assert result.state is DOWN
    assert result.reason is not Reason.INTERNAL_ERROR
    assert result.detail is not None
    assert result.detail.isprintable()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frames=st.binary(max_size=60) | st.lists(st.sampled_from(list(FRAMES.values())[:3]), max_size=3).map(b"".join))
def test_whatever_frames_a_server_sends_there_is_a_result(frames: bytes) -> None:
    with talking(upgraded(frames)) as port:
        result = probe(check(f"ws://127.0.0.1:{port}/", "body contains never said"))
    assert (result.state, result.reason is Reason.INTERNAL_ERROR) == (DOWN, False), result.detail


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
