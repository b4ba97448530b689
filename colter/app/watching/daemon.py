"""The daemon: everything that is configured, watched for as long as the process lives."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Protocol

from colter.app.registry import TrackPlan
from colter.app.watching.canaries import Canaries
from colter.app.watching.connectivity import Connectivity, Offline
from colter.app.watching.endpoints import Endpoints
from colter.app.watching.health import Health
from colter.app.watching.heartbeat_ping import ping_heartbeat_url
from colter.app.watching.jobs import Jobs
from colter.app.watching.loop import watch
from colter.app.watching.plan import WatchPlan
from colter.app.watching.rounds import Rounds
from colter.app.watching.sources import Sources
from colter.config.schema.endpoints import Endpoint
from colter.core.clock import Clock
from colter.core.model import ProbeResult, Round
from colter.sources.probe.prober import Prober


class Work(Protocol):
    """What is done with what is measured: `colter.app.runtime.Runtime`. None of it raises but for a bug."""

    def open_prober(self) -> Prober:
        """The prober, closed with the runtime."""

    async def track(self, plans: Sequence[TrackPlan], *, timeout: timedelta) -> Round:
        """Read these once, and keep the round."""

    async def judge(self, jobs: Sequence[Endpoint]) -> Sequence[ProbeResult]:
        """How jobs stand, by what they have reported."""

    async def keep(self, done: Round) -> None:
        """Decide about a round and keep it, with what it owes."""

    async def back_online(self, offline: Offline) -> None:
        """Have one message told about a time in which we were offline."""

    async def fetch(self, url: str) -> str | None:
        """Fetch an address whose answer does not matter; why it did not answer well, if it did not."""

    async def serve(self) -> None:
        """Bring sinks and channels what they are owed, until cancelled."""


Follow = Callable[[Callable[[WatchPlan], None]], Coroutine[Any, Any, None]]
"""Calls what it is given with another plan whenever there is one, until cancelled."""


async def never(_: Callable[[WatchPlan], None]) -> None:
    """The `Follow` of those whose plan never changes."""


async def run_daemon(
    plan: WatchPlan, work: Work, clock: Clock, health: Health | None = None, follow: Follow = never
) -> None:
    """Watch and deliver until cancelled; then what was measured is kept, and what is on its way is not.

    Args:
        plan: what is watched, to begin with.
        work: what is done with what is measured.
        clock: the time.
        health: is told how it goes.
        follow: has the plan changed.
    """
    health = health or Health(clock)
    canaries = Canaries(plan.named, plan.services, plan.checks, lambda: Prober(clock=clock))
    connectivity = Connectivity(plan.checks, canaries, clock)
    rounds = Rounds([*plan.checks, *plan.jobs], work.keep, work.back_online, connectivity, clock)
    endpoints = Endpoints(plan.endpoints, work.open_prober(), clock, rounds.add, soon=plan.soon)
    jobs = Jobs(plan.jobs, work.judge, clock, rounds.add)

    async def track(source: TrackPlan) -> None:
        await work.track([source], timeout=plan.track_timeout)

    sources = Sources(plan.sources, plan.rhythms, track, clock)
    health.counts = {"probe": endpoints.counts, "job": jobs.counts, "source": sources.counts}

    def adopt(new: WatchPlan) -> None:
        nonlocal plan
        plan = new
        endpoints.adopt(plan.endpoints)
        jobs.adopt(plan.jobs)
        sources.adopt(plan.sources, plan.rhythms)
        rounds.adopt([*plan.checks, *plan.jobs])
        connectivity.adopt(plan.checks)
        if canaries.adopt(plan.named, plan.services, plan.checks):
            group.create_task(canaries.begin())

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work.serve())
            group.create_task(ping_heartbeat_url(lambda: plan.heartbeat_url, work.fetch, health, clock))
            group.create_task(follow(adopt))
            await canaries.begin()
            await watch(endpoints, jobs, sources, rounds, clock, turned=health.turned)
    finally:
        canaries.close()
