"""Download statistics from pypistats: one table of one package, at most once per package and day."""

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from colter.core.clock import Clock
from colter.core.ports import Cached, Recall
from colter.core.text import clean
from colter.net.http import Http, HttpError, Reply, Request, parse_json
from colter.sources.pypi.address import Address
from colter.sources.pypi.pacer import Pacer
from colter.sources.pypi.server import ImproperError, MissingError, Server

PUBLIC_STATISTICS = "https://pypistats.org"
Table = Literal["overall", "python_minor", "system"]

# Its nightly run begins at 01:00 UTC and tells of the day before. Nobody should ask twice for the same day.
_PUBLISHED = time(2, 0, tzinfo=UTC)
_DEADLINE = timedelta(seconds=6)
_MAX_BYTES = 4 * 1024 * 1024
_TRIES = 2
_PATIENCE = timedelta(seconds=90)
_USUAL_WAIT = timedelta(minutes=1)
_MOST_DOWNLOADS = 10**12  # in a day; more is no count but a poisoned answer, and would stay in the total for ever
_NONE = b""  # kept in place of a table: the server has none


@dataclass(frozen=True, slots=True)
class Row:
    """Downloads of one category on one UTC day."""

    category: str
    day: date
    downloads: int


class Statistics:
    """A server that speaks like pypistats, within one run. Requests go out one by one, at its pace."""

    def __init__(self, address: Address, http: Http, recall: Recall, clock: Clock, pacer: Pacer) -> None:
        self._address = address
        self._http = http
        self._recall = recall
        self._clock = clock
        self._pacer = pacer
        self._server = Server(address.name)
        self._one_by_one = asyncio.Lock()

    async def table(self, package: str, table: Table) -> Sequence[Row]:
        """The rows of one table, as kept from this statistics day or fresh.

        Raises:
            MissingError: there are none, they make no sense, or the server cannot or must not be asked.
        """
        path = f"api/packages/{package}/{table}"
        body = await self._kept(path)
        if body is None:
            async with self._one_by_one:
                rows = await self._fetch(path)
        else:
            rows = None if body == _NONE else self._parse(zlib.decompress(body))
        if rows is None:
            raise MissingError(f"{self._server.name} has no statistics of {package}")
        return rows

    async def _kept(self, path: str) -> bytes | None:
        kept = await self._recall.cached(self._key(path))
        now = self._clock.now()
        return kept.body if kept and kept.is_fresh(now) else None

    def _key(self, path: str) -> str:
        return f"pypi:statistics:{self._address.url}{path}"

    async def _fetch(self, path: str) -> Sequence[Row] | None:
        """The rows; None when the server has no such table, which is kept, too."""
        if closed := await self._kept("closed"):
            raise self._server.give_up(closed.decode())
        reply = await self._ask(path)
        if reply.status not in (200, 404):
            raise MissingError(f"{self._server.name} answers {reply.status}")
        rows = self._parse(reply.body) if reply.status == 200 else None  # noqa: PLR2004  OK
        body = _NONE if rows is None else zlib.compress(reply.body)
        await self._keep(path, body, until=next_publication(self._clock.now()))
        return rows

    async def _keep(self, path: str, body: bytes, until: datetime) -> None:
        await self._recall.cache(self._key(path), Cached(body, "", self._clock.now(), until))

    async def _ask(self, path: str) -> Reply:
        request = Request(
            self._address.url + path,
            token=self._address.credentials,
            token_type="Basic",  # noqa: S106  the name of a scheme
            deadline=_DEADLINE,
            attempts=1,
            max_bytes=_MAX_BYTES,
        )
        for left in reversed(range(_TRIES)):
            self._server.check()
            await self._pacer.turn()
            try:
                reply = await self._server.ask(lambda: self._http.send(request))
            except MissingError:
                if not left:
                    raise
                continue
            if reply.status != 429:  # noqa: PLR2004  too many requests
                return reply
            await self._stay_away(reply.retry_after(self._clock) or _USUAL_WAIT, wait_here=bool(left))
        raise AssertionError("the last try returns or raises")

    async def _stay_away(self, wait: timedelta, *, wait_here: bool) -> None:
        """Wait as the server asks, or leave it alone until then: in this run and, as it is kept, in the next ones."""
        until = self._clock.now() + wait
        reason = f"{self._server.name} asks to be left alone until {until:%H:%M} UTC (429)"
        await self._keep("closed", reason.encode(), until)
        if not wait_here or wait > _PATIENCE:
            raise self._server.give_up(reason)
        await self._clock.sleep(wait)

    def _parse(self, body: bytes) -> Sequence[Row]:
        try:
            return parse_rows(parse_json(body), self._clock.now().date())
        except (HttpError, ValueError) as error:
            raise MissingError(f"{self._server.name} sent no proper statistics: {clean(str(error))}") from error


def next_publication(now: datetime) -> datetime:
    """When statistics can be newer than they are now."""
    today = datetime.combine(now.date(), _PUBLISHED)
    return today if now < today else today + timedelta(days=1)


def parse_rows(document: Any, today: date) -> Sequence[Row]:
    """The rows of a reply. One bad row spoils them all, for sums over the rest would be wrong.

    Raises:
        ValueError: what is wrong with it.
    """
    if not isinstance(document, dict) or not isinstance(document.get("data"), list):
        raise ImproperError("expected an object with a list of rows as 'data'")
    return [_row(entry, today) for entry in document["data"]]


def _row(entry: Any, today: date) -> Row:
    told = entry if isinstance(entry, dict) else {}
    category, written, downloads = told.get("category"), told.get("date"), told.get("downloads")
    if not isinstance(category, str) or not isinstance(written, str) or type(downloads) is not int:
        raise ImproperError(f"a row is {entry!r:.100}")
    day = date.fromisoformat(written)
    if not 0 <= downloads <= _MOST_DOWNLOADS or day > today + timedelta(days=1):
        raise ImproperError(f"a row has {downloads} downloads on {day}")
    return Row(category, day, downloads)
