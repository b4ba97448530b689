"""`colter probe`: look at endpoints, and judge."""

from datetime import timedelta
from typing import Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.measuring import read_destinations
from colter.core.errors import ColterError

_MOST_PROBES = 10_000

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME|URL|@TAG]...", help="Configured endpoints, addresses, or all endpoints with a tag."),
]
Method = Annotated[str | None, typer.Option("-X", "--method", metavar="METHOD", help="For addresses: GET, POST, ...")]
Headers = Annotated[
    list[str] | None,
    typer.Option("-H", "--header", metavar="'NAME: VALUE'", help="For addresses: send this; may be repeated."),
]
Body = Annotated[str | None, typer.Option("-d", "--data", metavar="TEXT", help="For addresses: send this body.")]
Expect = Annotated[
    list[str] | None,
    typer.Option("--expect", metavar="COND", help="Down unless this holds; may be repeated. [default: status=200-399]"),
]
Count = Annotated[int, typer.Option("--count", metavar="N", min=1, max=_MOST_PROBES, help="Probe so many times.")]
Interval = Annotated[
    timedelta | None,
    typer.Option(
        "--interval",
        metavar="DURATION",
        parser=options.duration,
        help="From one probe to the next, with --count and --wait. [default: 1s]",
    ),
]
Wait = Annotated[
    timedelta | None,
    typer.Option(
        "--wait",
        metavar="DURATION",
        parser=options.duration,
        help="Probe until nothing fails any more, at most so long; shows the last look.",
    ),
]
Explain = Annotated[bool, typer.Option("--explain", help="Tell phases, certificate, headers and what happened.")]
Format = Annotated[str | None, options.format_option(options.PROBE_FORMATS)]
FailOn = Annotated[
    list[str] | None,
    options.fail_on_option(
        ": down, degraded, 'latency > 500ms', 'cert < 14d', never, ...; may be repeated. [default: down]"
    ),
]
Timeout = Annotated[timedelta | None, options.timeout_option("For everything of one probe. [default: 10s]")]


def command(
    ctx: typer.Context,
    *,
    names: Names = None,
    method: Method = None,
    headers: Headers = None,
    body: Body = None,
    expect: Expect = None,
    count: Count = 1,
    interval: Interval = None,
    wait: Wait = None,
    explain: Explain = False,
    output: options.Output = None,
    format_: Format = None,
    file: options.File = None,
    dry_run: options.DryRun = False,
    no_store: options.NoStore = False,
    fail_on: FailOn = None,
    timeout: Timeout = None,
) -> int:
    """Probe endpoints once.

    Are they up, how fast do they answer, for how long is the certificate good? Without a NAME: all configured
    endpoints. The exit code is 10 when one is down.

    Examples:
      colter probe https://example.org
      colter probe @prod --fail-on degraded -f junit --file probe.xml
      colter probe https://example.org/health --expect 'json:$.status == up' --wait 2m
      colter probe api --count 30 --interval 1s
      colter probe https://example.org --explain
      colter probe api -f nagios
    """
    from colter.cli.probing.checks import CheckOptions, are_apart, find_checks
    from colter.cli.probing.looking import Looks, look
    from colter.cli.probing.verdict import read_fail_on

    context = Context.of(ctx)
    try:
        asked = CheckOptions(method, headers or (), body, expect or (), timeout)
        checks = find_checks(context, names or (), asked)
        no_store = no_store or are_apart(context, checks, asked, wait)
        looks = Looks(
            checks=checks,
            conditions=read_fail_on(fail_on),
            count=count,
            interval=timedelta(seconds=1) if interval is None else interval,
            wait=wait,
            explain=explain,
            complete=not names,
            destinations=read_destinations(output, dry_run=dry_run, no_store=no_store),
        )
        return look(context, looks, format_, file)
    except ColterError as error:
        if format_ != "nagios":
            raise
        # Nagios reads the exit code its own way, and shows what stands on stdout.
        context.write(f"UNKNOWN - {_one_line(error)}\n")
        return 3


def _one_line(error: ColterError) -> str:
    from colter.core.text import clean

    return clean(str(error)).replace("|", "/")
