"""Drives many probes at once in one thread, on libcurl's multi interface.

The thread does nothing else, so a busy asyncio loop cannot make a server look slow; and what the thread's own work
would add, the kernel's knowledge takes off again (kernel.py).
"""

import heapq
import itertools
import logging
import socket
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

import pycurl

from colter.core.model import ProbeResult
from colter.sources.probe.kernel import BROKEN, READ, WRITE, Poller, age, keep_stamping, stamp
from colter.sources.probe.steps import Probe, Ready, Step, Transfer, Wait, now
from colter.sources.probe.turns import NEVER, Batch, Turns

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 60.0
_REPORT_SECONDS = 0.005  # results are collected: each report wakes the other thread, which then wants the GIL
_STALE_ALARMS = 256
_BEGIN = 4
_EVENTS = {pycurl.POLL_IN: READ, pycurl.POLL_OUT: WRITE, pycurl.POLL_INOUT: READ | WRITE}


class Engine:
    """Runs at most `concurrency` probes at once, of one host `per_host`. Its thread starts with the first batch."""

    def __init__(self, concurrency: int, per_host: Callable[[], int]) -> None:
        self._concurrency = concurrency
        self._inbox: deque[Callable[[], None]] = deque()
        self._turns = Turns(per_host)
        self._running: dict[Probe, Batch] = {}
        self._transfers: dict[pycurl.Curl, tuple[Probe, Transfer]] = {}
        self._sockets: dict[int, Transfer] = {}
        """Whose libcurl's sockets are."""
        self._ready: dict[int, tuple[Probe, Ready]] = {}
        self._waits: dict[Probe, Wait] = {}
        self._alarms: list[tuple[float, int, Probe, Step]] = []
        self._order = itertools.count()
        self._curl_due = NEVER
        self._reporting: list[Batch] = []
        self._report_due = NEVER
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._poller = Poller()
        self._poller.watch(self._woken.fileno(), READ)
        self._stamping = keep_stamping()
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
        self._post(partial(self._turns.add, batch))
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
        self._poller.close()
        self._stamping.close()
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
        for batch in {*self._running.values(), *self._turns.waiting}:
            batch.fail(error)

    def _turn(self) -> None:
        told = False
        for fd, events in self._poller.wait(self._patience()):
            if fd in self._ready:
                self._finish_ready(fd, events)
            elif fd == self._woken.fileno():
                self._read_inbox()
            else:
                self._tell_curl(fd, events)
                told = True
        if now() >= self._curl_due:
            self._curl_due = NEVER
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            told = True
        if told:
            self._finish_transfers()
        self._finish_waits()
        self._begin_probes()
        if now() >= self._report_due:
            self._report()

    def _patience(self) -> float:
        if self._has_room:
            return 0.0
        next_alarm = self._alarms[0][0] if self._alarms else NEVER
        due = min(self._curl_due, self._report_due, self._turns.due, next_alarm)
        return min(max(0.0, due - now()), _IDLE_SECONDS)

    def _read_inbox(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(4096)
        while self._inbox:
            self._inbox.popleft()()

    def _tell_curl(self, fd: int, events: int) -> None:
        action = pycurl.CSELECT_OUT if events & WRITE else 0
        if events & (READ | BROKEN):
            action |= pycurl.CSELECT_IN
        transfer = self._sockets.get(fd)
        if not transfer or transfer.curl not in self._transfers:  # libcurl says good-bye by itself
            self._multi.socket_action(fd, action)
            return
        transfer.lag.notice(fd, events, transfer.curl)
        self._multi.socket_action(fd, action)
        transfer.lag.settle(transfer.curl, over=self._sockets.get(fd) is not transfer)

    def _on_open(self, transfer: Transfer, fd: int, _purpose: int) -> int:
        self._sockets[fd] = transfer
        transfer.lag.begin(fd)
        return int(pycurl.SOCKOPT_ALREADY_CONNECTED if transfer.connected else pycurl.SOCKOPT_OK)

    def _on_socket(self, event: int, fd: int, _multi: pycurl.CurlMulti, _data: object) -> None:
        if event == pycurl.POLL_REMOVE:
            self._poller.forget(fd)
            self._sockets.pop(fd, None)
        else:
            self._poller.watch(fd, _EVENTS[event])

    def _on_timer(self, milliseconds: int) -> None:
        self._curl_due = NEVER if milliseconds < 0 else now() + milliseconds / 1000

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

    def _finish_ready(self, fd: int, events: int) -> None:
        probe, ready = self._ready[fd]
        late = age(fd, now() - ready.since, ready.ahead) if events & READ else 0.0
        ready.done_at = now() - late / 1000  # by a look at the clock that is not older than the one in `age`
        self._finish_wait(probe, ready)

    def _finish_wait(self, probe: Probe, wait: Wait) -> None:
        if self._waits.get(probe) is wait:
            del self._waits[probe]
            if isinstance(wait, Ready):
                del self._ready[wait.fd]
                self._poller.forget(wait.fd)
            self._advance(probe)

    def _begin_probes(self) -> None:
        # A few between two looks at the sockets: connections are made and requests sent as soon as they can be.
        self._turns.end_old(now())
        for _ in range(_BEGIN):
            if not self._has_room:
                break
            if taken := self._turns.take(now()):
                batch, probe = taken
                self._running[probe] = batch
                self._advance(probe)

    @property
    def _has_room(self) -> bool:
        return self._turns.any and len(self._running) < self._concurrency

    def _advance(self, probe: Probe) -> None:
        try:
            step = next(probe)
        except StopIteration as end:
            self._turns.end(probe)
            self._finish(self._running.pop(probe), end.value)
            return
        if isinstance(step, Transfer):
            self._transfers[step.curl] = probe, step
            step.curl.setopt(pycurl.SOCKOPTFUNCTION, partial(self._on_open, step))
            self._multi.add_handle(step.curl)
            if step.kept_until is not None:
                self._set_alarm(step.kept_until, probe, step)
            return
        self._waits[probe] = step
        self._set_alarm(step.until, probe, step)
        if isinstance(step, Ready):
            self._ready[step.fd] = probe, step
            step.ahead = stamp(step.fd)
            self._poller.watch(step.fd, step.events)
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
        self._report_due = NEVER

    def _on_found(self, probe: Probe, wait: Wait, _future: "Future[Any]") -> None:
        # In the resolver's thread: stamped here, so that no queue of ours counts as the name server's time.
        wait.done_at = now()
        self._post(partial(self._finish_wait, probe, wait))
