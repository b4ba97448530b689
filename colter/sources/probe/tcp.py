"""One look at a TCP port, plain or with TLS: whether it takes a connection, and what it answers."""

from colter.sources.probe.answer import Answer
from colter.sources.probe.check import Check
from colter.sources.probe.listening import listen
from colter.sources.probe.starttls import DIALOGUES
from colter.sources.probe.stream import connect, secured
from colter.sources.probe.wire import Steps, Wire


def converse(check: Check, wire: Wire, answer: Answer) -> Steps:
    """Connect, begin TLS if that is asked for, send, and listen until what is expected has come."""
    stream = yield from connect(check, wire, answer, secure=check.address.secure and not check.starttls)
    try:
        if check.starttls:
            yield from DIALOGUES[check.starttls](stream)
            answer.add("processing", stream.took)
            stream = yield from secured(stream, check, wire, answer)
            answer.log.append(f"went on with TLS, as {check.starttls} does")
        if check.body is not None:
            yield from stream.send(check.payload)
        if check.needs_body:
            yield from listen(stream.receive, check, wire, answer)
        if check.body is not None or check.needs_body:
            answer.add("processing", stream.took)
    finally:
        stream.close()
    answer.complete = True
