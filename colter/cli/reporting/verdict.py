"""What a report means for the exit code: `--fail-on`."""

from collections.abc import Mapping, Sequence

from colter.app.reports.endpoints import Uptime
from colter.app.reports.report import Report
from colter.cli.context import Context
from colter.cli.outcome import read_conditions
from colter.core.conditions import Condition, Vocabulary
from colter.core.errors import ExitCode
from colter.core.names import few

_SHARES = frozenset({"availability", "coverage"})
_LENGTHS = frozenset({"downtime", "p50", "p95", "p99"})
_KNOWN = Vocabulary(
    _SHARES | _LENGTHS | {"outages", "blips"},
    frozenset(),
    "'availability < 99.9%' or 'outages > 0'",
    lengths=_LENGTHS,
    shares=_SHARES,
)


def read_fail_on(written: Sequence[str]) -> Sequence[Condition]:
    """The conditions of `--fail-on`; UsageError for one that is none."""
    return read_conditions(written, _KNOWN)


def exit_code(context: Context, report: Report, conditions: Sequence[Condition]) -> ExitCode:
    """10 when a condition holds for an endpoint, and for which one is said."""
    code = ExitCode.OK
    for condition in conditions:
        hit = [
            each.subject.target.name for each in report.endpoints if condition.holds(_numbers(each.uptime), frozenset())
        ]
        if hit:
            context.say(f"colter: {condition.text}: {few(hit)}")
            code = ExitCode.ALERT
    return code


def _numbers(uptime: Uptime) -> Mapping[str, float]:
    """What is not known is not there."""
    tally = uptime.tally
    p50, p95, p99 = tally.percentiles_ms((0.5, 0.95, 0.99))
    found = {"availability": uptime.availability, "coverage": uptime.coverage, "p50": p50, "p95": p95, "p99": p99}
    if tally.known:
        found |= {"downtime": float(tally.down_ms), "outages": len(uptime.outages), "blips": tally.blips}
    return {name: value for name, value in found.items() if value is not None}
