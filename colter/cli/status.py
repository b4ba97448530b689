"""`colter status`: what is known, without asking any network."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.core.units import format_age, format_amount

if TYPE_CHECKING:
    from colter.core.model import Metric, Owing
    from colter.core.ports import TargetStatus

_WITH_OWING = ("table", "markdown", "json")
"""The formats that tell what sinks are owed."""


def command(ctx: typer.Context, format_: options.ReadingFormat = None, file: options.File = None) -> None:
    """Show the last known of everything, without any network.

    Every number with its change since the look before, and how old it is; and what sinks are still owed, since when,
    and why.

    Examples:
      colter status
      colter status -f json
      colter status -f csv --file status.csv
    """
    from colter.app.registry import catalogue
    from colter.cli.render.output import check_file, choose_format, deliver

    context = Context.of(ctx)
    chosen = choose_format(context, format_, file, options.READING_FORMATS)
    check_file(file)
    targets, owing = context.run(lambda: _read(context))
    deliver(context, _page(context, chosen, targets, owing, catalogue()), file)
    if not targets:
        context.say("colter: nothing is known yet\n  hint: colter track all; colter probe")
    if chosen not in _WITH_OWING:
        _tell_owed(context, owing)


def _tell_owed(context: Context, owing: "Sequence[Owing]") -> None:
    """Rows have no place for it."""
    now = context.clock.now()
    for each in owing:
        if each.since:
            what = "notification" if each.lane == "channel" else "measurement"
            owed = f"{format_amount(each.entries, what)} owed for {format_age(now - each.since)}"
            context.say(f"colter: {each.to}: {owed}" + (f": {each.problem}" if each.problem else ""))


async def _read(context: Context) -> "tuple[Sequence[TargetStatus], Sequence[Owing]]":
    from colter.app.runtime import open_runtime

    async with open_runtime(context.settings, context.clock, state_dir=context.state_dir) as runtime:
        # What waits for the desk is no delivery: nobody outside waits for it.
        return await runtime.status(), [each for each in await runtime.store.owing() if each.lane != "desk"]


def _page(
    context: Context,
    format_: str,
    targets: "Sequence[TargetStatus]",
    owing: "Sequence[Owing]",
    metrics: "Mapping[tuple[str, str], Metric]",
) -> str:
    from colter.cli.render import machine, people, tables
    from colter.core import records

    now = context.clock.now()
    match format_:
        case "table" | "markdown":
            sheets = [*people.status_sheets(targets, metrics, now), *people.owing_sheets(owing, now)]
            return tables.drawn(context, format_, sheets)
        case "openmetrics":
            from colter.cli.render.probes import points
            from colter.sinks.exposition import of_status, openmetrics

            results = [status.result for status in targets if status.result]
            return openmetrics([*of_status(targets, metrics), *points(results)])
        case "json":
            return machine.document(records.status_document(now, targets, owing))
    return machine.rows(format_, [records.status_record(status) for status in targets], machine.flat_status)
