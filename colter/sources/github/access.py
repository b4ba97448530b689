"""The door to GitHub: who asks, where, and what every call has in common."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from colter.core.ports import Recall
from colter.core.secret import Secret
from colter.core.text import clean
from colter.net.http import Http, HttpError, Reply, Request, parse_json
from colter.sources.github.limiter import Limiter, Resource
from colter.sources.github.values import UnusableError

_HEADERS = {
    "accept": "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",  # the newest that Enterprise Servers know too
    "x-github-next-global-id": "1",  # one form of node ids for ever, whatever form a caller sends
}
OK = 200
UNREACHABLE = ("dns", "connect", "tls")
"""Kinds of HttpError after which no further call makes sense."""
_DEADLINE = timedelta(seconds=30)
_SERVER_PATH = "/api/v3"

Shape = Mapping[str, "Shape"]
"""The keys of a reply to keep, each with the shape of what stands under it; nothing there: all of it."""


class RefusedError(Exception):
    """GitHub does not accept the token: no further call makes sense."""


@dataclass(frozen=True, slots=True)
class Access:
    """What it takes to call one GitHub as one account. Calls are made one after the other, as GitHub asks."""

    api_url: str
    token: Secret | None
    http: Http
    recall: Recall
    limiter: Limiter

    async def get(
        self,
        path: str,
        lifetime: timedelta | None,
        *,
        renew: bool = False,
        keep: Shape | None = None,
    ) -> Reply:
        """A REST call; kept and asked for conditionally, unless `lifetime` is None.

        Args:
            path: below the API's address.
            lifetime: how long a reply is good for without asking again.
            renew: ask again even so.
            keep: what is kept and returned of a JSON body, so that megabytes of issue texts do not fill the state.

        Raises:
            HttpError, LimitedError, RefusedError.
        """
        url = rest_url(self.api_url) + path
        request = Request(url, headers=_HEADERS, token=self.token, deadline=_DEADLINE)
        if lifetime is None:
            await self.limiter.admit("core")
            reply = await self.http.send(request)
        else:
            key = f"github:{account(self.api_url, self.token)}:{url}"
            kept = await self.recall.cached(key)
            if kept and renew:
                kept = replace(kept, fresh_until=kept.stored)
                await self.recall.cache(key, kept)
            if not kept or not kept.is_fresh(self.limiter.now()):
                await self.limiter.admit("core")
            reply = await self.http.send_cached(request, self.recall, key, lifetime, _slim(keep) if keep else bytes)
        await self._note("core", reply)
        return reply

    async def read(self, path: str, lifetime: timedelta, *, renew: bool = False, keep: Shape | None = None) -> Any:
        """What a REST call tells, parsed; see `get`.

        Raises:
            UnusableError: GitHub does not tell it, or not as JSON; HttpError, LimitedError, RefusedError.
        """
        reply = await self.get(path, lifetime, renew=renew, keep=keep)
        if reply.status != OK:
            raise UnusableError(f"GitHub does not tell it ({message(reply)})")
        return reply.json()

    async def post_graphql(self, body: bytes) -> Reply:
        """A GraphQL call: what is too much for GitHub must be asked for in smaller pieces, not again.

        Raises:
            HttpError, LimitedError, RefusedError.
        """
        headers = {**_HEADERS, "content-type": "application/json"}
        url = graphql_url(self.api_url)
        await self.limiter.admit("graphql")
        request = Request(url, "POST", headers, body, token=self.token, deadline=_DEADLINE)
        reply = await self.http.send(request)
        await self._note("graphql", reply)
        return reply

    async def _note(self, resource: Resource, reply: Reply) -> None:
        if reply.status == 401:  # noqa: PLR2004  Unauthorized
            raise RefusedError(f"GitHub refuses the token ({message(reply)})")
        await self.limiter.note(resource, reply)


def rest_url(api_url: str) -> str:
    """The REST API without a slash at its end; the addresses of the web pages are understood too.

    github.com, data residency (ghe.com) and Enterprise Servers have three shapes.
    """
    scheme, place, path, _, _ = urlsplit(api_url)
    path = path.rstrip("/")
    if place == "github.com" or (place.endswith(".ghe.com") and not place.startswith("api.")):
        place, path = f"api.{place}", ""
    return urlunsplit((scheme, place, path, "", ""))


def graphql_url(api_url: str) -> str:
    """The GraphQL API: beside `/api/v3` on an Enterprise Server, below the REST API everywhere else."""
    rest = rest_url(api_url)
    if rest.endswith(_SERVER_PATH):
        return rest.removesuffix(_SERVER_PATH) + "/api/graphql"
    return rest + "/graphql"


def account(api_url: str, token: Secret | None) -> str:
    """Tells apart servers and accounts in the names of kept things; the token cannot be found from it."""
    who = token.reveal() if token else ""
    return hashlib.sha256(f"{rest_url(api_url)} {who}".encode()).hexdigest()[:20]


def message(reply: Reply) -> str:
    """What GitHub says about a failure, with the status."""
    try:
        said: Any = parse_json(reply.body)
    except HttpError:
        said = None
    text = said.get("message") if isinstance(said, Mapping) else None
    return f"{reply.status}: {clean(text, 150)}" if isinstance(text, str) else str(reply.status)


def _slim(shape: Shape) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps(_shaped(parse_json(body), shape), separators=(",", ":")).encode()


def _shaped(told: Any, shape: Shape) -> Any:
    if isinstance(told, list):
        return [_shaped(item, shape) for item in told]
    if isinstance(told, dict) and shape:
        return {key: _shaped(told[key], inner) for key, inner in shape.items() if key in told}
    return told
