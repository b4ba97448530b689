"""Rounds made from their number, so that whoever reads back knows what must be there, to the last value."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, NamedTuple

from colter.core.model import EndpointState, Metric, ProbeResult, Reading, Round, Sample, Target
from tests.fakes.clock import START

SERIAL = Metric("serial", "Serial number.", "colter_pypi_serial", "pypi_package_stats", "serial")
METRICS = {("pypi", "serial"): SERIAL}
_MOST = 10


class Fact(NamedTuple):
    """One measurement: where it stands, and its value, which no other has."""

    round: str
    source: Literal["pypi", "probe"]
    position: int
    value: int


def numbered(number: int) -> Round:
    """One to five readings and as many results; no other round measures in the same second."""
    at = START + timedelta(seconds=number)
    size = 1 + number % (_MOST // 2)
    serials = range(number * _MOST, number * _MOST + 2 * size)
    readings = [
        Reading(Target("pypi", f"t{position}"), at, (Sample(SERIAL, serial),))
        for position, serial in enumerate(serials[:size])
    ]
    results = [
        ProbeResult(f"e{position}", "https://example.org/", at, EndpointState.UP, latency_ms=serial)
        for position, serial in enumerate(serials[size:])
    ]
    return Round(key_of(number), at, at, tuple(readings), tuple(results))


def key_of(number: int) -> str:
    """Of the round with this number."""
    return f"{number:08d}"


def key_at(at_ms: int) -> str:
    """Of the round that measured at this moment, in Unix milliseconds."""
    return key_of(at_ms // 1000 - int(START.timestamp()))


def key_with(value: int) -> str:
    """Of the round that measured this."""
    return key_of(value // _MOST)


def facts(rounds: Iterable[Round]) -> list[Fact]:
    """What these have measured."""
    return [
        Fact(entry.round.key, "pypi", entry.position, int(entry.what.values["serial"]))
        if isinstance(entry.what, Reading)
        else Fact(entry.round.key, "probe", entry.position, round(entry.what.latency_ms or 0))
        for done in rounds
        for entry in done.entries
    ]
