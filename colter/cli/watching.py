"""What `colter daemon` does: for ever, or once."""

import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.outcome import INTERRUPTIONS, Seen, report
from colter.cli.working import Fate, working
from colter.core.errors import ColterError, ExitCode, worst
from colter.core.model import EndpointState, ProbeResult, Reading, Status

if TYPE_CHECKING:
    from colter.app.watching.plan import WatchPlan
    from colter.app.watching.reload import Stamp


def watch_once(context: Context, plan: "WatchPlan", fate: Fate) -> ExitCode:
    """Do everything once; the exit code says how it went, as those of `colter probe` and `colter track` do."""
    seen = Seen[ProbeResult | Reading](context.clock.now())
    try:
        context.run(lambda: _watch_once(context, plan, fate, seen))
    except INTERRUPTIONS:
        seen.tell_interrupted(context, "results and readings", kept=True)
        raise
    for problem in seen.problems:
        report(problem, context)
    return worst([*map(_code, seen.found), *(problem.exit_code for problem in seen.problems)])


@dataclass(frozen=True)
class Started:
    """How a daemon was started."""

    plan: "WatchPlan"
    sinks: tuple[str, ...]
    address: tuple[str, int] | None
    """Where to serve what there is to know; None: nowhere."""
    every: timedelta | None
    """As `--every` says, whatever is configured."""
    used: "Stamp"
    """The version of the configuration file that was read."""


def watch_for_ever(context: Context, started: Started) -> None:
    """Watch until a signal comes, by the configuration as it is at any time.

    Raises:
        UsageError: it is not possible to listen there.
        BusyError: another daemon watches for this state directory.
        KeyboardInterrupt, Terminated: a signal came; everything was closed in order.
    """
    from colter.app.watching.change import open_secrets

    with suppress(ColterError):  # whoever needs what cannot be opened says so
        open_secrets(context.settings, started.sinks)
    context.unlocker.ask_nobody()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it can be followed: by default it would end us
    context.run(lambda: _watch(context, started))


async def _watch_once(context: Context, plan: "WatchPlan", fate: Fate, seen: Seen[ProbeResult | Reading]) -> None:
    async with working(context, fate, seen) as runtime:
        jobs = [job for job, _ in plan.jobs.values()]
        if plan.checks or jobs:
            await runtime.probe([*plan.checks.values(), *jobs], complete=True, emit=seen.found.append)
        if plan.sources:
            await runtime.track(plan.sources, timeout=plan.track_timeout, emit=seen.found.append)


async def _watch(context: Context, started: Started) -> None:
    from colter.app.registry import check_sinks
    from colter.app.runtime import open_runtime
    from colter.app.watching.daemon import run_daemon
    from colter.app.watching.doors import Doors
    from colter.app.watching.health import Health
    from colter.app.watching.notify import Supervisor
    from colter.cli.following import Following
    from colter.cli.serving import served

    settings, clock, plan, sinks = context.settings, context.clock, started.plan, started.sinks
    check_sinks(sinks, settings)
    async with open_runtime(settings, clock, state_dir=context.state_dir, sinks=sinks, rhythm=plan.every) as runtime:
        await runtime.take_charge()
        health, doors, supervisor = Health(clock), Doors(plan), Supervisor(context.env, clock)
        runtime.on_kept(health.kept)
        following = Following(
            context, runtime, doors, health, supervisor, settings, plan, started.used, sinks, started.every
        )
        async with (
            served(started.address, runtime, health, doors, clock),
            supervisor.attended(f"watching {plan}", health.is_alive),
        ):
            await run_daemon(plan, runtime, clock, health, following.follow)


def _code(found: ProbeResult | Reading) -> ExitCode:
    if isinstance(found, Reading):
        return ExitCode.OK if found.status is Status.OK else ExitCode.UNREAD
    codes = {EndpointState.DOWN: ExitCode.ALERT, EndpointState.UNKNOWN: ExitCode.UNREAD}
    return codes.get(found.state, ExitCode.OK)
