"""How late libcurl was told of what the network did: its own times, less that, are the network's."""

import time

import pycurl

from colter.sources.probe.kernel import READ, WRITE, Late, handshake_age, noticed_late, stamp


class Lag:
    """By how much libcurl was told late of what happened on the sockets of a transfer; milliseconds.

    libcurl's clock says when it looked. While a thousand others are served, or the machine has other things to do,
    that is later than when the packet came. What is not certain is not taken for late.
    """

    __slots__ = (
        "_ahead",
        "_asked",
        "_begun",
        "_connecting",
        "_late",
        "_opened",
        "connect",
        "first",
        "handshake",
        "last",
    )

    def __init__(self) -> None:
        self.connect = 0.0
        """Of the connection: known from the round trip of the handshake, unless a packet of it was lost."""
        self.handshake = 0.0
        """Of all that came between that and the request, and that libcurl had to answer."""
        self.first = 0.0
        """Of the first byte of the answer."""
        self.last = 0.0
        """Of the last one."""
        self._opened = 0.0
        self._ahead = 0
        self._connecting = self._asked = self._begun = False
        self._late: Late | None = None

    def begin(self, fd: int) -> None:
        """A socket was made, and is about to be connected."""
        self._opened = time.perf_counter()
        self._connecting = True
        self._ahead = stamp(fd)

    def notice(self, fd: int, events: int, curl: pycurl.Curl) -> None:
        """Something has happened on the socket, and libcurl is about to be told."""
        waited = time.perf_counter() - self._opened
        if self._connecting and events & WRITE:
            # What libcurl found out by itself, when a timer of its own was due, was not late.
            if not curl.getinfo(pycurl.CONNECT_TIME_T):
                self.connect = handshake_age(fd, waited)
        elif events & READ and (late := noticed_late(fd, waited, self._ahead)):
            self._late = late
            self._asked = curl.getinfo(pycurl.PRETRANSFER_TIME_T) > 0
            self._begun = curl.getinfo(pycurl.STARTTRANSFER_TIME_T) > 0
        self._connecting = False

    def settle(self, curl: pycurl.Curl, *, over: bool) -> None:
        """What there was has been read; `over`: that was the end of the transfer."""
        if not (late := self._late):
            return
        self._late = None
        late.settle()
        if not self._asked:
            # A part of what the server has to say before it is our turn: the rest of it was still on its way.
            if late.answered or over:
                self.handshake += late.milliseconds
            return
        if not self._begun and curl.getinfo(pycurl.STARTTRANSFER_TIME_T) > 0:
            self.first = late.milliseconds
        # Where nobody says how long the answer is, the end of the connection ends it, and that may be without a stamp.
        if over and not (late.ended and curl.getinfo(pycurl.CONTENT_LENGTH_DOWNLOAD_T) < 0):
            self.last = late.milliseconds
