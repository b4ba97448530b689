"""Drives many probes at once in one thread, on libcurl's multi interface.

A probe is a generator: it yields what it waits for, a Transfer, a Wait or a Ready, and goes on when that is over.
The thread does nothing else, so a busy asyncio loop cannot make a server look slow.
"""

import heapq
import itertools
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

import pycurl

from colter.core.model import ProbeResult

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 60.0
_REPORT_SECONDS = 0.005  # results are collected: each report wakes the other thread, which then wants the GIL
_STALE_ALARMS = 256
_NEVER = float("inf")
_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}
_ACTIONS = {
    selectors.EVENT_READ: pycurl.CSELECT_IN,
    selectors.EVENT_WRITE: pycurl.CSELECT_OUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT,
}


def now() -> float:
    """Seconds on the engine's own clock: sockets know no virtual time."""
    return time.perf_counter()


class Transfer:
    """A libcurl transfer to wait for; afterwards `code` is libcurl's result and `message` its own words.

    `kept_until`: the connection stays open when it is done, to be used by the probe until it closes the handle. The
    engine ends such a transfer itself: while libcurl upgrades to WebSocket, its own time limit does not count.
    """

    __slots__ = ("code", "curl", "kept_until", "message")

    def __init__(self, curl: pycurl.Curl, *, kept_until: float | None = None) -> None:
        self.curl = curl
        self.kept_until = kept_until
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
    """A socket to wait for, until it can be read (or written); `done_at` stays None when the time was up first."""

    __slots__ = ("events", "fd")

    def __init__(self, fd: int, until: float, *, write: bool = False) -> None:
        super().__init__(until)
        self.fd = fd
        self.events = selectors.EVENT_WRITE if write else selectors.EVENT_READ


Step = Transfer | Wait
Probe = Generator[Step, None, ProbeResult]
"""One probe, as the steps it takes. It must not raise."""


class Batch:
    """Probes that were asked for together; `report` and `fail` are called from the engine's thread."""

    def __init__(
        self,
        probes: Iterable[Probe],
        report: Callable[[Sequence[ProbeResult]], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self.probes: Iterator[Probe] = iter(probes)
        self.report = report
        self.fail = fail
        """Called when no more results will come."""
        self.cancelled = False
        self.finished: list[ProbeResult] = []
        """Results that are not reported yet."""


class Engine:
    """Runs at most `concurrency` probes at once. Its thread starts with the first batch."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._inbox: deque[Callable[[], None]] = deque()
        self._batches: deque[Batch] = deque()
        self._running: dict[Probe, Batch] = {}
        self._transfers: dict[pycurl.Curl, tuple[Probe, Transfer]] = {}
        self._waits: dict[Probe, Wait] = {}
        self._alarms: list[tuple[float, int, Probe, Step]] = []
        self._order = itertools.count()
        self._curl_due = _NEVER
        self._reporting: list[Batch] = []
        self._report_due = _NEVER
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_NOTHING)
        self._thread = threading.Thread(target=self._run, name="colter-probe", daemon=True)
        self._started = self._closing = False

    def submit(self, batch: Batch) -> None:
        """Take a batch; return at once."""
        if self._closing or (self._started and not self._thread.is_alive()):
            batch.fail(RuntimeError("the prober has ended"))
            return
        self._post(partial(self._batches.append, batch))
        if not self._started:
            self._started = True
            self._thread.start()

    def close(self) -> None:
        """Give up what is running and end the thread; harmless twice."""
        if self._closing:
            return
        self._closing = True
        if self._started:
            self._knock()
            self._thread.join()
        self._multi.close()
        self._selector.close()
        self._wake.close()
        self._woken.close()

    def _post(self, message: Callable[[], None]) -> None:
        self._inbox.append(message)
        self._knock()

    def _knock(self) -> None:
        # Full: it is awake already. Closed: a name was found after the end.
        with suppress(OSError):
            self._wake.send(b"\0")

    def _run(self) -> None:
        error: Exception = RuntimeError("the prober was closed")
        try:
            while not self._closing:
                self._turn()
        except Exception as bug:
            # Whoever waits for a result must not wait for ever.
            _log.exception("the engine stopped")
            error = bug
        self._read_inbox()
        self._report()
        for curl in self._transfers:
            self._multi.remove_handle(curl)
        for probe in self._running:
            probe.close()
        for batch in {*self._running.values(), *self._batches}:
            batch.fail(error)

    def _turn(self) -> None:
        for key, mask in self._selector.select(self._patience()):
            if key.fileobj is self._woken:
                self._read_inbox()
            elif key.data:
                probe, ready = key.data
                ready.done_at = now()
                self._finish_wait(probe, ready)
            else:
                self._multi.socket_action(key.fd, _ACTIONS[mask])
        if now() >= self._curl_due:
            self._curl_due = _NEVER
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._finish_transfers()
        self._finish_waits()
        self._start_probe()
        if now() >= self._report_due:
            self._report()

    def _patience(self) -> float:
        if self._has_room:
            return 0.0
        next_alarm = self._alarms[0][0] if self._alarms else _NEVER
        return min(max(0.0, min(self._curl_due, self._report_due, next_alarm) - now()), _IDLE_SECONDS)

    def _read_inbox(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(4096)
        while self._inbox:
            self._inbox.popleft()()

    def _on_socket(self, event: int, fd: int, _multi: pycurl.CurlMulti, _data: object) -> None:
        if event == pycurl.POLL_REMOVE:
            with suppress(KeyError, ValueError):
                self._selector.unregister(fd)
        elif fd in self._selector.get_map():
            self._selector.modify(fd, _EVENTS[event])
        else:
            self._selector.register(fd, _EVENTS[event])

    def _on_timer(self, milliseconds: int) -> None:
        self._curl_due = _NEVER if milliseconds < 0 else now() + milliseconds / 1000

    def _finish_transfers(self) -> None:
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for curl, code, message in [*((curl, pycurl.E_OK, "") for curl in succeeded), *failed]:
                probe, transfer = self._transfers.pop(curl)
                if transfer.kept_until is None or code != pycurl.E_OK:
                    self._multi.remove_handle(curl)
                transfer.code, transfer.message = code, message
                self._advance(probe)

    def _finish_waits(self) -> None:
        while self._alarms and self._alarms[0][0] <= now():
            _, _, probe, step = heapq.heappop(self._alarms)
            if isinstance(step, Wait):
                self._finish_wait(probe, step)
            elif self._transfers.get(step.curl) == (probe, step):
                del self._transfers[step.curl]
                self._multi.remove_handle(step.curl)
                step.code = pycurl.E_OPERATION_TIMEDOUT
                self._advance(probe)

    def _finish_wait(self, probe: Probe, wait: Wait) -> None:
        if self._waits.get(probe) is wait:
            del self._waits[probe]
            if isinstance(wait, Ready):
                self._selector.unregister(wait.fd)
            self._advance(probe)

    def _start_probe(self) -> None:
        # One between two looks at the sockets: starting many takes time that would count as the servers'.
        if not self._has_room:
            return
        batch = self._batches[0]
        probe = None if batch.cancelled else next(batch.probes, None)
        if probe is None:
            self._batches.popleft()
        else:
            self._running[probe] = batch
            self._advance(probe)

    @property
    def _has_room(self) -> bool:
        return bool(self._batches) and len(self._running) < self._concurrency

    def _advance(self, probe: Probe) -> None:
        try:
            step = next(probe)
        except StopIteration as end:
            self._finish(self._running.pop(probe), end.value)
            return
        if isinstance(step, Transfer):
            self._transfers[step.curl] = probe, step
            self._multi.add_handle(step.curl)
            if step.kept_until is not None:
                self._set_alarm(step.kept_until, probe, step)
            return
        self._waits[probe] = step
        self._set_alarm(step.until, probe, step)
        if isinstance(step, Ready):
            self._selector.register(step.fd, step.events, (probe, step))
        if step.future:
            step.future.add_done_callback(partial(self._on_found, probe, step))

    def _set_alarm(self, until: float, probe: Probe, step: Step) -> None:
        if len(self._alarms) > _STALE_ALARMS + 2 * len(self._running):
            # Those of waits that ended early: a peer that sends byte by byte must not fill the memory with them.
            current = {*self._waits.values(), *(transfer for _, transfer in self._transfers.values())}
            self._alarms = [alarm for alarm in self._alarms if alarm[3] in current]
            heapq.heapify(self._alarms)
        heapq.heappush(self._alarms, (until, next(self._order), probe, step))

    def _finish(self, batch: Batch, result: ProbeResult) -> None:
        batch.finished.append(result)
        if batch not in self._reporting:
            self._reporting.append(batch)
            self._report_due = min(self._report_due, now() + _REPORT_SECONDS)

    def _report(self) -> None:
        for batch in self._reporting:
            batch.report(batch.finished)
            batch.finished = []
        self._reporting.clear()
        self._report_due = _NEVER

    def _on_found(self, probe: Probe, wait: Wait, _future: "Future[Any]") -> None:
        # In the resolver's thread: stamped here, so that no queue of ours counts as the name server's time.
        wait.done_at = now()
        self._post(partial(self._finish_wait, probe, wait))
