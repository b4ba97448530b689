"""What `colter daemon --once` does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.measuring import ALWAYS, Destinations, measuring
from colter.cli.outcome import INTERRUPTIONS, Seen, say_first, tell_error
from colter.cli.probing.verdict import exit_code
from colter.core.errors import ExitCode, worst
from colter.core.model import EndpointState, ProbeResult, Reading, Status

if TYPE_CHECKING:
    from colter.app.watching.plan import WatchPlan


def watch_once(context: Context, plan: "WatchPlan", destinations: Destinations) -> ExitCode:
    """Do everything once; the exit code says how it went, as those of `colter probe` and `colter track` do."""
    seen = Seen[ProbeResult | Reading](context.clock.now())
    try:
        context.run(lambda: _watch_once(context, plan, destinations, seen))
    except INTERRUPTIONS:
        seen.tell_interrupted(context, "results and readings", kept=True)
        raise
    say_first(context, _unwell(seen.found), "`colter status` shows all")
    for problem in seen.problems:
        tell_error(problem, context)
    return worst([*map(_code, seen.found), *(problem.exit_code for problem in seen.problems)])


async def _watch_once(
    context: Context, plan: "WatchPlan", destinations: Destinations, seen: Seen[ProbeResult | Reading]
) -> None:
    async with measuring(context, destinations, seen, upkeep=ALWAYS) as runtime:
        jobs = [job for job, _ in plan.jobs.values()]
        if plan.checks or jobs:
            await runtime.probe([*plan.checks.values(), *jobs], complete=True, emit=seen.found.append)
        if plan.sources:
            await runtime.track(plan.sources, timeout=plan.track_timeout, emit=seen.found.append)


def _unwell(found: Sequence[ProbeResult | Reading]) -> list[str]:
    """Why it does not end with 0, in lines."""
    from colter.cli.render.people import problems

    bad = [each for each in found if isinstance(each, ProbeResult) and _code(each) is not ExitCode.OK]
    lines = [f"{each.target} is {each.state.value}" + (f": {each.detail}" if each.detail else "") for each in bad]
    return lines + problems(each for each in found if isinstance(each, Reading))


def _code(found: ProbeResult | Reading) -> ExitCode:
    if isinstance(found, Reading):
        return ExitCode.OK if found.status is Status.OK else ExitCode.UNREAD
    return exit_code([found], lambda result: result.state is EndpointState.DOWN)
