"""Alerts about a changed configuration that stays wrong: the daemon goes on by the one before it (F22)."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from colter.app.watching.health import Health
from colter.core.clock import Clock

PATIENCE = timedelta(minutes=15)
"""Whoever edits a file notices mistakes himself."""
_LOOK = timedelta(seconds=5)

Tell = Callable[[datetime, str | None], Awaitable[None]]
"""Tells what is wrong since then, or that nothing is any more. Must not raise, and says nothing twice."""


async def tell_of_wrong_configuration(health: Health, tell: Tell, clock: Clock) -> None:
    """Tell it when it has been wrong for so long, and when it is right again, until cancelled."""
    # Who was told before a restart: what we have started with is right.
    await tell(clock.now(), None)
    told = False
    while True:
        await clock.sleep(_LOOK)
        if told and health.wrong_since is None:
            told = False
            await tell(clock.now(), None)
        elif not told and health.wrong_since and health.wrong_for >= PATIENCE:
            told = True
            await tell(health.wrong_since, health.reload_problem)
