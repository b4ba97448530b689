"""From an answer to a verdict: is the endpoint up, degraded or down?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from colter.core.model import EndpointState, Reason
from colter.core.text import clean
from colter.sources.probe.answer import Answer, Verdict
from colter.sources.probe.check import Check
from colter.sources.probe.expect import (
    GOOD_STATUSES,
    Expectation,
    Record,
    ResponseCode,
    Status,
    first_violation,
)
from colter.sources.probe.pause import pause_end

_WEB = (Status(GOOD_STATUSES),)
_DEFAULTS: Mapping[str, Sequence[Expectation]] = {
    "https": _WEB,
    "http": _WEB,
    "dns": (ResponseCode("NOERROR"), Record("*")),
}
"""What must hold where nothing is said about the status."""
_TOO_MANY_REQUESTS, _UNAVAILABLE = 429, 503
_REFUSED = frozenset({401, 403})


def judge(check: Check, answer: Answer, now: datetime) -> Verdict | None:
    """What is wrong with an answer; None: the endpoint is up.

    The status comes first: the body of an error page is no news. A server that asks to come back later is degraded,
    unless its status was expected.
    """
    statuses = [each for each in check.expect if each.fact in ("status", "rcode")] or _DEFAULTS.get(
        check.address.scheme, ()
    )
    if violated := first_violation(statuses, answer, now):
        return _bad_status(answer, now) or Verdict(EndpointState.DOWN, *violated)
    if violated := first_violation(check.expect, answer, now):
        return Verdict(EndpointState.DOWN, *violated)
    if violated := first_violation(check.warn, answer, now):
        return Verdict(EndpointState.DEGRADED, *violated)
    return None


def _bad_status(answer: Answer, now: datetime) -> Verdict | None:
    wait = answer.header("retry-after")
    if answer.status == _TOO_MANY_REQUESTS or (answer.status == _UNAVAILABLE and wait is not None):
        later = f", Retry-After: {clean(wait, 40)}" if wait else ""
        return Verdict(
            EndpointState.DEGRADED,
            Reason.RATE_LIMITED,
            f"asks to come back later (status {answer.status}{later})",
            pause_end(wait, now),
        )
    if answer.status in _REFUSED and answer.authenticated:
        return Verdict(EndpointState.DOWN, Reason.AUTH_FAILED, f"refused the credentials with status {answer.status}")
    return None
