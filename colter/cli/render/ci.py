"""Probe results for build servers and Nagios: JUnit XML, workflow annotations, plugin output."""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum

from colter.core.model import EndpointState, ProbeResult
from colter.core.text import clean

Failed = Callable[[ProbeResult], bool]
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LABEL = re.compile(r"[='|\n]")


class Nagios(IntEnum):
    """What a plugin says when it ends (https://nagios-plugins.org/doc/guidelines.html)."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_NAGIOS = {
    EndpointState.UP: Nagios.OK,
    EndpointState.MAINTENANCE: Nagios.OK,
    EndpointState.DEGRADED: Nagios.WARNING,
    EndpointState.DOWN: Nagios.CRITICAL,
    EndpointState.UNKNOWN: Nagios.UNKNOWN,
}
_WORST_FIRST = (Nagios.CRITICAL, Nagios.WARNING, Nagios.UNKNOWN, Nagios.OK)


def page(format_: str, results: Sequence[ProbeResult], failed: Failed) -> str:
    """Results as `junit`, `nagios` or `github`."""
    match format_:
        case "junit":
            return junit(results, failed)
        case "nagios":
            return nagios(results)
    return annotations(results, failed)


def junit(results: Sequence[ProbeResult], failed: Failed) -> str:
    """One test case for each result; the schema that Jenkins, GitLab and GitHub's actions read."""
    broken = sum(1 for result in results if failed(result))
    head = f'<testsuite name="colter probe" tests="{len(results)}" failures="{broken}" time="{_seconds(results):.3f}">'
    cases = "".join(_case(result, failed(result)) for result in results)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{cases}</testsuite>\n'


def nagios(results: Sequence[ProbeResult]) -> str:
    """One line of summary with performance data, then one line for each endpoint that is not simply up."""
    code = nagios_code(results)
    up = sum(1 for result in results if _NAGIOS[result.state] == Nagios.OK)
    figures = " ".join(filter(None, map(_figure, results)))
    lines = [f"{code.name} - {up} of {len(results)} up | {figures}".removesuffix(" | ")]
    lines += [_line(result).replace("|", "/") for result in results if _NAGIOS[result.state] != Nagios.OK]
    return "\n".join(lines) + "\n"


def nagios_code(results: Iterable[ProbeResult]) -> Nagios:
    """The worst of the states, in Nagios' order: critical, warning, unknown, fine."""
    found = {_NAGIOS[result.state] for result in results}
    return next((code for code in _WORST_FIRST if code in found), Nagios.UNKNOWN)


def annotations(results: Iterable[ProbeResult], failed: Failed) -> str:
    """Workflow commands of GitHub Actions: an error or a warning for each endpoint that is not simply up.

    A line of text never begins with a stranger's words, nor holds `##[`: either could be a command.
    """
    lines = []
    for result in results:
        if failed(result) or result.state not in (EndpointState.UP, EndpointState.MAINTENANCE):
            level = "error" if failed(result) else "warning"
            lines.append(f"::{level} title={_property(result.endpoint)}::{_data(_line(result))}\n")
        else:
            lines.append(f"ok: {_line(result)}\n".replace("##[", "#["))
    return "".join(lines)


def _case(result: ProbeResult, broken: bool) -> str:
    head = f"  <testcase classname={_attribute(result.group or 'probe')} name={_attribute(result.endpoint)}"
    head += f' time="{_seconds([result]):.3f}"'
    if not broken:
        return f"{head}/>\n"
    kind = result.reason.value if result.reason else result.state.value
    return f"{head}>\n    <failure type={_attribute(kind)} message={_attribute(_line(result))}/>\n  </testcase>\n"


def _line(result: ProbeResult) -> str:
    reason = f" ({result.reason.value})" if result.reason else ""
    detail = f": {result.detail}" if result.detail else ""
    return clean(f"{result.endpoint} is {result.state.value}{reason}{detail}")


def _seconds(results: Iterable[ProbeResult]) -> float:
    return sum(result.latency_ms or 0 for result in results) / 1000


def _attribute(text: str) -> str:
    # Not xml.sax.saxutils: it imports urllib.request, a twentieth of what a probe costs.
    escaped = html.escape(_NOT_IN_XML.sub("", clean(text)))
    # stdout is what the locale says, and the head of the document says UTF-8: ASCII is both.
    return f'"{escaped.encode("ascii", "xmlcharrefreplace").decode()}"'


def _figure(result: ProbeResult) -> str:
    if result.latency_ms is None:
        return ""
    return f"'{_LABEL.sub('_', clean(result.endpoint, 100))}'={result.latency_ms / 1000:.6f}s"


def _data(text: str) -> str:
    # https://github.com/actions/toolkit, packages/core/src/command.ts
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text, 100)).replace(":", "%3A").replace(",", "%2C")
