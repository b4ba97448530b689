"""Asks one name server one question: over UDP, and over TCP where the answer is too long for that (RFC 1035, 4.2).

Import it before the engine runs: dnspython takes a tenth of a second, which would count as other servers' time.
"""

import errno
import os
import socket
import struct
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from colter.config.schema.addresses import RECORDS
from colter.core.model import Reason
from colter.sources.probe.answer import ProbeFailedError
from colter.sources.probe.steps import Ready, Step, now

_RESEND_SECONDS = 1.0
_PAYLOAD = 1232  # what no network breaks into pieces (DNS flag day 2020)
_LARGEST = 16_384
_MOST_WRONG = 64
_SIZE = struct.Struct("!H")
# dnspython loads the class of each type when the first of it is met.
for _kind in (*RECORDS, "OPT", "RRSIG"):
    dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.from_text(_kind))  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a name server answered."""

    rcode: str
    records: tuple[str, ...]
    """Those of the type that was asked for, as a zone file has them."""
    size: int
    """Bytes of the message."""
    at: float
    """When it came, on the engine's clock."""


def ask(server: tuple[str, int], name: str, kind: str, deadline: float) -> Generator[Step, None, Reply]:
    """The server's reply.

    Args:
        server: IP address and port.
        name: of the records.
        kind: their type, such as `MX`.
        deadline: until when, on the engine's clock.

    Raises:
        ProbeFailedError: there is no proper reply in time.
    """
    query = dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD)
    wire = query.to_wire()
    reply, size, at = yield from _over_udp(server, query, wire, deadline)
    if reply.flags & dns.flags.TC:
        reply, size = yield from _over_tcp(server, query, wire, deadline)
        at = now()
    return Reply(dns.rcode.to_text(reply.rcode()), tuple(_records(reply, kind)), size, at)


def _records(reply: dns.message.Message, kind: str) -> Sequence[str]:
    wanted = dns.rdatatype.from_text(kind)
    return [record.to_text() for found in reply.answer if found.rdtype == wanted for record in found]


def _over_udp(
    server: tuple[str, int], query: dns.message.Message, wire: bytes, deadline: float
) -> Generator[Step, None, tuple[dns.message.Message, int, float]]:
    with closing(_open(server, socket.SOCK_DGRAM)) as link:
        wrong = 0
        while (left := deadline - now()) > 0:
            _send(link, wire)
            until = now() + min(left, _RESEND_SECONDS)
            while (at := (yield from _readable(link, until))) is not None:
                answered = _receive(link, _LARGEST)
                if reply := _matching(query, answered):
                    return reply, len(answered), at
                # Stray or forged: the right one may follow, but not after any number of them.
                wrong += 1
                if wrong > _MOST_WRONG:
                    raise ProbeFailedError(
                        Reason.PROTOCOL_ERROR, "what the server sends are no answers to the question"
                    )
    raise _too_late(wrong)


def _over_tcp(
    server: tuple[str, int], query: dns.message.Message, wire: bytes, deadline: float
) -> Generator[Step, None, tuple[dns.message.Message, int]]:
    with closing(_open(server, socket.SOCK_STREAM)) as link:
        ready = Ready(link.fileno(), deadline, write=True)
        yield ready
        if ready.done_at is None:
            raise _too_late(0)
        _send(link, _SIZE.pack(len(wire)) + wire)
        [size] = _SIZE.unpack((yield from _exactly(link, _SIZE.size, deadline)))
        if size > _LARGEST:
            raise ProbeFailedError(Reason.BODY_TOO_LARGE, f"the answer has {size} bytes")
        answered = yield from _exactly(link, size, deadline)
    if reply := _matching(query, answered):
        return reply, size
    raise ProbeFailedError(Reason.PROTOCOL_ERROR, "what the server sends is no answer to the question")


def _matching(query: dns.message.Message, answered: bytes) -> dns.message.Message | None:
    """The message, if it is a proper answer to this question."""
    try:
        reply = dns.message.from_wire(answered, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return None
    return reply if query.is_response(reply) else None


def _open(server: tuple[str, int], kind: socket.SocketKind) -> socket.socket:
    link = socket.socket(socket.AF_INET6 if ":" in server[0] else socket.AF_INET, kind)
    link.setblocking(False)
    code = link.connect_ex(server)
    if code not in (0, errno.EINPROGRESS):
        link.close()
        raise _unreachable(code)
    return link


def _send(link: socket.socket, data: bytes) -> None:
    try:
        link.send(data)
    except BlockingIOError:
        return  # asked again after a while
    except OSError as error:
        raise _unreachable(error.errno) from error


def _receive(link: socket.socket, size: int) -> bytes:
    try:
        return link.recv(size)
    except BlockingIOError:
        return b""
    except OSError as error:
        raise _unreachable(error.errno) from error


def _exactly(link: socket.socket, size: int, deadline: float) -> Generator[Step, None, bytes]:
    found = b""
    while len(found) < size:
        if (yield from _readable(link, deadline)) is None:
            raise _too_late(0)
        part = _receive(link, size - len(found))
        if not part:
            raise ProbeFailedError(Reason.PROTOCOL_ERROR, "the server closed the connection within its answer")
        found += part
    return found


def _readable(link: socket.socket, until: float) -> Generator[Step, None, float | None]:
    ready = Ready(link.fileno(), until)
    yield ready
    return ready.done_at


def _too_late(wrong: int) -> ProbeFailedError:
    others = f"; {wrong} messages were no answers to the question" if wrong else ""
    return ProbeFailedError(Reason.DNS_TIMEOUT, f"the name server did not answer in time{others}")


def _unreachable(code: int | None) -> ProbeFailedError:
    if code in (errno.ECONNREFUSED, errno.ECONNRESET):
        return ProbeFailedError(Reason.CONNECT_REFUSED, "the port of the name server is closed")
    why = os.strerror(code).lower() if code else "there is no way to it"
    return ProbeFailedError(Reason.CONNECT_UNREACHABLE, f"the name server cannot be reached: {why}")
