"""What a probe may wait for. A probe is a generator: it yields such a step, and goes on when that is over."""

import time
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any

import pycurl

from colter.core.model import ProbeResult
from colter.sources.probe.kernel import READ, WRITE
from colter.sources.probe.lag import Lag

now = time.perf_counter
"""Seconds on the engine's own clock: sockets know no virtual time."""


class Transfer:
    """A libcurl transfer to wait for; afterwards `code` is libcurl's result and `message` its own words.

    `kept_until`: the connection stays open when it is done, to be used by the probe until it closes the handle. The
    engine ends such a transfer itself: while libcurl upgrades to WebSocket, its own time limit does not count.

    `connected`: it goes over a socket that is connected already.
    """

    __slots__ = ("code", "connected", "curl", "kept_until", "lag", "message")

    def __init__(self, curl: pycurl.Curl, *, kept_until: float | None = None, connected: bool = False) -> None:
        self.curl = curl
        self.kept_until = kept_until
        self.connected = connected
        self.lag = Lag()
        self.code: int = pycurl.E_OK
        self.message = ""


class Wait:
    """A future to wait for, or nothing but the time; `done_at` stays None when the time was up first."""

    __slots__ = ("done_at", "future", "until")

    def __init__(self, until: float, future: "Future[Any] | None" = None) -> None:
        self.until = until
        self.future = future
        self.done_at: float | None = None


class Ready(Wait):
    """A socket to wait for, until it can be read (or written); `done_at` stays None when the time was up first.

    `done_at` is when something came; of TCP, when the newest of it did. `ahead` is what `stamp` has told.
    """

    __slots__ = ("ahead", "events", "fd", "since")

    def __init__(self, fd: int, until: float, *, write: bool = False) -> None:
        super().__init__(until)
        self.fd = fd
        self.since = now()
        self.ahead = 0
        self.events = WRITE if write else READ


Step = Transfer | Wait
Probe = Generator[Step, None, ProbeResult]
"""One probe, as the steps it takes. It must not raise."""
