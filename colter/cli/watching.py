"""What `colter daemon --once` does."""

from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.outcome import INTERRUPTIONS, Seen, report
from colter.cli.probing.verdict import exit_code
from colter.cli.working import ALWAYS, Fate, working
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


async def _watch_once(context: Context, plan: "WatchPlan", fate: Fate, seen: Seen[ProbeResult | Reading]) -> None:
    async with working(context, fate, seen, upkeep=ALWAYS) as runtime:
        jobs = [job for job, _ in plan.jobs.values()]
        if plan.checks or jobs:
            await runtime.probe([*plan.checks.values(), *jobs], complete=True, emit=seen.found.append)
        if plan.sources:
            await runtime.track(plan.sources, timeout=plan.track_timeout, emit=seen.found.append)


def _code(found: ProbeResult | Reading) -> ExitCode:
    if isinstance(found, Reading):
        return ExitCode.OK if found.status is Status.OK else ExitCode.UNREAD
    return exit_code([found], lambda result: result.state is EndpointState.DOWN)
