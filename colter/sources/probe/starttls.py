"""What is said in clear before TLS begins: SMTP (RFC 3207), IMAP (RFC 9051, 6.2.1), PostgreSQL (protocol, 55.2.10)."""

import struct
from collections.abc import Callable, Generator, Mapping

from colter.core.model import Reason
from colter.core.text import clean
from colter.sources.probe.answer import ProbeFailedError
from colter.sources.probe.steps import Step
from colter.sources.probe.stream import Stream

_MOST_SAID = 16_384
_SSL_REQUEST = struct.pack("!ii", 8, 80_877_103)


def _smtp(stream: Stream) -> Generator[Step, None, None]:
    lines = _Lines(stream)
    yield from _smtp_reply(lines, "220")
    yield from stream.send(b"EHLO [127.0.0.1]\r\n")
    offered = yield from _smtp_reply(lines, "250")
    if "STARTTLS" not in [line[4:].strip().upper() for line in offered]:
        raise _refused("the server does not offer STARTTLS")
    yield from stream.send(b"STARTTLS\r\n")
    yield from _smtp_reply(lines, "220")
    lines.end()


def _imap(stream: Stream) -> Generator[Step, None, None]:
    lines = _Lines(stream)
    greeting = yield from lines.next()
    if not greeting.upper().startswith("* OK"):
        raise ProbeFailedError(
            Reason.PROTOCOL_ERROR, f"the server does not greet as IMAP does: {clean(greeting, 100)!r}"
        )
    yield from stream.send(b"a STARTTLS\r\n")
    while not (reply := (yield from lines.next())).lower().startswith("a "):
        pass
    if not reply.upper().startswith("A OK"):
        raise _refused(f"the server refuses STARTTLS: {clean(reply, 100)!r}")
    lines.end()


def _postgres(stream: Stream) -> Generator[Step, None, None]:
    yield from stream.send(_SSL_REQUEST)
    reply = yield from stream.receive()
    if reply == b"N":
        raise _refused("the server does not offer TLS")
    if reply != b"S":
        raise (
            _unheard(reply)
            if not reply
            else ProbeFailedError(Reason.PROTOCOL_ERROR, "the server does not speak PostgreSQL's protocol")
        )


DIALOGUES: Mapping[str, Callable[[Stream], Generator[Step, None, None]]] = {
    "smtp": _smtp,
    "imap": _imap,
    "postgres": _postgres,
}
"""They end where the handshake begins; ProbeFailedError when it never comes to that."""


class _Lines:
    """What comes over a stream, line by line."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._rest = b""
        self._said = 0

    def next(self) -> Generator[Step, None, str]:
        """The next line, without its end."""
        while b"\n" not in self._rest:
            part = yield from self._stream.receive()
            if not part:
                raise _unheard(part)
            self._said += len(part)
            if self._said > _MOST_SAID:
                raise ProbeFailedError(
                    Reason.PROTOCOL_ERROR, f"the server says more than {_MOST_SAID} bytes before TLS"
                )
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line.rstrip(b"\r").decode("ascii", "replace")

    def end(self) -> None:
        """ProbeFailedError when something follows in clear: it would be taken for what TLS protects."""
        # CVE-2011-0411: whoever sits between may put it there.
        if self._rest:
            raise ProbeFailedError(Reason.PROTOCOL_ERROR, "the server goes on in clear after it agreed to TLS")


def _smtp_reply(lines: _Lines, wanted: str) -> Generator[Step, None, list[str]]:
    found = []
    while True:
        line = yield from lines.next()
        found.append(line)
        if not line.startswith(wanted):
            raise ProbeFailedError(
                Reason.PROTOCOL_ERROR, f"the server said {clean(line, 100)!r} where {wanted} was expected"
            )
        if line[3:4] != "-":
            return found


def _unheard(part: bytes | None) -> ProbeFailedError:
    if part is None:
        return ProbeFailedError(Reason.TIMEOUT_HEADERS, "the server did not answer before the time was up")
    return ProbeFailedError(Reason.PROTOCOL_ERROR, "the server closed the connection before TLS")


def _refused(detail: str) -> ProbeFailedError:
    return ProbeFailedError(Reason.TLS_HANDSHAKE, detail)
