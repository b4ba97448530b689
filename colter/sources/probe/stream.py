"""A TCP connection, plain or with TLS, that a probe talks over in steps."""

import os
import socket
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace

import pycurl

from colter.core.model import Reason
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.kernel import Late, noticed_late
from colter.sources.probe.reasons import diagnose
from colter.sources.probe.steps import Ready, Step, Transfer, now
from colter.sources.probe.tls import take_certificate, watch_handshake
from colter.sources.probe.url import Url
from colter.sources.probe.wire import Wire, find, prepare, take_connection, trust

_PART = 16_384


class Stream:
    """An open connection. libcurl has made it, and keeps it; close it when done."""

    def __init__(self, curl: pycurl.Curl, deadline: float, began: float) -> None:
        """`began`: since when the other side may be at work."""
        self._curl = curl
        self._deadline = deadline
        self._began = began
        self._heard = False
        self._late = 0.0
        """Milliseconds by which we have answered late to what came, all in all."""
        self._newest_late = 0.0
        """By which the newest was noticed late."""

    @property
    def fd(self) -> int:
        """The socket."""
        return int(self._curl.getinfo(pycurl.ACTIVESOCKET))

    @property
    def took(self) -> float:
        """Milliseconds since there is a connection or, should the other side have waited for it, since it was asked."""
        return (now() - self._began) * 1000 - self._late - self._newest_late

    def send(self, data: bytes) -> Generator[Step, None, None]:
        """Send all of it; ProbeFailedError when the other side does not take it in time."""
        if not self._heard:
            self._began = now()
        self._late += self._newest_late
        self._newest_late = 0.0
        while data:
            try:
                data = data[self._curl.send(data) :]
            except BlockingIOError:
                ready = Ready(self.fd, self._deadline, write=True)
                yield ready
                if ready.done_at is None:
                    raise ProbeFailedError(Reason.TIMEOUT_BODY, "what is to be sent was not taken in time") from None
            except pycurl.error as error:
                raise _broken() from error

    def receive(self) -> Generator[Step, None, bytes | None]:
        """The next bytes; none at the end of the connection; None when the time is up."""
        late: Late | None = None
        while now() < self._deadline:
            part = self._read(late)
            if part is not None:
                self._heard = True
                return part
            ready = Ready(self.fd, self._deadline)
            yield ready
            late = noticed_late(ready.fd, now() - ready.since, ready.ahead)
        return None

    def _read(self, late: Late | None) -> bytes | None:
        try:
            return bytes(self._curl.recv(_PART))
        except BlockingIOError:
            return None
        except pycurl.error as error:
            raise _broken() from error
        finally:
            self._newest_late = late.settle() if late else 0.0

    def close(self) -> None:
        """Give the connection up; harmless twice."""
        self._curl.close()


def connect(check: Check, wire: Wire, answer: Answer, *, secure: bool) -> Generator[Step, None, Stream]:
    """A connection to the endpoint; ProbeFailedError when there is none in time."""
    addresses = yield from find(check.address, check, wire, answer)
    # libcurl knows no tcp:// of its own; with CONNECT_ONLY it stops before it would speak HTTP.
    url = replace(check.address, scheme="https" if secure else "http")
    curl = prepare(url, addresses, wire)
    stream = yield from _open(curl, url, check, wire, answer)
    answer.log.append(f"connected to {answer.ip} port {check.address.port}")
    return stream


def secured(plain: Stream, check: Check, wire: Wire, answer: Answer) -> Generator[Step, None, Stream]:
    """TLS over a connection that is open; the plain stream is used up by it."""
    url = replace(check.address, scheme="https")
    with socket.socket(fileno=os.dup(plain.fd)) as ours:
        plain.close()
        curl = prepare(url, [answer.ip or url.host], wire)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, lambda _purpose, _address: ours)
        return (yield from _open(curl, url, check, wire, answer, connected=True))


def _open(
    curl: pycurl.Curl, url: Url, check: Check, wire: Wire, answer: Answer, *, connected: bool = False
) -> Generator[Step, None, Stream]:
    transfer = Transfer(curl, kept_until=wire.deadline, connected=connected)
    before = answer.total_ms
    with ExitStack() as unless_open:
        unless_open.callback(curl.close)
        curl.setopt(pycurl.CONNECT_ONLY, 1)
        curl.setopt(pycurl.FORBID_REUSE, 0)  # it would be closed when the transfer is done
        if url.secure:
            trust(curl, url, check, wire)
            if wire.explain:
                watch_handshake(curl, answer)
        asked = now()
        yield transfer
        take_connection(transfer, answer, secure=url.secure)
        if url.secure:
            take_certificate(curl, answer)
        if transfer.code != pycurl.E_OK:
            raise diagnose(transfer, url, answer, check)
        unless_open.pop_all()
    return Stream(curl, wire.deadline, began=asked + (answer.total_ms - before) / 1000)


def _broken() -> ProbeFailedError:
    return ProbeFailedError(Reason.PROTOCOL_ERROR, "the server broke the connection off")
