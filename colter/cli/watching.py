"""What `colter daemon` does: for ever, or once."""

from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.outcome import INTERRUPTIONS, Seen, report
from colter.cli.working import Fate, working
from colter.core.errors import ExitCode, worst
from colter.core.model import EndpointState, ProbeResult, Reading, Status

if TYPE_CHECKING:
    from colter.app.watching.plan import WatchPlan


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


def watch_for_ever(context: Context, plan: "WatchPlan", fate: Fate) -> None:
    """Watch until a signal comes.

    Raises:
        BusyError: another daemon watches for this state directory.
        KeyboardInterrupt, Terminated: a signal came; everything was closed in order.
    """
    context.run(lambda: _watch(context, plan, fate))


async def _watch_once(context: Context, plan: "WatchPlan", fate: Fate, seen: Seen[ProbeResult | Reading]) -> None:
    async with working(context, fate, seen) as runtime:
        jobs = [job for job, _ in plan.jobs.values()]
        if plan.checks or jobs:
            await runtime.probe([*plan.checks.values(), *jobs], complete=True, emit=seen.found.append)
        if plan.sources:
            await runtime.track(plan.sources, timeout=plan.track_timeout, emit=seen.found.append)


async def _watch(context: Context, plan: "WatchPlan", fate: Fate) -> None:
    from colter.app.registry import check_sinks
    from colter.app.runtime import open_runtime
    from colter.app.watching.daemon import run_daemon

    check_sinks(fate.sinks, context.settings)
    async with open_runtime(
        context.settings, context.clock, state_dir=context.state_dir, sinks=fate.sinks, rhythm=plan.every
    ) as runtime:
        await runtime.take_charge()
        await run_daemon(plan, runtime, context.clock)


def _code(found: ProbeResult | Reading) -> ExitCode:
    if isinstance(found, Reading):
        return ExitCode.OK if found.status is Status.OK else ExitCode.UNREAD
    codes = {EndpointState.DOWN: ExitCode.ALERT, EndpointState.UNKNOWN: ExitCode.UNREAD}
    return codes.get(found.state, ExitCode.OK)
