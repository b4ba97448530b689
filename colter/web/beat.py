"""`/beat/TOKEN`: a job reports over HTTP."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from colter.core.clock import Clock
from colter.core.errors import ColterError
from colter.core.model import Beat, BeatKind
from colter.core.text import clean

log = logging.getLogger(__name__)

LONGEST_BODY = 10_000
"""Bytes of what it has to say; the rest is not read."""
LONGEST_TEXT = 1000
"""Characters that are kept of it, as of `colter beat --log`: they stand in every message about the job."""
_BODY_SECONDS = 2.0
_KINDS = {"": BeatKind.SUCCESS, "/start": BeatKind.START, "/fail": BeatKind.FAILURE}

Find = Callable[[str], str | None]
Keep = Callable[[Beat], Awaitable[None]]
"""Keeps a beat; StateError when that fails."""


def beat_routes(find: Find, keep: Keep, clock: Clock) -> list[Route]:
    """The routes; `find` tells whose token it is."""
    return [_route(path, kind, find, keep, clock) for path, kind in _KINDS.items()]


def _route(path: str, kind: BeatKind, find: Find, keep: Keep, clock: Clock) -> Route:
    async def beat(request: Request) -> Response:
        at = clock.now()
        said = await _body(request)
        name = find(request.path_params["token"])
        if name is None:
            return PlainTextResponse("Nobody reports here.\n", 404)
        try:
            await keep(Beat(name, at, kind, text=clean(said, LONGEST_TEXT)))
        except ColterError as error:
            log.warning("what %s reported is lost: %s", clean(name), error)
            return PlainTextResponse("It could not be kept; try again.\n", 503)
        return PlainTextResponse("OK\n")

    # Looking is not reporting: of Starlette's own accord a GET route would take HEAD as well.
    route = Route(f"/beat/{{token}}{path}", beat, methods=["GET", "POST"], name=f"beat{path}")
    (route.methods or set()).discard("HEAD")
    return route


async def _body(request: Request) -> str:
    """The beginning of what comes, as far as it comes in time."""
    said = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                said += part
                if len(said) >= LONGEST_BODY:
                    break
    except (TimeoutError, ClientDisconnect):
        pass  # that it reports is worth more than what it says
    return said[:LONGEST_BODY].decode("utf-8", "replace")
