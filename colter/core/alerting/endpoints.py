"""What the result of a probe means to the rules `down` and `degraded`."""

from colter.core.alerting.observation import Observation, Verdict
from colter.core.model import EndpointState, ProbeResult

DOWN, DEGRADED = "down", "degraded"
"""The rules that every endpoint has; also the states that routes speak of."""

_VERDICTS = {
    (DOWN, EndpointState.UP): Verdict.GOOD,
    (DOWN, EndpointState.DEGRADED): Verdict.GOOD,
    (DOWN, EndpointState.DOWN): Verdict.BAD,
    (DEGRADED, EndpointState.UP): Verdict.GOOD,
    (DEGRADED, EndpointState.DEGRADED): Verdict.BAD,
    # R2: of what is down nobody knows how slow it would be. All that is not here is unknown.
}


def observe_endpoint(rule: str, result: ProbeResult, sequence: int, *, self_offline: bool = False) -> Observation:
    """The result, judged by one of the two rules; while it is us who are offline it tells nothing.

    Nor does it when nothing was asked: one answer of a server that wants to be left alone is one bad look, not many.
    """
    tells_nothing = self_offline or not result.attempts
    verdict = Verdict.UNKNOWN if tells_nothing else _VERDICTS.get((rule, result.state), Verdict.UNKNOWN)
    return Observation(sequence, verdict, result.at, result.reason, result.detail)
