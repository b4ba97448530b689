"""Listening until what is expected has come: over TCP, TLS and WebSocket, where no answer says how long it is."""

from collections.abc import Callable, Generator
from itertools import count

from colter.core.model import Reason
from colter.core.units import format_duration
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.expect import first_violation
from colter.sources.probe.steps import Step, Wait, now
from colter.sources.probe.wire import Steps, Wire, search

MOST_HEARD = 64 * 1024
"""Bytes that are listened to."""
_QUICK = 16
_BREATH = 0.02  # seconds
Receive = Callable[[], Generator[Step, None, bytes | None]]
"""The next part; nothing at the end of the connection; None when the time is up."""


def listen(receive: Receive, check: Check, wire: Wire, answer: Answer, *, messages: bool = False) -> Steps:
    """Listen until everything holds that looks at the body; ProbeFailedError when that never comes.

    Args:
        receive: gets the next part.
        check: what is expected.
        wire: deadline and searcher.
        answer: gets the body.
        messages: each part is judged by itself, instead of all that has come.
    """
    looks = [each for each in (*check.expect, *check.warn) if each.needs_body]
    part: bytes | None = b""
    answer.size = 0
    for number in count():
        if answer.truncated:
            break
        if number > _QUICK:
            # Who sends byte by byte is not judged byte by byte.
            yield Wait(now() + _BREATH)
        part = yield from receive()
        if not part:
            break
        answer.size += len(part)
        answer.body = (part if messages else answer.body + part)[:MOST_HEARD]
        answer.truncated = answer.size > MOST_HEARD
        yield from search(check, wire, answer)
        if not first_violation(looks, answer, wire.clock.now()):
            return
    if not answer.body:
        raise _silent(check, closed=part is not None)
    if violated := first_violation([each for each in check.expect if each.needs_body], answer, wire.clock.now()):
        raise ProbeFailedError(*violated)


def _silent(check: Check, *, closed: bool) -> ProbeFailedError:
    if closed:
        return ProbeFailedError(Reason.PROTOCOL_ERROR, "the server closed the connection without an answer")
    return ProbeFailedError(Reason.TIMEOUT_BODY, f"nothing was answered within {format_duration(check.timeout)}")
