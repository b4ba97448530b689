"""What results mean: `--fail-on`, and the exit code."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from colter.cli.outcome import read_conditions
from colter.core.conditions import Condition, Vocabulary
from colter.core.errors import ExitCode, worst
from colter.core.model import EndpointState, ProbeResult, Reason

_NUMBERS = frozenset({"latency", "status", "cert", "redirects", "size", "attempts"})
_WORDS = frozenset({"down", "degraded", "unknown", "never", *(reason.value for reason in Reason)}) - _NUMBERS
_KNOWN = Vocabulary(_NUMBERS, _WORDS, "degraded or 'latency > 500ms'", lengths=frozenset({"latency", "cert"}))
_MILLISECOND = timedelta(milliseconds=1)


def read_fail_on(written: Sequence[str] | None) -> Sequence[Condition]:
    """The conditions of `--fail-on`, `down` when there are none; UsageError for one that is none."""
    return read_conditions(written or ["down"], _KNOWN)


def failing(conditions: Sequence[Condition]) -> Callable[[ProbeResult], bool]:
    """Tells whether a result fails the run."""
    return lambda result: any(condition.holds(_numbers(result), _words(result)) for condition in conditions)


def exit_code(results: Iterable[ProbeResult], fails: Callable[[ProbeResult], bool]) -> ExitCode:
    """10 when one fails; 5 when one could not be judged, though there was something to judge."""
    codes = []
    for result in results:
        codes += [ExitCode.ALERT] if fails(result) else []
        codes += [ExitCode.UNREAD] if result.state is EndpointState.UNKNOWN and result.attempts else []
    return worst(codes)


def _numbers(result: ProbeResult) -> dict[str, float]:
    expires = result.certificate_expires
    found = {
        "latency": result.latency_ms,
        "status": result.status_code,
        "cert": (expires - result.at) / _MILLISECOND if expires else None,
        "redirects": result.redirects,
        "size": result.size,
        "attempts": result.attempts,
    }
    return {name: value for name, value in found.items() if value is not None}


def _words(result: ProbeResult) -> frozenset[str]:
    words = {result.state.value, *([result.reason.value] if result.reason else [])}
    if result.state is EndpointState.DOWN:
        words.add(EndpointState.DEGRADED.value)  # who does not take degraded does not take down either
    return frozenset(words)
