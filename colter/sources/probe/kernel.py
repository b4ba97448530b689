"""What the kernel knows of sockets: which are ready, and when that happened, however busy we were by then."""

import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pycurl

READ, WRITE = select.POLLIN, select.POLLOUT
BROKEN = select.POLLERR | select.POLLHUP
"""May be told without having been asked for."""
_STAMPED = sys.platform == "linux"
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python has no name for it
_TIMESPEC = struct.Struct("@ll")
_ESTABLISHED = 1  # TCP_ESTABLISHED, tcp_states.h
_TCP_INFO = struct.Struct("=B67xI28xI")  # struct tcp_info: tcpi_state, tcpi_rtt in microseconds, tcpi_total_retrans
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


class Lag:
    """By how much libcurl was told late of what happened on the sockets of a transfer; milliseconds.

    libcurl's clock says when it looked. While a thousand others are served, or the machine has other things to do,
    that is later than when the packet came.
    """

    __slots__ = ("_ahead", "_connecting", "_opened", "connect", "first", "handshake", "last")

    def __init__(self) -> None:
        self.connect = 0.0
        """Of the connection: known from the round trip of the handshake, unless a packet of it was lost."""
        self.handshake = 0.0
        """Of all that came between that and the request."""
        self.first = 0.0
        """Of the first byte of the answer."""
        self.last = 0.0
        """Of the last one."""
        self._opened = 0.0
        self._ahead = 0
        self._connecting = False

    def begin(self, fd: int) -> None:
        """A socket was made, and is about to be connected."""
        self._opened = time.perf_counter()
        self._connecting = True
        self._ahead = stamp(fd)

    def note(self, fd: int, events: int, curl: pycurl.Curl) -> None:
        """Something has happened on the socket, and libcurl is about to be told."""
        waited = time.perf_counter() - self._opened
        if self._connecting and events & WRITE:
            # libcurl may have found out by itself, when a timer of its own was due: after that, nothing was late.
            noticed = curl.getinfo(pycurl.CONNECT_TIME_T) - curl.getinfo(pycurl.NAMELOOKUP_TIME_T)
            self.connect = _handshake_age(fd, min(waited, noticed / 1_000_000) if noticed > 0 else waited)
        elif not events & READ:
            return
        elif curl.getinfo(pycurl.STARTTRANSFER_TIME_T):
            self.last = age(fd, waited, self._ahead)
        elif curl.getinfo(pycurl.PRETRANSFER_TIME_T):
            self.first = self.last = age(fd, waited, self._ahead)
        else:
            self.handshake += age(fd, waited, self._ahead)
        self._connecting = False


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


def age(fd: int, most: float, ahead: int) -> float:
    """Milliseconds for which the newest that came over a socket has been lying there; 0 when that cannot be known.

    More than `most` seconds are not believed. When the clock was set since `ahead` was told, be it before or after
    something came, it may have been lying there for longer, but not for less.
    """
    try:
        link = _borrowed(fd)
        try:
            _, notes, _, _ = link.recvmsg_into((_ALL,), 64, _PEEK)
        finally:
            link.detach()
    except OSError:  # nothing is there, or the connection is broken: libcurl will find out
        return 0.0
    for level, kind, data in notes:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            now = min(time.time_ns(), time.perf_counter_ns() + ahead)
            return _believed((now - seconds * 1_000_000_000 - nanoseconds) / 1_000_000, most)
    return 0.0


def _handshake_age(fd: int, waited: float) -> float:
    if not _STAMPED:
        return 0.0
    try:
        link = _borrowed(fd)
        try:
            told = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
        finally:
            link.detach()
    except OSError:
        return 0.0
    if len(told) < _TCP_INFO.size:
        return 0.0
    state, round_trip, resent = _TCP_INFO.unpack(told)
    return _believed(waited * 1000 - round_trip / 1000, waited) if state == _ESTABLISHED and not resent else 0.0


def _believed(milliseconds: float, most: float) -> float:
    return milliseconds if 0 < milliseconds <= most * 1000 else 0.0


def _borrowed(fd: int) -> socket.socket:
    """Somebody else's socket, to be detached. Of what kind it is does not matter here, and to find out costs."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=fd)
