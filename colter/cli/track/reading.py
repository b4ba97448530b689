"""What all of `colter track` does: read, keep, show, and judge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from colter.cli import options
from colter.cli.context import Context
from colter.cli.measuring import Destinations, measuring, read_destinations
from colter.cli.outcome import INTERRUPTIONS, PARTIAL, Seen, read_conditions, say_first, tell_error
from colter.core.errors import ExitCode, worst
from colter.core.model import Metric, Reading, Status
from colter.core.names import few

if TYPE_CHECKING:
    from colter.app.registry import TrackPlan
    from colter.config.settings import Settings
    from colter.core.conditions import Condition

Catalogue = Mapping[tuple[str, str], Metric]
WORDS = frozenset({"partial", "error", "never"})
_TIMEOUT = timedelta(minutes=10)

FailOn = Annotated[list[str] | None, options.fail_on_option(": 'open_issues > 0', error, ...; may be repeated.")]
Timeout = Annotated[
    timedelta | None,
    options.timeout_option("For each source as a whole; what was read by then stands. [default: 10m]"),
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options that all of `colter track` has."""

    output: options.Output = None
    format_: options.ReadingFormat = None
    file: options.File = None
    dry_run: options.DryRun = False
    no_store: options.NoStore = False
    fail_on: FailOn = None
    timeout: Timeout = None

    @property
    def destinations(self) -> Destinations:
        """What becomes of what is read."""
        return read_destinations(self.output, dry_run=self.dry_run, no_store=self.no_store)


def track(context: Context, plan: "Callable[[Settings], Sequence[TrackPlan]]", wanted: Wanted) -> ExitCode:
    """Read once and show; the exit code says how it went."""
    from colter.app.registry import catalogue
    from colter.cli.render.output import check_file, choose_format, deliver

    metrics = catalogue()
    conditions = _conditions(wanted.fail_on or (), metrics)
    format_ = choose_format(context, wanted.format_, wanted.file, options.READING_FORMATS)
    check_file(wanted.file)
    plans = plan(context.settings)
    seen = Seen[Reading](context.clock.now())
    try:
        context.run(lambda: _read(context, plans, wanted, seen))
    except INTERRUPTIONS:
        seen.found.sort(key=lambda reading: reading.target)
        seen.tell_interrupted(context, "readings", kept=wanted.destinations.keep)
        if seen.found and format_ in PARTIAL and not wanted.file:
            context.write(_show(context, format_, seen, metrics))
        raise
    hidden = wanted.destinations.hides_result(context, wanted.format_, wanted.file)
    if not hidden and (seen.found or not seen.problems):
        deliver(context, _show(context, format_, seen, metrics), wanted.file)
    return _judge(context, seen, conditions)


async def _read(context: Context, plans: "Sequence[TrackPlan]", wanted: Wanted, seen: Seen[Reading]) -> None:
    def keep(reading: Reading) -> None:
        seen.found.append(reading)
        context.progress.show(f"read: {len(seen.found)}")

    async with measuring(context, wanted.destinations, seen) as runtime:
        done = await runtime.track(plans, timeout=wanted.timeout or _TIMEOUT, emit=keep)
        seen.found[:] = done.readings


def _show(context: Context, format_: str, seen: Seen[Reading], metrics: Catalogue) -> str:
    from colter.cli.render import machine, people, tables
    from colter.core import records

    match format_:
        case "table" | "markdown":
            return tables.drawn(context, format_, people.reading_sheets(seen.found, metrics))
        case "openmetrics":
            from colter.sinks.exposition import of_readings, openmetrics

            return openmetrics(of_readings(seen.found))
        case "json":
            return machine.document(records.readings_document(seen.started, seen.found))
    return machine.rows(
        format_,
        [records.reading_record(reading) for reading in seen.found],
        lambda rows: machine.flat_readings(rows, (key for _, key in metrics)),
    )


def _judge(context: Context, seen: Seen[Reading], conditions: "Sequence[Condition]") -> ExitCode:
    from colter.cli.render.people import problems as unread

    readings, problems = seen.found, seen.problems
    say_first(context, unread(readings), "-f json tells all reasons")
    for problem in problems:
        tell_error(problem, context)
    if not readings and not problems:
        context.say("colter: nothing matches, so nothing was read")
    codes = [problem.exit_code for problem in problems]
    codes += [ExitCode.UNREAD for reading in readings if reading.status is not Status.OK]
    for condition in conditions:
        hit = [str(reading.target) for reading in readings if condition.holds(reading.values, _words(reading))]
        if hit:
            context.say(f"colter: {condition.text}: {few(hit)}")
            codes.append(ExitCode.ALERT)
    return worst(codes)


def _conditions(written: Sequence[str], metrics: Catalogue) -> "Sequence[Condition]":
    from colter.core.conditions import Vocabulary

    plain = frozenset(metric.key for (source, _), metric in metrics.items() if source != "probe" and not metric.labels)
    return read_conditions(written, Vocabulary(plain, WORDS, "error or 'open_issues > 0'"))


def _words(reading: Reading) -> frozenset[str]:
    return frozenset({reading.status.value})
