"""HTTP for the APIs: deadlines, retries, size caps, ETags. The one importer of httpx."""

import asyncio
import base64
import json
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Self
from urllib.parse import urljoin, urlsplit

from colter import __version__
from colter.core.clock import Clock
from colter.core.ports import Cached, Recall
from colter.core.secret import Secret
from colter.core.text import clean
from colter.core.without import without
from colter.net.backend import Backend
from colter.net.dns import ResolveError, Resolver
from colter.net.trust import tls_context

with without("httpx._main"):  # a command line of its own, which brings rich, click and pygments: 3 MB, 60 ms
    import httpx

log = logging.getLogger(__name__)

USER_AGENT = f"colter/{__version__}"
MAX_BYTES = 32 * 1024 * 1024
MAX_REDIRECTS = 5
_NO_TIMEOUT = httpx.Timeout(None)  # its timeouts are per operation; ours is one deadline for all
_TRANSIENT = frozenset({500, 502, 503, 504})
_LONGEST_RETRY_AFTER = timedelta(hours=1)

Failure = Literal["dns", "connect", "tls", "timeout", "too_large", "protocol", "redirect", "invalid"]


class HttpError(Exception):
    """No usable answer came. The message is one clean sentence without secrets."""

    def __init__(self, kind: Failure, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. Redirects are followed within the origin only; credentials never leave it."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    token: Secret | None = None
    """Sent as `Authorization`."""
    token_type: Literal["Bearer", "Basic", "Token"] = "Bearer"  # noqa: S105  the name of a scheme
    """Basic: the token is base64 of `user:password`. Token is what InfluxDB wants."""
    deadline: timedelta = timedelta(seconds=30)
    """For everything: all attempts, redirects and the whole body."""
    attempts: int = 3
    """How often to try when the connection fails or the server says 500, 502, 503 or 504.

    What is no GET or HEAD is tried again only when no connection came about: it may have been done.
    """
    max_bytes: int = MAX_BYTES
    hidden: bool = False
    """Whoever knows the address may use it (a webhook): only its host is logged."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, of any status."""

    status: int
    headers: Mapping[str, str]
    """With lower-case names."""
    body: bytes
    url: str
    """Where it came from, after redirects."""

    def json(self) -> Any:
        """The body as strict JSON: no NaN, no infinities, no doubled keys, no absurd nesting.

        Raises:
            HttpError: it is not that (kind `invalid`).
        """
        return parse_json(self.body)

    def retry_after(self, clock: Clock) -> timedelta | None:
        """How long the server asks us to wait, seconds or date, at most an hour; None when it says nothing usable."""
        return parse_retry_after(self.headers.get("retry-after", ""), clock)


class Http:
    """One connection pool for all APIs. Open it with `async with`."""

    def __init__(self, clock: Clock, resolver: Resolver | None = None) -> None:
        self._clock = clock
        transport = httpx.AsyncHTTPTransport(verify=tls_context(), trust_env=False, retries=0)
        # httpx has no public way to bring a resolver of one's own; without one, four hung names block the exit.
        transport._pool._network_backend = Backend(resolver or Resolver())  # noqa: SLF001
        self._client = httpx.AsyncClient(
            transport=transport, trust_env=False, timeout=_NO_TIMEOUT, follow_redirects=False
        )
        self.requests = 0
        """How many were tried."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, request: Request) -> Reply:
        """Ask, with retries, under one deadline.

        Raises:
            HttpError: no answer came, or one that breaks the rules. A status of 400 or more is an answer.
        """
        try:
            async with asyncio.timeout(request.deadline.total_seconds()):
                return await self._with_retries(request)
        except TimeoutError as error:
            seconds = request.deadline.total_seconds()
            raise HttpError("timeout", f"{_host(request.url)} did not answer within {seconds:g} s") from error

    async def send_cached(
        self,
        request: Request,
        recall: Recall,
        key: str,
        lifetime: timedelta,
        reduce: Callable[[bytes], bytes] = bytes,
    ) -> Reply:
        """Ask only when the kept reply is no longer fresh, and then conditionally (ETag).

        Only replies of status 200 are kept. A kept reply comes back with status 200 and the header `x-colter-cache`.

        Args:
            request: a GET.
            recall: where replies are kept.
            key: must tell apart what differs: the URL, and whose token asked (an ETag belongs to a token).
            lifetime: how long a reply is fresh; nothing: ask every time.
            reduce: makes of a body of status 200 what is kept and returned, so that megabytes do not fill the state.
                Its errors are raised, and nothing is kept.
        """
        now = self._clock.now()
        kept = await recall.cached(key)
        if kept and kept.is_fresh(now):
            return _from_cache(kept, request.url)
        headers = dict(request.headers)
        if kept and kept.validator:
            headers["if-none-match"] = kept.validator
        reply = await self.send(replace(request, headers=headers))
        if reply.status == httpx.codes.NOT_MODIFIED and kept:
            await recall.cache(key, Cached(kept.body, kept.validator, kept.stored, now + lifetime))
            return _from_cache(kept, request.url)
        if reply.status == httpx.codes.OK:
            reply = replace(reply, body=reduce(reply.body))
            await recall.cache(key, Cached(reply.body, reply.headers.get("etag", ""), now, now + lifetime))
        return reply

    async def _with_retries(self, request: Request) -> Reply:
        ends = self._clock.monotonic() + request.deadline.total_seconds()
        repeatable = request.method in ("GET", "HEAD")
        curable = ("dns", "connect", "protocol") if repeatable else ("dns", "connect")
        for attempt in range(1, request.attempts + 1):
            last = attempt == request.attempts
            wait = timedelta(seconds=random.uniform(0.1, 0.5) * 2**attempt)  # noqa: S311  jitter, no secret
            try:
                reply = await self._follow(request)
            except HttpError as error:
                if last or error.kind not in curable:
                    raise
            else:
                if last or not repeatable or reply.status not in _TRANSIENT:
                    return reply
                wait = reply.retry_after(self._clock) or wait
                if self._clock.monotonic() + wait.total_seconds() >= ends:
                    return reply
            await self._clock.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _follow(self, request: Request) -> Reply:
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            reply = await self._once(request, url)
            target = reply.headers.get("location")
            if reply.status not in (301, 302, 307, 308) or not target:
                return reply
            url = _join(url, target)
            if origin(url) != origin(request.url):
                raise HttpError("redirect", f"{_host(request.url)} redirects to another server, {_host(url)}")
        raise HttpError("redirect", f"{_host(request.url)} redirects more than {MAX_REDIRECTS} times")

    async def _once(self, request: Request, url: str) -> Reply:
        # Identity, and the raw bytes counted: a megabyte of gzip can be two gigabytes of body.
        headers = {"user-agent": USER_AGENT, "accept-encoding": "identity", **request.headers}
        if request.token:
            headers["authorization"] = f"{request.token_type} {request.token.reveal()}"
        shown = _host(url) if request.hidden else url
        log.debug("%s %s", request.method, shown)
        async with _errors(url):
            self.requests += 1
            async with self._client.stream(request.method, url, headers=headers, content=request.body) as reply:
                if reply.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
                    raise HttpError("invalid", f"{_host(url)} sent a compressed body that was not asked for")
                parts, size = [], 0
                async for part in reply.aiter_raw():
                    size += len(part)
                    if size > request.max_bytes:
                        raise HttpError("too_large", f"{_host(url)} sent more than {request.max_bytes} bytes")
                    parts.append(part)
                log.debug("%d and %d bytes from %s", reply.status_code, size, shown)
                return Reply(reply.status_code, dict(reply.headers.items()), b"".join(parts), url)


def _join(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise HttpError("redirect", f"{_host(url)} redirects to what is no address") from error


@asynccontextmanager
async def _errors(url: str) -> AsyncIterator[None]:
    """Turn whatever the library raises into HttpError; not all of it is httpx.HTTPError."""
    host = _host(url)
    try:
        yield
    except ResolveError as error:
        raise HttpError("dns", f"cannot find {clean(str(error))}") from error
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error).upper() or "SSL" in str(error).upper():
            raise HttpError("tls", f"no safe connection to {host}: {clean(str(error), 200)}") from error
        place = f"{host} at port {origin(url)[2]}"
        raise HttpError("connect", f"cannot connect to {place}: {clean(str(error), 200)}") from error
    except (httpx.LocalProtocolError, UnicodeEncodeError):
        # The cause is left out: it shows the header, which may be the token.
        raise HttpError("invalid", f"a header or token for {host} has characters that HTTP does not allow") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, ExceptionGroup) as error:
        raise HttpError("invalid", f"{clean(url.partition('?')[0], 100)} is not a usable address") from error
    except httpx.TimeoutException as error:
        raise HttpError("timeout", f"{host} did not answer in time") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise HttpError("protocol", f"{host} broke off or sent no proper HTTP: {clean(str(error), 200)}") from error


def parse_json(body: bytes) -> Any:
    """Strict JSON; HttpError of kind `invalid` for anything that JSON does not allow or that no API means."""
    try:
        return json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        raise HttpError("invalid", f"the answer is not proper JSON: {clean(str(error), 200)}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _finite(written: str) -> float:
    number = float(written)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{written} is out of range")
    return number


def parse_retry_after(written: str, clock: Clock) -> timedelta | None:
    """Seconds or an HTTP date, clamped to 0..1 h; None for nothing and for nonsense (RFC 9110, 10.2.3)."""
    try:
        wait = (
            timedelta(seconds=int(written))
            if written.isascii() and written.isdigit()
            else parsedate_to_datetime(written) - clock.now()
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), _LONGEST_RETRY_AFTER)


def basic_token(user: str | None, password: Secret | None) -> Secret | None:
    """What goes with the token type Basic (RFC 7617); None without a user."""
    if user is None:
        return None
    written = f"{user}:{password.reveal() if password else ''}"
    return Secret(base64.b64encode(written.encode()).decode())


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port that decide whom a credential may reach; HttpError for a URL that has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError as error:
        raise HttpError("invalid", f"{clean(url, 100)} is not a usable address") from error
    return parts.scheme, (parts.hostname or "").lower(), port


def _host(url: str) -> str:
    return clean(origin(url)[1], 100) or "the server"


def _from_cache(kept: Cached, url: str) -> Reply:
    headers = {"x-colter-cache": "1", **({"etag": kept.validator} if kept.validator else {})}
    return Reply(200, headers, kept.body, url)
