"""`/metrics`: the newest of everything, to be scraped. It comes out of the history and never makes anybody look."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator

from prometheus_client.exposition import gzip_accepted  # noqa: TID253  this module is imported when it serves
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from colter.core.clock import Clock
from colter.core.errors import ColterError
from colter.sinks.text_format import CONTENT_TYPE, TextFormat
from colter.web.metrics_page import Known, Page
from colter.web.serve import Address, serve

log = logging.getLogger(__name__)


async def serve_store(known: Known, listen: Address, *, clock: Clock, say: Callable[[str], None]) -> None:
    """Serve `/metrics` until cancelled.

    Args:
        known: a store, or whatever knows as much.
        listen: host and port; port 0 takes any that is free.
        clock: the time.
        say: told in words where it is served.

    Raises:
        ConfigError: it is not possible to listen there.
    """
    await serve(application(known, clock), listen, lambda url: say(f"colter: serving {url}/metrics until Ctrl-C"))


def application(known: Known, clock: Clock) -> Starlette:
    """GET and HEAD of `/metrics`, and nothing else."""
    made = Starlette(routes=[metrics_route(Page(known, clock))])
    made.router.redirect_slashes = False
    return made


def metrics_route(page: Page) -> Route:
    """`/metrics`, answered with this page."""

    async def metrics(request: Request) -> Response:
        return await _answer(page, request)

    return Route("/metrics", metrics, methods=["GET"])


async def _answer(page: Page, request: Request) -> Response:
    format_ = accepted_format(request.headers.get("accept", ""))
    try:
        made = await page.packed(format_)
    except ColterError as error:
        log.warning("/metrics: %s", error)
        return PlainTextResponse("What is known cannot be read; the log has the reason.\n", 503)
    headers = {"content-type": CONTENT_TYPE[format_], "vary": "Accept, Accept-Encoding", "cache-control": "no-store"}
    if gzip_accepted(request.headers.get("accept-encoding", "")):
        return Response(made.body, headers=headers | {"content-encoding": "gzip"})
    return StreamingResponse(_sent(made.unpacked()), headers=headers | {"content-length": str(made.size)})


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Without a thread for each piece, as Starlette would take one."""
    for piece in pieces:
        yield piece


def accepted_format(accept: str) -> TextFormat:
    """OpenMetrics for who takes its version 1, as Prometheus does; the older text format for everybody else."""
    for offer in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in offer.split(";"))
        given = dict(parameter.partition("=")[::2] for parameter in parameters)
        if kind == "application/openmetrics-text" and not given.get("version", "").strip('"').startswith("0"):
            return "openmetrics"
    return "text"
