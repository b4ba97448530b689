"""One probe of one endpoint, from the first name that is looked up to the result."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.net.dns import Resolver
from colter.sources.probe import http, tcp
from colter.sources.probe.answer import Answer, ProbeFailedError, Verdict
from colter.sources.probe.check import Check
from colter.sources.probe.engine import Probe, Wait, now
from colter.sources.probe.evidence import evidence
from colter.sources.probe.judge import judge
from colter.sources.probe.search import Searcher
from colter.sources.probe.wire import Steps, Wire

_log = logging.getLogger(__name__)
_PAUSE = timedelta(milliseconds=500)
_LONGEST_SEARCH = 0.4  # seconds; searching comes after the answer, so it adds to the timeout


@dataclass(frozen=True, slots=True)
class Tools:
    """What all probes share."""

    clock: Clock
    resolver: Resolver
    searcher: Searcher
    trust: str | None


def look(check: Check, tools: Tools, *, explain: bool = False) -> Probe:
    """The steps of one probe; whatever happens, they end in a result."""
    began = tools.clock.now()
    try:
        return (yield from _attempts(check, tools, began, explain=explain))
    except Exception:
        # On the engine's thread nobody else could answer for it, and the other probes must go on.
        _log.exception("the probe of %s went wrong", check.name)
        verdict = Verdict(EndpointState.UNKNOWN, Reason.INTERNAL_ERROR, "Colter made a mistake; its log tells more")
        return _result(check, Answer(), verdict, began, attempts=1)


def _attempts(check: Check, tools: Tools, began: datetime, *, explain: bool) -> Probe:
    deadline = now() + check.timeout.total_seconds()
    wire = Wire(tools.resolver, tools.trust, deadline, explain)
    attempts = 0
    while True:
        attempts += 1
        answer = Answer()
        verdict: Verdict | None = None
        try:
            yield from (tcp.connect if check.address.scheme == "tcp" else http.ask)(check, wire, answer)
            yield from _search(check, tools.searcher, answer)
            verdict = judge(check, answer, tools.clock.now())
        except ProbeFailedError as failed:
            verdict = failed.verdict
        if verdict is None or verdict.state is not EndpointState.DOWN or attempts > check.confirm:
            break
        # An attempt that is cut short would report the lack of time, not what is wrong.
        if deadline - now() < check.timeout.total_seconds() / 2:
            break
        yield Wait(now() + min(_PAUSE, check.timeout / 10).total_seconds())
    result = _result(check, answer, verdict, began, attempts)
    return replace(result, evidence=evidence(answer, check)) if explain else result


def _search(check: Check, searcher: Searcher, answer: Answer) -> Steps:
    until = now() + _LONGEST_SEARCH
    for pattern in check.patterns:
        wanted = searcher.search(pattern, answer.body)
        wait = Wait(until, wanted)
        yield wait
        if wait.done_at is None:
            raise ProbeFailedError(Reason.INTERNAL_ERROR, "Colter was too busy to search the body")
        answer.matches[pattern] = wanted.result()


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
    )
