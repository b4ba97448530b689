"""Probing once, several times, or until it passes; showing each look as it comes where the format allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from colter.cli import options
from colter.cli.context import Context
from colter.cli.outcome import few, report
from colter.cli.probing.verdict import exit_code, failing
from colter.core.conditions import Condition
from colter.core.errors import ColterError, worst
from colter.core.model import EndpointState, ProbeResult
from colter.core.units import format_duration

if TYPE_CHECKING:
    from colter.app.runtime import Runtime
    from colter.sources.probe.check import Check

Show = Callable[[ProbeResult], None]


@dataclass(frozen=True, slots=True)
class Looks:
    """What to look at, and how often."""

    checks: "Sequence[Check]"
    conditions: Sequence[Condition]
    count: int
    interval: timedelta
    wait: timedelta | None
    explain: bool
    keep: bool


@dataclass(slots=True)
class Seen:
    """What was seen."""

    started: datetime
    results: Sequence[ProbeResult]
    problems: Sequence[ColterError]


def look(context: Context, looks: Looks, format_: str | None, file: Path | None) -> int:
    """Probe and show; returns the exit code, with `-f nagios` the one of a Nagios plugin."""
    from colter.cli.render.ci import nagios_code
    from colter.cli.render.output import check_file, choose_format, deliver
    from colter.cli.render.probes import Stream, explanation, page

    chosen = choose_format(context, format_, file, options.PROBE_FORMATS)
    check_file(file)
    fails = failing(looks.conditions)
    # Waiting shows the last look only; a file is written in one piece.
    stream = Stream(context, chosen) if chosen in Stream.FORMATS and not file and not looks.wait else None
    seen = context.run(lambda: _looking(context, looks, stream.show if stream else _nobody, fails))
    if not stream:
        deliver(context, page(context, chosen, seen.started, seen.results, fails), file)
    if looks.explain:
        story = "\n".join(explanation(result) for result in seen.results)
        if chosen == "table" and not file:
            context.write(f"\n{story}")
        else:  # between rows that programs read, a story would be noise
            context.warn(story)
    if looks.count > 1:
        _summarise(context, seen.results)
    for problem in seen.problems:
        report(problem, context)
    if chosen == "nagios":
        return nagios_code(seen.results)
    return worst([exit_code(seen.results, fails), *(problem.exit_code for problem in seen.problems)])


async def _looking(context: Context, looks: Looks, show: Show, fails: Callable[[ProbeResult], bool]) -> Seen:
    from colter.app.runtime import open_runtime

    started = context.clock.now()
    state_dir = context.state_dir if looks.keep else None
    async with open_runtime(context.settings, context.clock, state_dir=state_dir) as runtime:
        results = await (
            _until_it_passes(context, looks, runtime, fails) if looks.wait else _repeat(context, looks, runtime, show)
        )
        return Seen(started, results, runtime.problems)


async def _repeat(context: Context, looks: Looks, runtime: "Runtime", show: Show) -> Sequence[ProbeResult]:
    results: list[ProbeResult] = []
    begun = context.clock.monotonic()
    for number in range(looks.count):
        if number:
            due = begun + number * looks.interval.total_seconds()
            await context.clock.sleep(timedelta(seconds=max(0.0, due - context.clock.monotonic())))
        done = await runtime.probe(looks.checks, explain=looks.explain, emit=show)
        results += done.results
    return results


async def _until_it_passes(
    context: Context, looks: Looks, runtime: "Runtime", fails: Callable[[ProbeResult], bool]
) -> Sequence[ProbeResult]:
    begun = context.clock.monotonic()
    limit = (looks.wait or timedelta()).total_seconds()
    while True:
        done = await runtime.probe(looks.checks, explain=looks.explain)
        bad = [result for result in done.results if fails(result)]
        passed = context.clock.monotonic() - begun
        if not bad or passed + looks.interval.total_seconds() > limit:
            return done.results
        names = few(
            [f"{result.endpoint} ({result.reason.value if result.reason else result.state.value})" for result in bad]
        )
        context.say(f"colter: not yet after {format_duration(timedelta(seconds=round(passed)))}: {names}")
        await context.clock.sleep(looks.interval)


def _summarise(context: Context, results: Sequence[ProbeResult]) -> None:
    for endpoint in dict.fromkeys(result.endpoint for result in results):
        ours = [result for result in results if result.endpoint == endpoint]
        good = sum(1 for result in ours if result.state in (EndpointState.UP, EndpointState.DEGRADED))
        spent = [result.latency_ms for result in ours if result.latency_ms is not None]
        times = f"; latency min {min(spent):.1f}, median {median(spent):.1f}, max {max(spent):.1f} ms" if spent else ""
        context.say(f"colter: {endpoint}: {good} of {len(ours)} up{times}")


def _nobody(_: ProbeResult) -> None:
    return
