"""`colter status`: what is known, without asking any network."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from colter.cli import options
from colter.cli.context import Context

if TYPE_CHECKING:
    from colter.core.model import Metric
    from colter.core.ports import TargetStatus


def command(ctx: typer.Context, format_: options.ReadingFormat = None, file: options.File = None) -> None:
    """Show the last known of everything, without any network.

    Every number with its change since the look before, and how old it is.

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
    targets, owed = context.run(lambda: _read(context))
    deliver(context, _page(context, chosen, targets, owed, catalogue()), file)
    if not targets:
        context.say("colter: nothing is known yet\n  hint: colter track all; colter probe")
    if owed:
        context.say(f"colter: {owed} deliveries are owed; they are tried again with the next round")


async def _read(context: Context) -> "tuple[Sequence[TargetStatus], int]":
    from colter.app.runtime import open_runtime

    async with open_runtime(context.settings, context.clock, state_dir=context.state_dir) as runtime:
        return await runtime.status(), len(await runtime.owed())


def _page(
    context: Context,
    format_: str,
    targets: "Sequence[TargetStatus]",
    owed: int,
    metrics: "Mapping[tuple[str, str], Metric]",
) -> str:
    from colter.cli.render import machine, people, tables
    from colter.core import records

    now = context.clock.now()
    match format_:
        case "table" | "markdown":
            return tables.drawn(context, format_, people.status_sheets(targets, metrics, now))
        case "openmetrics":
            from colter.cli.render.probes import points
            from colter.sinks.exposition import of_status, openmetrics

            results = [status.result for status in targets if status.result]
            return openmetrics([*of_status(targets, metrics), *points(results)])
        case "json":
            return machine.document(records.status_document(now, targets, owed))
    return machine.rows(format_, [records.status_record(status) for status in targets], machine.flat_status)
