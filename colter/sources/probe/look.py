"""One probe of one endpoint, from the first name that is looked up to the result."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.net.dns import Resolver
from colter.sources.probe import http, icmp, tcp, websocket
from colter.sources.probe.answer import Answer, ProbeFailedError, Verdict
from colter.sources.probe.check import Check
from colter.sources.probe.evidence import evidence
from colter.sources.probe.judge import judge
from colter.sources.probe.oauth import Tokens
from colter.sources.probe.pause import Pauses
from colter.sources.probe.search import Searcher
from colter.sources.probe.steps import Probe, Wait, now
from colter.sources.probe.wire import Steps, Wire

_log = logging.getLogger(__name__)
_UNAUTHORIZED = 401
_PAUSE = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Tools:
    """What all probes share."""

    clock: Clock
    resolver: Resolver
    searcher: Searcher
    trust: str | None
    tokens: Tokens = field(default_factory=Tokens)
    pauses: Pauses = field(default_factory=Pauses)


def look(check: Check, tools: Tools, *, explain: bool = False) -> Probe:
    """The steps of one probe; whatever happens, they end in a result."""
    began = tools.clock.now()
    try:
        if end := tools.pauses.end(check, began):
            return _result(check, Answer(began), _left_alone(end), began, attempts=0)
        return (yield from _attempts(check, tools, began, explain=explain))
    except Exception:
        # On the engine's thread nobody else could answer for it, and the other probes must go on.
        _log.exception("the probe of %s went wrong", check.name)
        verdict = Verdict(EndpointState.UNKNOWN, Reason.INTERNAL_ERROR, "Colter made a mistake; its log tells more")
        return _result(check, Answer(began), verdict, began, attempts=1)


def _attempts(check: Check, tools: Tools, began: datetime, *, explain: bool) -> Probe:
    deadline = now() + check.timeout.total_seconds()
    wire = Wire(tools.resolver, tools.searcher, tools.clock, tools.trust, deadline, explain)
    attempts = 0
    while True:
        attempts += 1
        answer = Answer(tools.clock.now())
        verdict: Verdict | None = None
        try:
            if check.oauth:
                check = yield from tools.tokens.signed(check, check.oauth, wire)
            yield from _ASK[check.address.scheme](check, wire, answer)
            verdict = judge(check, answer, tools.clock.now())
        except ProbeFailedError as failed:
            verdict = failed.verdict
        if answer.status == _UNAUTHORIZED:
            tools.tokens.forget(check)
        if verdict and verdict.pause_until:
            tools.pauses.begin(check, verdict.pause_until, tools.clock.now())
        if verdict is None or verdict.state is not EndpointState.DOWN or attempts > check.confirm:
            break
        # An attempt that is cut short would report the lack of time, not what is wrong.
        if deadline - now() < check.timeout.total_seconds() / 2:
            break
        yield Wait(now() + min(_PAUSE, check.timeout / 10).total_seconds())
    result = _result(check, answer, verdict, began, attempts)
    return replace(result, evidence=evidence(answer, check)) if explain else result


def _ask_dns(check: Check, wire: Wire, answer: Answer) -> Steps:
    from colter.sources.probe import dns  # noqa: PLC0415  a tenth of a second, for those who ask name servers

    yield from dns.ask(check, wire, answer)


_ASK: Mapping[str, Callable[[Check, Wire, Answer], Steps]] = {
    "https": http.ask,
    "http": http.ask,
    "tcp": tcp.converse,
    "tls": tcp.converse,
    "smtp": tcp.converse,
    "imap": tcp.converse,
    "postgres": tcp.converse,
    "dns": _ask_dns,
    "icmp": icmp.ping,
    "ws": websocket.converse,
    "wss": websocket.converse,
}


def _result(check: Check, answer: Answer, verdict: Verdict | None, began: datetime, attempts: int) -> ProbeResult:
    return ProbeResult(
        endpoint=check.name,
        url=check.url,
        at=began,
        state=verdict.state if verdict else EndpointState.UP,
        reason=verdict.reason if verdict else None,
        detail=verdict.detail if verdict else None,
        status_code=answer.status,
        http_version=answer.http_version,
        ip=answer.ip,
        latency_ms=answer.latency_ms,
        phases=answer.phases,
        redirects=answer.redirects,
        size=answer.size,
        certificate_expires=answer.certificate_expires,
        attempts=attempts,
        group=check.group,
        pause_until=verdict.pause_until if verdict else None,
    )


def _left_alone(end: datetime) -> Verdict:
    detail = f"asked to be left alone until {end:%H:%M:%S} UTC, so it was"
    return Verdict(EndpointState.DEGRADED, Reason.RATE_LIMITED, detail, end)
