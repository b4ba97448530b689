"""`colter report`: how long endpoints were up, and how far the numbers of repositories and packages moved."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.window import Moment, Until, WindowOptions, since_option
from colter.core.errors import ExitCode, UsageError, worst
from colter.core.units import format_duration

if TYPE_CHECKING:
    from colter.app.delivering.transfer import HistoryWindow
    from colter.app.reports.report import Report

_MONTH = timedelta(days=30)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...",
        help="Only these endpoints, @TAG, @GROUP, or targets such as 'github:me/*', with each outage; none: all.",
    ),
]
Length = Annotated[
    timedelta | None,
    typer.Option(
        "--window",
        metavar="DURATION",
        parser=options.limit,
        help="So long, up to --until; instead of --since. [default: 30d]",
    ),
]
Since = Annotated[Moment | None, since_option("what --window says")]
Format = Annotated[str | None, options.format_option(options.LIST_FORMATS)]
FailOn = Annotated[
    list[str] | None,
    options.fail_on_option(
        " for an endpoint: 'availability < 99.9%', 'outages > 0', 'downtime > 30m', 'p95 > 500ms', ...; "
        "may be repeated."
    ),
]


def command(
    ctx: typer.Context,
    names: Names = None,
    *,
    window: Length = None,
    since: Since = None,
    until: Until = None,
    format_: Format = None,
    file: options.File = None,
    fail_on: FailOn = None,
) -> ExitCode:
    """Show how long endpoints were up, and how far numbers moved.

    Read from the history, without any network and password. The window is rounded out to whole hours in UTC.
    Availability stands beside coverage: the part of the window of which anything is known.

    Examples:
      colter report
      colter report --window 7d api @prod
      colter report --since 2026-04-01 --until 2026-05-01 -f markdown --file april.md
      colter report api --fail-on 'availability < 99.9%' --fail-on 'coverage < 95%'
      colter report 'github:me/*' -f json
    """
    from colter.cli.render.output import check_file, choose_format, deliver
    from colter.cli.reporting.verdict import exit_code, read_fail_on

    context = Context.of(ctx)
    chosen = choose_format(context, format_, file, options.LIST_FORMATS)
    check_file(file)
    conditions = read_fail_on(fail_on or ())
    asked = WindowOptions(_begin(window, since, until, context.clock.now()), until, ()).read(context.clock.now(), ())
    report = context.run(lambda: _make(context, asked, names or ()))
    deliver(context, _page(context, chosen, report, listed=bool(names)), file)
    _say(context, report)
    unfinished = [report.problem.exit_code] if report.problem else []
    return worst([exit_code(context, report, conditions), *unfinished])


def _begin(length: timedelta | None, since: Moment | None, until: Moment | None, now: datetime) -> Moment:
    if length and since:
        raise UsageError("--window and --since: one of them at a time", hint="--window 30d --until 2026-05-01")
    if since:
        return since
    end = until.at(now) if until else now
    length = length or _MONTH
    if until and end - now >= length:
        last = format_duration(length)
        raise UsageError(f"--until: the {last} before {until.text} lie in the future", hint=f"--since {last}")
    return Moment(format_duration(length), back=now - end + length)


async def _make(context: Context, asked: "HistoryWindow", names: Sequence[str]) -> "Report":
    from colter.app.history.opening import open_to_look
    from colter.app.reports.report import make_report

    def show(counted: int, total: int) -> None:
        context.progress.show(f"counted: {counted:,} of {total:,}")

    settings, clock = context.settings, context.clock
    async with open_to_look(settings, clock, context.state_dir) as store:
        report = await make_report(store, settings.config, asked, names, now=clock.now(), counted=show)
    context.progress.clear()
    return report


def _page(context: Context, format_: str, report: "Report", *, listed: bool) -> str:
    from colter.cli.render import machine, report_records, report_sheets, tables

    match format_:
        case "table" | "markdown":
            sheets = report_sheets.sheets(report, listed=listed)
            head = f"{report_sheets.window_line(report.window)}\n\n" if sheets else ""
            return head + tables.drawn(context, format_, sheets)
        case "json":
            return machine.document(report_records.document(report))
    return machine.rows(format_, report_records.records(report), report_records.flat)


def _say(context: Context, report: "Report") -> None:
    from colter.cli.outcome import tell_error

    if report.problem:
        context.warn("colter: the report is not complete: not all that was measured could be counted")
        tell_error(report.problem, context)
    if report.empty:
        context.say("colter: nothing was measured in that time\n  hint: colter status; colter probe; colter track all")
