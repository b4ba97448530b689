"""Names to addresses, in threads of their own, so that a dead name server delays nobody but its askers.

asyncio's own resolver has four threads more than the machine has processors: a dozen names that hang make
every other look-up wait, and the process cannot end before they do.
"""

import queue
import socket
import threading
import time
from concurrent.futures import Future

Address = str
_THREADS = 512
"""A dead name holds its thread for up to half a minute, longer than most timeouts: 100 dead ones of a list pile up."""
_IDLE_SECONDS = 30.0
_STALE_SECONDS = 60.0
_MOST_KNOWN = 16_384


class ResolveError(OSError):
    """A name has no address. `kind` tells a name that does not exist from a name server that does not answer."""

    def __init__(self, host: str, kind: str, detail: str) -> None:
        super().__init__(f"{host}: {detail}")
        self.kind = kind
        """`nxdomain` or `error`."""


class Resolver:
    """Looks names up with the system's own rules (hosts file, nsswitch), at most 512 at once, each name once at a time.

    A look-up cannot be interrupted: its thread is a daemon, and whoever waits sets the deadline. For a minute, what a
    name server that fails now said before is good enough.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[tuple[str, int], Future[tuple[Address, ...]]] = {}
        self._known: dict[tuple[str, int], tuple[float, tuple[Address, ...]]] = {}
        """What was found last, and when."""
        self._jobs: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._threads = 0
        self._idle = 0
        """Threads that wait and that no job has been promised to."""
        self._backlog = 0
        """Jobs that no thread has been promised to."""

    def resolve(self, host: str, family: int = socket.AF_UNSPEC) -> "Future[tuple[Address, ...]]":
        """The addresses of a host in the system's order of preference, as a future that may be awaited by many.

        The future fails with ResolveError. Do not cancel it: others may wait for the same flight.
        """
        key = (host, family)
        with self._lock:
            if flight := self._flights.get(key):
                return flight
            flight = self._flights[key] = Future()
            flight.set_running_or_notify_cancel()
            self._jobs.put(key)
            if self._idle:
                self._idle -= 1
            elif self._threads < _THREADS:
                self._threads += 1
                threading.Thread(target=self._work, name="colter-dns", daemon=True).start()
            else:
                self._backlog += 1
        return flight

    def last_known(self, host: str, family: int = socket.AF_UNSPEC) -> tuple[Address, ...] | None:
        """The addresses that were found within the last minute, for those who cannot wait for a name server."""
        found, addresses = self._known.get((host, family), (0.0, ()))
        return addresses if addresses and time.perf_counter() - found < _STALE_SECONDS else None

    def _work(self) -> None:
        while job := self._next_job():
            answer = self._look_up(*job)
            with self._lock:
                flight = self._flights.pop(job)
                if self._backlog:
                    self._backlog -= 1
                else:
                    self._idle += 1
            if isinstance(answer, ResolveError):
                flight.set_exception(answer)
            else:
                flight.set_result(answer)

    def _look_up(self, host: str, family: int) -> tuple[Address, ...] | ResolveError:
        try:
            found = look_up(host, family)
        except ResolveError as error:
            # A name that does not exist is an answer; only of no answer is nothing known.
            return (error.kind == "error" and self.last_known(host, family)) or error
        with self._lock:
            if len(self._known) >= _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known.pop((host, family), None)
            self._known[host, family] = time.perf_counter(), found
        return found

    def _next_job(self) -> tuple[str, int] | None:
        """The next look-up, or None when this thread has been idle for long and ends."""
        while True:
            try:
                return self._jobs.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if self._idle and self._jobs.empty():
                        self._idle -= 1
                        self._threads -= 1
                        return None


def look_up(host: str, family: int = socket.AF_UNSPEC) -> tuple[Address, ...]:
    """The addresses of a host, now, blocking; raises ResolveError."""
    try:
        found = socket.getaddrinfo(host, None, family, socket.SOCK_STREAM)
    except socket.gaierror as error:
        absent = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        raise ResolveError(host, "nxdomain" if absent else "error", error.strerror or str(error)) from error
    except (UnicodeError, ValueError, OSError) as error:
        # A label over 63 characters or an invalid code point is a UnicodeError, a NUL a ValueError.
        raise ResolveError(host, "nxdomain", "is not a valid host name") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
