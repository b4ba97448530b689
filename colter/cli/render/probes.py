"""Probe results in every format, as one page or as a stream, and the story of a single probe."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.render import machine, people, tables
from colter.core import records
from colter.core.model import ProbeResult
from colter.core.text import clean

if TYPE_CHECKING:
    from colter.sinks.text_format import Point

Fails = Callable[[ProbeResult], bool]
_BODY_SHOWN = 500


def page(context: Context, format_: str, started: datetime, results: Sequence[ProbeResult], fails: Fails) -> str:
    """All results as one text."""
    match format_:
        case "table" | "markdown":
            return tables.drawn(context, format_, people.probe_sheets(results, context.clock.now()))
        case "json":
            return machine.document(records.probes_document(started, results))
        case "openmetrics":
            from colter.sinks.exposition import openmetrics

            return openmetrics(points(results))
        case "junit" | "nagios" | "github":
            from colter.cli.render import ci

            return ci.page(format_, results, fails)
    return machine.rows(format_, [records.probe_record(result) for result in results], machine.flat_probes)


def points(results: Iterable[ProbeResult]) -> "Iterator[Point]":
    """The numbers of probe results for Prometheus."""
    from colter.sinks.exposition import of_results

    return of_results(results)


class Stream:
    """Writes results as they come, for formats that have one line for each."""

    FORMATS = frozenset({"text", "jsonl"})

    def __init__(self, context: Context, format_: str) -> None:
        self._context = context
        self._format = format_
        self._begun = False

    def show(self, result: ProbeResult) -> None:
        """Write one result."""
        record = records.probe_record(result)
        if self._format == "jsonl":
            self._context.write(machine.lines([record]))
        else:
            self._context.write(machine.text(machine.flat_probes([record]), head=not self._begun))
        self._begun = True


def explanation(result: ProbeResult) -> str:
    """What happened in one probe, for people."""
    return "".join(f"{line}\n" for line in _story(result))


def _story(result: ProbeResult) -> Iterator[str]:
    reason = f" ({result.reason.value})" if result.reason else ""
    yield clean(f"{result.endpoint} is {result.state.value}{reason}: {result.url}")
    if result.detail:
        yield f"  {clean(result.detail)}"
    yield from _phases(result)
    evidence = result.evidence
    if evidence is None:
        return
    yield from _section("certificate", (f"{name}: {value}" for name, value in evidence.certificate.items()))
    yield from _section("headers", (f"{name}: {value}" for name, value in evidence.headers))
    yield from _section("log", evidence.log)
    if evidence.body_head:
        yield from _section("body", [clean(evidence.body_head, _BODY_SHOWN)])


def _phases(result: ProbeResult) -> Iterator[str]:
    phases = records.probe_record(result)["phases_ms"]
    spent = {name: value for name, value in phases.items() if value is not None}
    longest = max(spent.values(), default=0)
    for name, value in spent.items():
        bar = "#" * round(30 * value / longest) if longest else ""
        yield f"  {name:<10} {value:>9.1f} ms  {bar}".rstrip()
    if result.latency_ms is not None:
        yield f"  {'total':<10} {result.latency_ms:>9.1f} ms"


def _section(head: str, lines: Iterable[str]) -> Iterator[str]:
    shown = [f"    {clean(line)}" for line in lines]
    if shown:
        yield f"  {head}"
        yield from shown
