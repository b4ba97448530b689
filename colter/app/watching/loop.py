"""The loop of the daemon: it begins what is due, and does not wait for its end."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from colter.app.watching.endpoints import Endpoints
from colter.app.watching.jobs import Jobs
from colter.app.watching.rounds import Rounds
from colter.app.watching.sources import Sources
from colter.core.clock import Clock

_TICK = timedelta(milliseconds=50)
"""What is due within this begins together: waking up costs more than all the rest."""
_LONGEST = timedelta(seconds=1)


async def watch(
    endpoints: Endpoints, jobs: Jobs, sources: Sources, rounds: Rounds, clock: Clock, *, turned: Callable[[], None]
) -> None:
    """Watch until cancelled; what was measured by then is kept, what is on its way is not.

    `turned` is told every time the loop comes round, which is every second at least.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(rounds.run())
        try:
            while True:
                turned()
                endpoints.begin_due()
                jobs.begin_due(group)
                sources.begin_due(group)
                free = min(endpoints.until_next(), jobs.until_next(), sources.until_next(), _LONGEST)
                await clock.sleep(max(free, _TICK))
        finally:
            endpoints.stop()
