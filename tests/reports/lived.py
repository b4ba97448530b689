"""A past to report on: real rounds, of looks as letters."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult, Reason, Round
from tests.alerts_commands.watching import measured
from tests.cli.running import Machine

MINUTE = timedelta(minutes=1)
HOUR, DAY = 60, 1440
"""Looks, one a minute."""
MIDNIGHT = datetime(2026, 5, 3, tzinfo=UTC)
"""A day and a half before the clock of the tests."""
THAT_DAY = ("--since", "2026-05-03", "--until", "2026-05-04")
CONFIG = """
endpoints:
  - {name: api, url: "https://api.example.org/health", tags: [prod], group: backend}
  - {name: db, url: "tcp://db.example.org:5432", group: backend}
  - {name: "web [eu]", url: "https://web.example.org/", tags: [prod]}
"""
_STATES = {"g": EndpointState.UP, "b": EndpointState.DOWN, "d": EndpointState.DEGRADED, "u": EndpointState.UNKNOWN}


def watched(machine: Machine, looks: Mapping[str, str], begin: datetime = MIDNIGHT) -> None:
    """Have all of these looked at, once a minute."""
    measured(machine, rounds(*(results(name, row, begin) for name, row in looks.items())))


def results(endpoint: str, looks: str, begin: datetime) -> Iterator[ProbeResult]:
    """A look a minute for each letter: g, b (down), d (degraded), u (unknown), or a blank for none.

    Good ones take 1 ms to 1 s, one after the other.
    """
    for place, look in enumerate(looks):
        if look != " ":
            good = look in "gd"
            yield ProbeResult(
                endpoint,
                "https://example.org/",
                begin + place * MINUTE,
                _STATES[look],
                None if look == "g" else Reason.LATENCY if good else Reason.CONNECT_REFUSED,
                latency_ms=float(1 + place % 1000) if good else None,
            )


def rounds(*found: Iterable[ProbeResult]) -> Iterator[Round]:
    """All of these results as rounds of six hours each, in the order in which they were looked at."""
    together: dict[datetime, list[ProbeResult]] = {}
    for result in sorted((each for some in found for each in some), key=lambda result: result.at):
        begin = result.at.replace(hour=result.at.hour // 6 * 6, minute=0, second=0, microsecond=0)
        together.setdefault(begin, []).append(result)
    for begin, looks in together.items():
        yield Round(f"{int(looks[0].at.timestamp()):012x}", begin, looks[-1].at, (), looks)


def reported(machine: Machine, *argv: str, clock: Clock | None = None) -> dict[str, Any]:
    """The report as a document, made without a word."""
    ended = machine.inside("report", "-f", "json", *argv, clock=clock)
    assert (ended.code, ended.err) == (0, "")
    document: dict[str, Any] = json.loads(ended.out)
    return document


def uptime(machine: Machine, name: str, *argv: str, clock: Clock | None = None) -> dict[str, Any]:
    """What is reported of one endpoint."""
    [endpoint] = reported(machine, name, *argv, clock=clock)["endpoints"]
    assert endpoint["name"] == name
    found: dict[str, Any] = endpoint["uptime"]
    return found
