"""`colter beat`: a job reports in."""

from dataclasses import replace
from typing import Annotated

import typer

from colter.cli.context import Context
from colter.core.errors import UsageError

_LONGEST_LOG = 1000

Name = Annotated[str, typer.Argument(metavar="HEARTBEAT", help="Name of an endpoint with a `heartbeat`.")]
Job = Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND...]", help="Run this, and report about it.")]
Start = Annotated[bool, typer.Option("--start", help="It has begun.")]
Success = Annotated[bool, typer.Option("--success", help="It is done. This is what is reported without an option.")]
Fail = Annotated[bool, typer.Option("--fail", help="It has failed.")]
Log = Annotated[str | None, typer.Option("--log", metavar="TEXT", help="What it has to say about it, in one line.")]


def command(
    ctx: typer.Context,
    name: Name,
    job: Job = None,
    *,
    start: Start = False,
    success: Success = False,
    fail: Fail = False,
    log: Log = None,
) -> int:
    """Report that a job was done, or run it and report how it went.

    With a COMMAND: it runs at once, with the input, output and signals of this one, and its exit code is the exit code
    here, whatever goes wrong with the report.

    Examples:
      colter beat backup -- /usr/local/bin/backup --all
      colter beat backup
      colter beat backup --start
      colter beat backup --fail --log 'the disk is full'
    """
    from colter.core.text import clean

    context = Context.of(ctx)
    context.options = replace(context.options, quiet=True)  # cron mails whatever a job says
    told = [flag for flag, given in (("--start", start), ("--success", success), ("--fail", fail)) if given]
    if len(told) > 1 or (told and job):
        raise UsageError(f"beat: {' and '.join([*told, *(['a command'] if job else [])])}: expected one of them")
    # The parser does not tell a `--` with nothing behind it: in a crontab that is a variable which is not set.
    nothing = not job[0] if job else context.argv[-1:] == ("--",)
    if nothing:
        raise UsageError("beat: there is no command after `--`", hint="nothing was run, and nothing was reported")
    text = clean(log or "", _LONGEST_LOG)
    if job:
        from colter.cli.beating.wrap import run_job

        return run_job(context, name, job, text)
    from colter.cli.beating.report import keep
    from colter.core.model import Beat, BeatKind

    kind = BeatKind.START if start else BeatKind.FAILURE if fail else BeatKind.SUCCESS
    keep(context, Beat(name, context.clock.now(), kind, text=text))
    return 0
