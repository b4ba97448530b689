"""Probing once, several times, or until it passes; showing each look as it comes where the format allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from colter.cli import options
from colter.cli.context import Context
from colter.cli.measuring import Destinations, measuring
from colter.cli.outcome import INTERRUPTIONS, PARTIAL, Seen, tell_error
from colter.cli.probing.verdict import exit_code, failing
from colter.core.conditions import Condition
from colter.core.errors import worst
from colter.core.model import EndpointState, ProbeResult
from colter.core.names import few

if TYPE_CHECKING:
    from colter.app.runtime import Runtime
    from colter.config.schema.endpoints import Endpoint
    from colter.sources.probe.check import Check

Show = Callable[[ProbeResult], None]


@dataclass(frozen=True, slots=True)
class Looks:
    """What to look at, and how often."""

    checks: "Sequence[Check | Endpoint]"
    conditions: Sequence[Condition]
    count: int
    interval: timedelta
    wait: timedelta | None
    explain: bool
    complete: bool
    """These are all the endpoints that are watched."""
    destinations: Destinations


def look(context: Context, looks: Looks, format_: str | None, file: Path | None) -> int:
    """Probe and show; returns the exit code, with `-f nagios` the one of a Nagios plugin."""
    from colter.cli.render.output import check_file, choose_format, deliver
    from colter.cli.render.probes import Stream, explanation, page

    chosen = choose_format(context, format_, file, options.PROBE_FORMATS)
    check_file(file)
    fails = failing(looks.conditions)
    # Waiting shows the last look only; a file is written in one piece.
    hidden = looks.destinations.hides_result(context, format_, file)
    streams = chosen in Stream.FORMATS and not hidden and not file and looks.wait is None
    stream = Stream(context, chosen) if streams else None
    seen = Seen[ProbeResult](context.clock.now())
    try:
        context.run(lambda: _looking(context, looks, seen, stream.show if stream else _nobody, fails))
    except INTERRUPTIONS:
        seen.tell_interrupted(context, "results", kept=looks.destinations.keep)
        if seen.found and chosen in PARTIAL and not stream and not file:
            context.write(page(context, chosen, seen.started, seen.found, fails))
        raise
    if not stream and not hidden:
        deliver(context, page(context, chosen, seen.started, seen.found, fails), file)
    if looks.explain:
        story = "\n".join(explanation(result) for result in seen.found)
        if chosen == "table" and not file:
            context.write(f"\n{story}")
        else:  # between rows that programs read, a story would be noise
            context.tell(story)
    if looks.count > 1:
        _summarise(context, seen.found)
    for problem in seen.problems:
        tell_error(problem, context)
    if chosen == "nagios":
        from colter.cli.render.ci import nagios_code

        return nagios_code(seen.found)
    return worst([exit_code(seen.found, fails), *(problem.exit_code for problem in seen.problems)])


async def _looking(
    context: Context, looks: Looks, seen: Seen[ProbeResult], show: Show, fails: Callable[[ProbeResult], bool]
) -> None:
    async with measuring(context, looks.destinations, seen) as runtime:
        if looks.wait is not None:
            await _until_it_passes(context, looks, runtime, seen, fails)
        else:
            await _repeat(context, looks, runtime, seen, show)


async def _repeat(context: Context, looks: Looks, runtime: "Runtime", seen: Seen[ProbeResult], show: Show) -> None:
    begun = context.clock.monotonic()
    for number in range(looks.count):
        if number:
            runtime.deliver_meanwhile()
            due = begun + number * looks.interval.total_seconds()
            await context.clock.sleep(timedelta(seconds=max(0.0, due - context.clock.monotonic())))
        await _look_once(context, looks, runtime, seen, show)


async def _until_it_passes(
    context: Context, looks: Looks, runtime: "Runtime", seen: Seen[ProbeResult], fails: Callable[[ProbeResult], bool]
) -> None:
    begun = context.clock.monotonic()
    limit = (looks.wait or timedelta()).total_seconds()
    while True:
        seen.found.clear()
        await _look_once(context, looks, runtime, seen, _nobody)
        bad = [result for result in seen.found if fails(result)]
        passed = context.clock.monotonic() - begun
        if not bad or passed + looks.interval.total_seconds() > limit:
            return
        names = few(
            [f"{result.endpoint} ({result.reason.value if result.reason else result.state.value})" for result in bad]
        )
        context.say(f"colter: not yet after {passed:.1f} s: {names}")
        runtime.deliver_meanwhile()
        await context.clock.sleep(looks.interval)


async def _look_once(context: Context, looks: Looks, runtime: "Runtime", seen: Seen[ProbeResult], show: Show) -> None:
    before = len(seen.found)

    def keep(result: ProbeResult) -> None:
        seen.found.append(result)
        context.progress.show(f"probed: {len(seen.found)} of {len(looks.checks) * looks.count}")
        show(result)

    done = await runtime.probe(looks.checks, complete=looks.complete, explain=looks.explain, emit=keep)
    seen.found[before:] = done.results  # as they came, now in the order of the checks


def _summarise(context: Context, results: Sequence[ProbeResult]) -> None:
    from statistics import median

    by_endpoint: dict[str, list[ProbeResult]] = {}
    for result in results:
        by_endpoint.setdefault(result.endpoint, []).append(result)
    for endpoint, ours in by_endpoint.items():
        good = sum(1 for result in ours if result.state in (EndpointState.UP, EndpointState.DEGRADED))
        spent = [result.latency_ms for result in ours if result.latency_ms is not None]
        times = f"; latency min {min(spent):.1f}, median {median(spent):.1f}, max {max(spent):.1f} ms" if spent else ""
        context.say(f"colter: {endpoint}: {good} of {len(ours)} up{times}")


def _nobody(_: ProbeResult) -> None:
    return
