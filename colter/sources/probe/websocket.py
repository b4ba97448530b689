"""One look at a WebSocket (RFC 6455): the upgrade, and what is answered to a message."""

from collections.abc import Generator
from contextlib import closing, suppress

import pycurl

from colter import __version__
from colter.core.model import Reason
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.head import header_lines, read_head
from colter.sources.probe.listening import MOST_HEARD, listen
from colter.sources.probe.reasons import diagnose
from colter.sources.probe.steps import Ready, Step, Transfer, now
from colter.sources.probe.tls import take_certificate, watch_handshake
from colter.sources.probe.wire import Steps, Wire, find, prepare, take_timings, trust

_SWITCHING = 101
_UPGRADE = 2  # libcurl's CONNECT_ONLY: connect, and ask for the upgrade
_PART = 16_384
_MOST_FRAMES = 4096


def converse(check: Check, wire: Wire, answer: Answer) -> Steps:
    """Ask for the upgrade, send, and listen until what is expected has come."""
    addresses = yield from find(check.address, check, wire, answer)
    curl = prepare(check.address, addresses, wire)
    with closing(curl):
        began = yield from _upgrade(curl, check, wire, answer)
        if check.body is not None:
            began = now()
            yield from _send(curl, check, wire)
        if check.needs_body:
            yield from listen(lambda: _message(curl, wire), check, wire, answer, messages=True)
        if check.body is not None or check.needs_body:
            answer.add("processing", (now() - began) * 1000)
        answer.complete = True
        with suppress(pycurl.error, BlockingIOError):
            curl.ws_close(1000)


def _upgrade(curl: pycurl.Curl, check: Check, wire: Wire, answer: Answer) -> Generator[Step, None, float]:
    """Returns when it was done, so since when the server may send."""
    before = answer.total_ms
    lines: list[bytes] = []
    login = (("Authorization", check.authorization),) if check.authorization else ()
    curl.setopt(pycurl.CONNECT_ONLY, _UPGRADE)
    curl.setopt(pycurl.FORBID_REUSE, 0)  # it would be closed when the transfer is done
    curl.setopt(pycurl.USERAGENT, f"colter/{__version__}")
    curl.setopt(pycurl.HTTPHEADER, header_lines((*check.headers, *login)))
    curl.setopt(pycurl.HEADERFUNCTION, lines.append)
    if check.address.secure:
        trust(curl, check.address, check, wire)
        if wire.explain:
            watch_handshake(curl, answer)
    transfer = Transfer(curl, kept_until=wire.deadline)
    asked = now()
    yield transfer
    take_timings(transfer, check.address, answer)
    answer.status, answer.head = read_head(lines)
    answer.authenticated = bool(login)
    if check.address.secure:
        take_certificate(curl, answer)
    if transfer.code != pycurl.E_OK:
        raise _refused(answer) or diagnose(transfer, check.address, answer, check)
    answer.log.append(f"{answer.ip} took the upgrade")
    return asked + (answer.total_ms - before) / 1000


def _refused(answer: Answer) -> ProbeFailedError | None:
    if answer.status is None or answer.status == _SWITCHING:
        return None
    return ProbeFailedError(Reason.HTTP_STATUS, f"answered with status {answer.status} instead of the upgrade")


def _send(curl: pycurl.Curl, check: Check, wire: Wire) -> Steps:
    data = check.payload
    kind = pycurl.WS_TEXT if _is_text(data) else pycurl.WS_BINARY
    while data:
        try:
            data = data[curl.ws_send(data, kind) :]
        except BlockingIOError:
            if not (yield from _ready(curl, wire, write=True)):
                raise ProbeFailedError(Reason.TIMEOUT_BODY, "the message was not taken in time") from None
        except pycurl.error as error:
            raise _broken() from error


def _message(curl: pycurl.Curl, wire: Wire) -> Generator[Step, None, bytes | None]:
    """The next message, whole, or as much of it as is listened to; nothing when the server says good-bye."""
    message: bytes = b""
    for _ in range(_MOST_FRAMES):
        if now() > wire.deadline:
            return None
        try:
            part, frame = curl.ws_recv(_PART)
        except BlockingIOError:
            yield from _ready(curl, wire)
            continue
        except pycurl.error as error:
            raise _broken() from error
        if frame.flags & pycurl.WS_CLOSE:
            return b""
        if frame.flags & (pycurl.WS_TEXT | pycurl.WS_BINARY | pycurl.WS_CONT):
            message += part
            going_on = frame.bytesleft > 0 or bool(frame.flags & pycurl.WS_CONT)
            if not going_on or len(message) > MOST_HEARD:
                return message
    raise ProbeFailedError(Reason.PROTOCOL_ERROR, f"the server sends {_MOST_FRAMES} frames and no message")


def _ready(curl: pycurl.Curl, wire: Wire, *, write: bool = False) -> Generator[Step, None, bool]:
    ready = Ready(int(curl.getinfo(pycurl.ACTIVESOCKET)), wire.deadline, write=write)
    yield ready
    return ready.done_at is not None


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _broken() -> ProbeFailedError:
    return ProbeFailedError(Reason.PROTOCOL_ERROR, "the server broke the connection off")
