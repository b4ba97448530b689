"""`colter daemon`: watch everything that is configured, for weeks."""

from typing import Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.listening import read_address
from colter.cli.measuring import read_destinations
from colter.cli.watching.hangup import survive_hangup
from colter.core.errors import ExitCode

Every = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="DURATION|CRON",
        parser=options.cadence,
        help="How often to read repositories and packages: 15m, '0 3 * * *'. [default: daemon.every, or 15m]",
    ),
]
Listen = Annotated[
    str | None,
    typer.Option(
        "--listen",
        metavar="ADDR",
        help="Where to serve /metrics, /healthz, /readyz, /probe and /beat; `off`: nowhere. [default: daemon.listen]",
    ),
]
Once = Annotated[bool, typer.Option("--once", help="Do everything that is configured once, and end.")]


def command(
    ctx: typer.Context,
    *,
    every: Every = None,
    listen: Listen = None,
    output: options.Output = None,
    once: Once = False,
) -> ExitCode | None:
    """Watch everything that is configured, until it is ended.

    Endpoints are probed by their own intervals, repositories and packages are read every 15 minutes. It says nothing
    while all is well, and a line when an endpoint changes its state. Only one daemon may use a state directory.

    Examples:
      colter daemon
      colter daemon --every 1h -o influx
      colter daemon --every '0 6-22 * * *'
      colter daemon --listen off
      colter daemon --once -o influx,prometheus
    """
    from colter.app.alerting.lock import GATE, Lock
    from colter.app.watching.heap import share_heap

    context = Context.of(ctx)
    if not once:
        survive_hangup()
        share_heap()
        Lock(context.state_dir, context.clock).refuse_second_daemon()
    from colter.app.watching.plan import read_watch_plan
    from colter.app.watching.reload import stamp
    from colter.cli.watching.once import watch_once
    from colter.cli.watching.running import Started, run_until_signal
    from colter.config.rhythm import read_rhythm

    used = stamp(context.config_path)
    settings = context.settings
    rhythm = read_rhythm(every, settings.config.daemon.tz) if every else None
    plan = read_watch_plan(settings, rhythm)
    destinations = read_destinations(output, dry_run=False, no_store=False)
    where = listen or settings.config.daemon.listen
    address = None if where == "off" else read_address(where)
    if once:
        return watch_once(context, plan, destinations)
    settings.forget_file()
    with Lock(context.state_dir, context.clock, GATE).held():
        run_until_signal(context, Started(plan, destinations.sinks, address, rhythm, used))
    return None
