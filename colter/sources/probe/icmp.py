"""One ping: an echo request (RFC 792, RFC 4443) over the socket that Linux gives to everybody it trusts with it."""

import errno
import os
import secrets
import socket
import struct
from collections.abc import Generator
from contextlib import closing

from colter.core.model import Reason
from colter.core.units import format_duration
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.steps import Ready, Step, now
from colter.sources.probe.wire import Steps, Wire, find

_HEAD = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_RESEND_SECONDS = 1.0


def ping(check: Check, wire: Wire, answer: Answer) -> Steps:
    """Ping until there is a reply; ProbeFailedError when there is none in time, or when this machine forbids it."""
    addresses = yield from find(check.address, check, wire, answer)
    answer.ip = addresses[0]
    with closing(_open(addresses[0])) as link:
        began = now()
        while (left := wire.deadline - now()) > 0:
            asked = now()
            payload = secrets.token_bytes(16)  # the kernel numbers us; this tells one request's reply from another's
            yield from _send(link, payload)
            heard = yield from _replied(link, payload, asked + min(left, _RESEND_SECONDS))
            if heard is not None:
                answer.add("processing", (heard - asked) * 1000)
                answer.complete = True
                answer.log.append(f"{answer.ip} replied")
                return
        answer.add("processing", (now() - began) * 1000)
    raise ProbeFailedError(Reason.CONNECT_TIMEOUT, f"no reply to a ping within {format_duration(check.timeout)}")


def _send(link: socket.socket, payload: bytes) -> Steps:
    # The kernel fills in identifier and checksum.
    request = _HEAD.pack(_REQUEST[link.family], 0, 0, 0, 1) + payload
    yield Ready(link.fileno(), now() + _RESEND_SECONDS, write=True)
    try:
        link.send(request)
    except OSError as error:
        raise _unreachable(error.errno) from error


def _replied(link: socket.socket, payload: bytes, until: float) -> Generator[Step, None, float | None]:
    while True:
        ready = Ready(link.fileno(), until)
        yield ready
        if ready.done_at is None:
            return None
        try:
            received = link.recv(1024)
        except OSError as error:
            raise _unreachable(error.errno) from error
        if len(received) >= _HEAD.size and received[0] == _REPLY[link.family] and received[_HEAD.size :] == payload:
            return ready.done_at


def _open(address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        link = socket.socket(family, socket.SOCK_DGRAM, _PROTOCOL[family])
    except PermissionError as error:
        raise ProbeFailedError(
            Reason.INTERNAL_ERROR,
            "this machine does not let Colter ping: the sysctl net.ipv4.ping_group_range must hold its group",
        ) from error
    link.setblocking(False)
    try:
        link.connect((address, 0))
    except OSError as error:
        link.close()
        raise _unreachable(error.errno) from error
    return link


def _unreachable(code: int | None) -> ProbeFailedError:
    if code == errno.ECONNREFUSED:
        return ProbeFailedError(Reason.CONNECT_REFUSED, "the host says that it takes no pings")
    why = os.strerror(code).lower() if code else "there is no way to it"
    return ProbeFailedError(Reason.CONNECT_UNREACHABLE, f"the host cannot be reached: {why}")
