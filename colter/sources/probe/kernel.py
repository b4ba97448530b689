"""What the kernel knows of sockets: which are ready, and when that happened, however busy we were by then."""

import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

READ, WRITE = select.POLLIN, select.POLLOUT
BROKEN = select.POLLERR | select.POLLHUP
"""May be told without having been asked for."""
_STAMPED = sys.platform == "linux"
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python has no name for it
_TIMESPEC = struct.Struct("@ll")
_ESTABLISHED = 1  # TCP_ESTABLISHED, tcp_states.h
# struct tcp_info, since Linux 5.4: tcpi_state, tcpi_rtt, tcpi_total_retrans, tcpi_bytes_received, tcpi_bytes_sent,
# tcpi_bytes_retrans, tcpi_rcv_ooopack
_TCP_INFO = struct.Struct("=B67xI28xI24xQ64xQQ8xI")
_SLIGHT = 0.2
"""Milliseconds that are not worth being certain about: they count as the server's."""
_ALL = bytearray(1 << 18)
_PEEK = socket.MSG_PEEK | socket.MSG_TRUNC | socket.MSG_DONTWAIT
"""Nothing is taken from the socket, and (tcp(7)) nothing is copied."""


class Poller:
    """The sockets that are waited for: epoll, or poll where there is none. `selectors` costs five times as much."""

    def __init__(self) -> None:
        if sys.platform == "linux":
            self._poll = select.epoll()
            self.wait: Callable[[float], list[tuple[int, int]]] = self._poll.poll
        else:
            self._poll = select.poll()
            self.wait = lambda seconds: self._poll.poll(seconds * 1000)
        self._watched: set[int] = set()

    def watch(self, fd: int, events: int) -> None:
        """Wait for this from now on, READ or WRITE or both."""
        if fd in self._watched:
            self._poll.modify(fd, events)
        else:
            self._poll.register(fd, events)
            self._watched.add(fd)

    def forget(self, fd: int) -> None:
        """Wait for nothing on it any more; harmless twice."""
        if fd in self._watched:
            self._watched.remove(fd)
            with suppress(OSError):  # it has been closed already
                self._poll.unregister(fd)

    def close(self) -> None:
        """Let go of it; harmless twice."""
        if sys.platform == "linux":
            self._poll.close()


class Late:
    """Something that was noticed late; by how much is known when it has been read."""

    __slots__ = ("_before", "_link", "answered", "ended", "milliseconds")

    def __init__(self, fd: int, before: "_Flow | None", milliseconds: float) -> None:
        """`before` was asked for ahead of looking at what lies there. OSError when too many files are open."""
        # libcurl may have closed its own by the time of `settle`.
        self._link = _borrowed(os.dup(fd))
        self._before = before
        self.milliseconds = milliseconds
        """0 when that cannot be known."""
        self.answered = False
        """Whether something was sent upon it."""
        self.ended = False
        """Whether the other side had nothing more to say."""

    def settle(self) -> float:
        """It has been read; returns `milliseconds`."""
        before, after = self._before, _flow(self._link)
        self._link.close()
        # What came while it was read was read as well. What overtook a lost packet could not be read when it came.
        if not before or not after or before.received != after.received or after.disordered:
            self.milliseconds = 0.0
            return 0.0
        self.answered = after.sent - after.sent_again > before.sent - before.sent_again
        self.ended = after.state != _ESTABLISHED
        return self.milliseconds


def noticed_late(fd: int, most: float, ahead: int) -> Late | None:
    """What lies on a socket, if it has been lying there for a while: to be settled when it has been read."""
    try:
        link = _borrowed(fd)
        try:
            before = _flow(link)
            milliseconds = _age(link, most, ahead)
        finally:
            link.detach()
        return Late(fd, before, milliseconds) if milliseconds >= _SLIGHT else None
    except OSError:  # too many open files
        return None


def stamp(fd: int) -> int:
    """Have the kernel note when something comes over a socket.

    Returns:
        By how many nanoseconds the wall clock is ahead of the one that never jumps; `age` wants to know it.
    """
    if _STAMPED:
        link = _borrowed(fd)
        try:
            link.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        finally:
            link.detach()
    never_jumps = time.perf_counter_ns()
    return time.time_ns() - never_jumps


def keep_stamping() -> socket.socket:
    """Have the kernel be ready to stamp until this is closed: where nobody asks it to, it takes a while to begin."""
    asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stamp(asking.fileno())
    return asking


def age(fd: int, most: float, ahead: int) -> float:
    """Milliseconds for which the newest that came over a socket has been lying there; 0 when that cannot be known.

    More than `most` seconds are not believed. When the clock was set since `ahead` was told, be it before or after
    something came, it may have been lying there for longer, but not for less.
    """
    try:
        link = _borrowed(fd)
    except OSError:
        return 0.0
    try:
        return _age(link, most, ahead)
    finally:
        link.detach()


def handshake_age(fd: int, waited: float) -> float:
    """Milliseconds for which a TCP connection has been there, `waited` seconds after it was begun; 0 if unknown."""
    try:
        link = _borrowed(fd)
    except OSError:
        return 0.0
    try:
        flow = _flow(link)
    finally:
        link.detach()
    if flow is None or flow.state != _ESTABLISHED or flow.resent:
        return 0.0
    return _believed(waited * 1000 - flow.round_trip / 1000, waited)


def _age(link: socket.SocketType, most: float, ahead: int) -> float:
    try:
        size, notes, _, _ = link.recvmsg_into((_ALL,), 64, _PEEK)
    except OSError:  # nothing is there, or the connection is broken: libcurl will find out
        return 0.0
    for level, kind, data in notes:
        # Where more lies than is looked at, the newest is not seen.
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and size < len(_ALL):
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            now = min(time.time_ns(), time.perf_counter_ns() + ahead)
            return _believed((now - seconds * 1_000_000_000 - nanoseconds) / 1_000_000, most)
    return 0.0


class _Flow(NamedTuple):
    """What went over a TCP connection."""

    state: int
    round_trip: int
    """Microseconds."""
    resent: int
    """Packets."""
    received: int
    """Bytes."""
    sent: int
    """Bytes, those too that were sent again."""
    sent_again: int
    disordered: int
    """Packets that came before others that they should have followed."""


def _flow(link: socket.SocketType) -> _Flow | None:
    """None where it is not known."""
    try:
        told = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size) if _STAMPED else b""
    except OSError:
        return None
    return _Flow._make(_TCP_INFO.unpack(told)) if len(told) == _TCP_INFO.size else None


def _believed(milliseconds: float, most: float) -> float:
    return milliseconds if 0 < milliseconds <= most * 1000 else 0.0


def _borrowed(fd: int) -> socket.SocketType:
    """Somebody else's socket, to be detached."""
    # Of what kind it is does not matter here, and to find out costs, as does what `socket.socket` adds to this one.
    return socket.SocketType(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=fd)
