"""The last known of every target; of jobs that report, what is thought of them now."""

from collections.abc import Sequence
from dataclasses import replace

from colter.config.schema.endpoints import Endpoint
from colter.core.clock import Clock
from colter.core.model import ProbeResult
from colter.core.ports import Store, TargetStatus
from colter.sources.heartbeat.judge import judge_beats


async def read_status(store: Store, endpoints: Sequence[Endpoint], clock: Clock) -> Sequence[TargetStatus]:
    """Every target that was ever looked at, and every endpoint with a `heartbeat`; ordered by target."""
    found = {status.target: status for status in await store.status()}
    if jobs := [endpoint for endpoint in endpoints if endpoint.heartbeat]:
        for result in await judge_beats(jobs, store, clock):
            found[result.target] = _judged(result, found.get(result.target))
    return sorted(found.values(), key=lambda status: status.target)


def _judged(result: ProbeResult, before: TargetStatus | None) -> TargetStatus:
    """Since when it is so, is known when the last look that was kept had found the same."""
    if before is None:
        return TargetStatus(result.target, result.at, problem=None, values={}, info={}, missing={}, result=result)
    same = before.result is not None and before.result.state is result.state
    return replace(before, at=result.at, result=result, since=before.since if same else None)
