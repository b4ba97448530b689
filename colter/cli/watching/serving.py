"""What a daemon serves over HTTP, if it is to serve anything."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colter.app.runtime import Runtime
    from colter.app.watching.health import Health
    from colter.app.watching.plan_lookup import PlanLookup
    from colter.core.clock import Clock

log = logging.getLogger(__name__)


@asynccontextmanager
async def served(
    address: tuple[str, int] | None, runtime: "Runtime", health: "Health", lookup: "PlanLookup", clock: "Clock"
) -> AsyncIterator[str | None]:
    """Around the work: where it is served, as `host:port`. `address` None: nothing is served.

    Raises:
        ConfigError: it is not possible to listen there.
    """
    if address is None:
        yield None
        return
    from colter.web.daemon import application
    from colter.web.serve import serving

    async with serving(application(runtime, health, lookup, clock, address[0]), address) as url:
        log.info("serving %s/metrics", url)
        yield url.removeprefix("http://")
