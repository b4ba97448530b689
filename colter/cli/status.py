"""`colter status`: what is known, without asking any network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.core.errors import ConfigError, ExitCode
from colter.core.units import format_age, format_amount

if TYPE_CHECKING:
    from datetime import datetime

    from colter.app.history.last_known import Known
    from colter.app.watching.status.reading import DaemonStatus
    from colter.config.schema.endpoints import Endpoint
    from colter.core.model import Owing
    from colter.core.ports import TargetStatus

_COMPLETE = ("table", "markdown", "json")
"""The formats that tell what sinks are owed, and how the daemon is."""


def command(ctx: typer.Context, format_: options.ReadingFormat = None, file: options.File = None) -> ExitCode:
    """Show the last known of everything, without any network.

    Every number with its change since the look before, and how old it is; what sinks are still owed, since when, and
    why; and how the daemon is, if there is one. With a configuration that is wrong too: then the exit code is 3.

    Examples:
      colter status
      colter status -f json
      colter status -f csv --file status.csv
    """
    from colter.app.watching.status.reading import read_daemon_status
    from colter.cli.completing.names import keep_targets
    from colter.cli.outcome import tell_error
    from colter.cli.render.daemon import daemon_warnings
    from colter.cli.render.output import check_file, choose_format, deliver

    context = Context.of(ctx)
    chosen = choose_format(context, format_, file, options.READING_FORMATS)
    check_file(file)
    # First, for whoever opens a history makes a state directory where there is none.
    daemon = read_daemon_status(context.state_dir, context.clock)
    known, wrong = _read(context)
    targets, owing = known.targets, known.owing
    if wrong is None:
        keep_targets(context.settings, context.state_dir, (each.target for each in targets))
    deliver(context, _page(context, chosen, targets, owing, daemon), file)
    if not targets:
        context.say("colter: nothing is known yet\n  hint: colter track all; colter probe")
    if chosen not in _COMPLETE:
        _tell_owed(context, owing)
        for line in daemon_warnings(daemon, _newest(targets), context.clock.now()):
            context.say(f"colter: {line}")
    if wrong is None:
        return ExitCode.OK
    tell_error(wrong, context)
    return wrong.exit_code


def _tell_owed(context: Context, owing: "Sequence[Owing]") -> None:
    """Rows have no place for it."""
    now = context.clock.now()
    for each in owing:
        if each.since:
            what = "notification" if each.lane == "channel" else "measurement"
            owed = f"{format_amount(each.entries, what)} owed for {format_age(now - each.since)}"
            context.say(f"colter: {each.to}: {owed}" + (f": {each.problem}" if each.problem else ""))


def _read(context: Context) -> "tuple[Known, ConfigError | None]":
    """What is known, and what is wrong with the configuration: then jobs are as they were looked at last."""
    from colter.app.history.last_known import read_known_at_once

    endpoints: Sequence[Endpoint] = ()
    wrong = None
    try:
        endpoints = context.settings.config.endpoints
    except ConfigError as error:
        wrong = error
    known = read_known_at_once(context.state_dir, endpoints, context.clock)
    return known or context.run(lambda: _open_and_read(context)), wrong


async def _open_and_read(context: Context) -> "Known":
    """What there is to tell of a history that cannot be read at once, too."""
    from colter.app.history.last_known import read_known
    from colter.app.history.opening import open_to_look

    settings, clock = context.settings, context.clock
    async with open_to_look(settings, clock, context.state_dir) as store:
        return await read_known(store, settings.config.endpoints, clock)


def _page(
    context: Context,
    format_: str,
    targets: "Sequence[TargetStatus]",
    owing: "Sequence[Owing]",
    daemon: "DaemonStatus | None",
) -> str:
    from colter.app.registry import catalogue
    from colter.cli.render import machine, people, tables
    from colter.cli.render.daemon import daemon_lines
    from colter.core import records

    now, metrics = context.clock.now(), catalogue()
    match format_:
        case "table" | "markdown":
            sheets = [*people.status_sheets(targets, metrics, now), *people.owing_sheets(owing, now)]
            lines = daemon_lines(daemon, _newest(targets), now)
            return tables.drawn(context, format_, sheets) + tables.listed(format_, lines)
        case "openmetrics":
            from colter.cli.render.probes import points
            from colter.sinks.exposition import of_status, openmetrics

            results = [status.result for status in targets if status.result]
            return openmetrics([*of_status(targets, metrics), *points(results)])
        case "json":
            return machine.document(records.status_document(now, targets, owing, daemon.record if daemon else None))
    return machine.rows(format_, [records.status_record(status) for status in targets], machine.flat_status)


def _newest(targets: "Sequence[TargetStatus]") -> "datetime | None":
    return max((status.at for status in targets), default=None)
