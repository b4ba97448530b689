"""`colter export`: to sinks what they are owed, and any part of the history to sinks and files."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.window import Moment, Until, WindowOptions, since_option
from colter.core.errors import ExitCode, UsageError

SOURCES = ("github", "pypi", "probe")
FORMATS = ("jsonl", "csv", "influx", "openmetrics", "table", "text", "json", "markdown")
_PATIENCE = timedelta(minutes=2)

Output = Annotated[list[str] | None, options.output_option("Send")]
Since = Annotated[Moment | None, since_option("everything")]
From = Annotated[
    list[str] | None,
    options.several_option("--source", of=SOURCES, metavar="SOURCE", meaning=f"Only from {', '.join(SOURCES)}"),
]
Format = Annotated[
    str | None,
    options.format_option(
        FORMATS,
        "History as jsonl, csv, influx or openmetrics. [default: what the ending of --file says] "
        "With --refused: table, text, json, jsonl, csv or markdown.",
    ),
]
Timeout = Annotated[
    timedelta | None, options.timeout_option("Give up on a sink that takes nothing for so long. [default: 2m]")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count what would be sent or written.")]
Refused = Annotated[bool, typer.Option("--refused", help="List what sinks have refused for good, and why.")]
Listen = Annotated[
    str | None,
    typer.Option(
        "--listen", metavar="HOST:PORT", help="Serve the newest state to Prometheus at /metrics, until Ctrl-C."
    ),
]
Delete = Annotated[bool, typer.Option("--delete", help="With -o prometheus: take away what it shows of Colter.")]


def command(
    ctx: typer.Context,
    *,
    output: Output = None,
    since: Since = None,
    until: Until = None,
    source: From = None,
    format_: Format = None,
    file: options.File = None,
    timeout: Timeout = None,
    dry_run: DryRun = False,
    refused: Refused = False,
    listen: Listen = None,
    delete: Delete = False,
) -> ExitCode:
    """Send what sinks are owed, or any part of the history to a sink or a file.

    Alone, or with -o alone, it delivers what sinks have not taken yet. With --since, --until or --source it sends
    that part of the history to the sinks of -o, and with -f or --file it writes it down. What is interrupted goes on
    when the same command is typed again. Sent twice is harmless.

    Examples:
      colter export
      colter export --since 365d -o influx
      colter export --since 30d --source probe --file probes.csv
      colter export -f jsonl --until 2026-05-01 | gzip > history.jsonl.gz
      colter export --refused
      colter export --listen 127.0.0.1:9464
      colter export --delete -o prometheus
    """
    context = Context.of(ctx)
    sinks = options.split_commas(output or ())
    window = WindowOptions(since, until, options.split_commas(source or ()))
    writes = format_ is not None or file is not None
    if refused:
        _check_alone("--refused", window.given or dry_run or delete or listen)
        return _show_refused(context, sinks, format_, file)
    if delete:
        _check_alone("--delete", window.given or dry_run or writes or listen)
        return _clear(context, sinks)
    if listen:
        _check_alone("--listen", window.given or dry_run or writes or sinks)
        return _serve(context, listen)
    _check_place(window, sinks, writes=writes, dry_run=dry_run)
    if dry_run:
        return _count(context, sinks, window, history=writes or window.given)
    if writes:
        return _write(context, window, format_, file)
    return _send(context, sinks, window, timeout or _PATIENCE)


def _send(context: Context, sinks: tuple[str, ...], window: WindowOptions, patience: timedelta) -> ExitCode:
    from colter.cli.exporting.owed import deliver_owed
    from colter.cli.exporting.sending import send

    return send(context, sinks, window, patience) if window.given else deliver_owed(context, sinks, patience)


def _write(context: Context, window: WindowOptions, format_: str | None, file: Path | None) -> ExitCode:
    from colter.cli.exporting.writing import write

    write(context, window, format_, file)
    return ExitCode.OK


def _count(context: Context, sinks: tuple[str, ...], window: WindowOptions, *, history: bool) -> ExitCode:
    from colter.cli.exporting.counting import count_history, count_owed

    if history:
        count_history(context, window)
    else:
        count_owed(context, sinks)
    return ExitCode.OK


def _show_refused(context: Context, sinks: tuple[str, ...], format_: str | None, file: Path | None) -> ExitCode:
    from colter.cli.exporting.refused import show_refused

    show_refused(context, sinks, format_, file)
    return ExitCode.OK


def _serve(context: Context, listen: str) -> ExitCode:
    from colter.cli.exporting.display import serve

    serve(context, listen)
    return ExitCode.OK


def _clear(context: Context, sinks: tuple[str, ...]) -> ExitCode:
    from colter.cli.exporting.display import clear

    if not sinks:
        raise UsageError("--delete: where?", hint="colter export --delete -o prometheus")
    clear(context, sinks)
    return ExitCode.OK


def _check_alone(option: str, others: object) -> None:
    if others:
        raise UsageError(f"{option}: does not go with the other options", hint="colter export --help")


def _check_place(window: WindowOptions, sinks: tuple[str, ...], *, writes: bool, dry_run: bool) -> None:
    if writes and sinks:
        raise UsageError("-o sends, -f and --file write: one of them at a time", hint="colter export --help")
    if window.given and not (writes or sinks or dry_run):
        raise UsageError("where to?", hint="-o SINK sends it, -f FORMAT or --file PATH writes it")
