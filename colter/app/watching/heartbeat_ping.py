"""Fetches `daemon.heartbeat_url` while all goes well, so that somebody else notices when the daemon does not."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from colter.app.watching.health import Health
from colter.core.clock import Clock

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
"""At most so often."""
_LOOK = timedelta(seconds=1)


async def ping_heartbeat_url(
    url: Callable[[], str | None], fetch: Callable[[str], Awaitable[str | None]], health: Health, clock: Clock
) -> None:
    """Fetch it after each round that was kept, until cancelled; that it does not answer is logged once.

    Args:
        url: what to fetch; None: nothing, for now.
        fetch: fetches it; tells why it did not answer well, if it did not.
        health: when a round was kept.
        clock: the time.
    """
    seen: datetime | None = None
    before: str | None = None
    while True:
        address = url()
        if address is None or health.last_round == seen:
            await clock.sleep(_LOOK)
            continue
        seen = health.last_round
        problem = await fetch(address)
        if problem and not before:
            log.warning("daemon.heartbeat_url: %s; it is tried again every minute", problem)
        before = problem
        await clock.sleep(EVERY)
