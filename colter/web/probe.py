"""`/probe?target=NAME`: an endpoint is probed now, and told of as blackbox_exporter would; nothing is kept."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult
from colter.sinks.exposition import page
from colter.sinks.text_format import CONTENT_TYPE
from colter.sources.probe.check import Check
from colter.sources.probe.prober import Prober
from colter.web.blackbox import of_result
from colter.web.metrics import accepted_format

MOST = 8
"""Probes that may go on at a time; the daemon's own are more important."""
LONGEST = timedelta(seconds=25)
"""A connection lasts 30 s altogether."""
_FOR_THE_WAY = timedelta(milliseconds=500)
"""So much of the scraper's time is left for the answer to arrive, as blackbox_exporter does."""

Find = Callable[[str], Check | None]


def probe_route(find: Find, prober: Prober, clock: Clock) -> Route:
    """The route; `find` tells what is configured under a name."""
    probes = _Probes(prober, clock)

    async def probe(request: Request) -> Response:
        check = find(request.query_params.get("target", ""))
        if check is None:
            return PlainTextResponse("No endpoint of this name is probed here: /probe?target=NAME\n", 404)
        if probes.full and check.name not in probes:
            return PlainTextResponse("Too many are being probed just now.\n", 503)
        timeout = min(check.timeout, _patience(request.headers.get("x-prometheus-scrape-timeout-seconds", "")))
        result, seconds = await probes.probe(replace(check, timeout=timeout))
        if result.state is EndpointState.UNKNOWN:
            return PlainTextResponse("Colter cannot tell; its log has the reason.\n", 503)
        points = of_result(result, check.address, seconds, timeout.total_seconds())
        format_ = accepted_format(request.headers.get("accept", ""))
        headers = {"content-type": CONTENT_TYPE[format_], "cache-control": "no-store"}
        return Response(page(points, format_), headers=headers)

    return Route("/probe", probe, methods=["GET"])


class _Probes:
    """The probes that are going on. Who asks for an endpoint that is just being probed waits for that result."""

    def __init__(self, prober: Prober, clock: Clock) -> None:
        self._prober = prober
        self._clock = clock
        self._running: dict[str, asyncio.Task[tuple[ProbeResult, float]]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._running

    @property
    def full(self) -> bool:
        """Whether no further one may begin."""
        return len(self._running) >= MOST

    async def probe(self, check: Check) -> tuple[ProbeResult, float]:
        """The result, and how many seconds it took."""
        if (work := self._running.get(check.name)) is None:
            work = self._running[check.name] = asyncio.create_task(self._probe(check))
            work.add_done_callback(lambda _: self._running.pop(check.name))
        return await asyncio.shield(work)

    async def _probe(self, check: Check) -> tuple[ProbeResult, float]:
        results: list[ProbeResult] = []
        begun = self._clock.monotonic()
        await self._prober.begin([check], results.extend)
        return results[0], self._clock.monotonic() - begun


def _patience(header: str) -> timedelta:
    """How long the scraper waits, less what the way back takes."""
    try:
        seconds = float(header)
    except ValueError:
        return LONGEST
    if not math.isfinite(seconds) or seconds <= 0:
        return LONGEST
    # Who waits for less than a second gets half of it.
    way = min(_FOR_THE_WAY, timedelta(seconds=min(seconds, LONGEST.total_seconds() * 2)) / 2)
    return min(timedelta(seconds=min(seconds, 3600.0)) - way, LONGEST)
