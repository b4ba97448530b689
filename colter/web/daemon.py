"""What a running daemon serves: metrics, its health, probes on demand, and where jobs report."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from colter.app.history.beats import keep_beat_in
from colter.app.history.latest import only_endpoints
from colter.app.runtime import Runtime
from colter.app.watching.health import Health
from colter.app.watching.loopback import is_loopback
from colter.app.watching.plan_lookup import PlanLookup
from colter.core.clock import Clock
from colter.core.model import Latest, Owing
from colter.sinks.text_format import Point
from colter.web.beat import beat_routes
from colter.web.metrics import metrics_route
from colter.web.metrics_page import Known, Page
from colter.web.own_metrics import of_allowances, of_health, of_process, of_unkept, of_upkeep
from colter.web.probe import probe_route


def application(runtime: Runtime, health: Health, lookup: PlanLookup, clock: Clock, host: str) -> Starlette:
    """`/metrics`, `/healthz`, `/readyz`, `/probe` and `/beat`, and nothing else.

    Args:
        runtime: the daemon's, open.
        health: how it is.
        lookup: finds the endpoints and jobs that requests name.
        clock: the time.
        host: where it listens. On loopback, only who names this machine is answered.
    """

    def more() -> Iterable[Point]:
        own = [*of_health(health), *of_unkept(*runtime.unkept), *of_upkeep(runtime.upkeep.well)]
        return [*own, *of_allowances(runtime.allowances), *of_process()]

    async def is_alive(_: Request) -> Response:
        return _verdict(health.is_alive(clock.monotonic()), "the loop does not turn")

    async def is_ready(_: Request) -> Response:
        return _verdict(health.is_ready, "nothing was kept yet")

    routes: Sequence[Route] = [
        metrics_route(Page(_Watched(runtime.store, lookup), clock, more)),
        Route("/healthz", is_alive, methods=["GET"]),
        Route("/readyz", is_ready, methods=["GET"]),
        probe_route(lookup.check, runtime.open_prober(), clock),
        *beat_routes(lookup.job, lambda beat: keep_beat_in(runtime.store, beat), clock),
    ]
    guards = [Middleware(_OnlyThisMachine)] if is_loopback(host) else []
    made = Starlette(routes=routes, middleware=guards)
    made.router.redirect_slashes = False
    return made


class _Watched:
    """What is known of what is watched."""

    def __init__(self, known: Known, lookup: PlanLookup) -> None:
        self._known = known
        self._lookup = lookup

    async def latest(self) -> Sequence[Latest]:
        return only_endpoints(await self._known.latest(), self._lookup.names)

    async def owing(self) -> Sequence[Owing]:
        return await self._known.owing()


class _OnlyThisMachine:
    """Answers who asks for an address, or for localhost.

    A web page can have its own name lead to 127.0.0.1, and then read in a browser here what only this machine may
    (DNS rebinding); but the browser says that name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_harmless(Request(scope).headers.get("host", "")):
            refusal = PlainTextResponse("Ask for this machine by its address.\n", 421)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_harmless(host: str) -> bool:
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    try:
        ip_address(name)
    except ValueError:
        return is_loopback(name.lower())
    return True


def _verdict(well: bool, problem: str) -> Response:
    return PlainTextResponse("ok\n") if well else PlainTextResponse(f"{problem}\n", 503)
