"""A package index: the page of a project by the Simple API, its vulnerabilities by the JSON API."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from colter.core.clock import Clock
from colter.core.ports import Recall
from colter.core.text import clean
from colter.net.http import Http, HttpError, Reply, Request, parse_json
from colter.sources.pypi.address import Address
from colter.sources.pypi.releases import Project, Release
from colter.sources.pypi.server import MissingError, Server
from colter.sources.pypi.simple_html import parse_html_page
from colter.sources.pypi.simple_json import parse_json_page
from colter.sources.pypi.vulnerabilities import Known, parse_known

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_DEADLINE = timedelta(seconds=10)
_PAGE_FRESH = timedelta(minutes=5)
_VULNERABILITIES_FRESH = timedelta(hours=1)  # their database is fed all day long, and the page has megabytes
_REFUSED = (401, 403)


class NoSuchPackageError(Exception):
    """The index does not have the package; the message says so."""


class Index:
    """One index within one run."""

    def __init__(self, address: Address, http: Http, recall: Recall, clock: Clock) -> None:
        self._address = address
        self._http = http
        self._recall = recall
        self._clock = clock
        # Two, for a broken JSON API says nothing against the Simple API of the same index.
        self._simple = Server(address.name)
        self._json = Server(address.name)

    def page_of(self, package: str) -> str | None:
        """The page of a project for people; None when an index of one's own may have none."""
        return f"{self._address.site}project/{package}/" if self._address.public else None

    async def project(self, package: str) -> Project:
        """The project's releases.

        Raises:
            NoSuchPackageError: the index does not have it.
            MissingError: the index cannot be reached, or what it says makes no sense.
        """
        url = f"{self._address.url}{package}/"
        reduce = self._reducer(partial(self._parse_page, package), package)
        reply = await self._get(self._simple, _ACCEPT, url, reduce, _PAGE_FRESH)
        if reply is None:
            raise NoSuchPackageError(f"no such package on {self._address.name}: {package}")
        return Project.from_bytes(reply.body)

    async def vulnerabilities(self, package: str, latest: Release) -> int | None:
        """How many are known of the latest release; None when an index of one's own does not tell.

        Raises:
            MissingError: they could not be read, or are told of another version.
        """
        if self._address.site is None:
            return None
        url = f"{self._address.site}pypi/{package}/json"
        reduce = self._reducer(lambda body: parse_known(parse_json(body)), package)
        reply = await self._get(self._json, "application/json", url, reduce, _VULNERABILITIES_FRESH)
        if reply is None and not self._address.public:
            return None
        if reply is None:
            raise MissingError(f"{self._address.name} has no JSON page of {package}")
        return Known.from_bytes(reply.body).of(latest)

    async def _get(
        self, server: Server, accept: str, url: str, reduce: Callable[[bytes], bytes], fresh: timedelta
    ) -> Reply | None:
        """What `reduce` makes of a page, fresh or kept; None when there is no such page (404)."""
        request = Request(
            url,
            headers={"accept": accept},
            token=self._address.credentials,
            token_type="Basic",  # noqa: S106  the name of a scheme
            deadline=_DEADLINE,
        )
        # Who signed in is left out of the key: it stays in the state file, and even a user name can be a token.
        key = f"pypi:index:1:{'signed-in' if self._address.credentials else 'open'}:{url}"
        reply = await server.ask(lambda: self._http.send_cached(request, self._recall, key, fresh, reduce))
        if reply.status == 404:  # noqa: PLR2004  not found
            return None
        if reply.status in _REFUSED:
            raise MissingError(f"{self._address.name} refuses the user name or password ({reply.status})")
        if reply.status != 200:  # noqa: PLR2004  OK
            raise MissingError(f"{self._address.name} answers {reply.status}")
        return reply

    def _reducer(self, parse: Callable[[bytes], Project | Known], package: str) -> Callable[[bytes], bytes]:
        def reduce(body: bytes) -> bytes:
            try:
                return parse(body).to_bytes()
            except (HttpError, ValueError) as error:
                reason = f"{self._address.name} sent no proper page of {package}: {clean(str(error))}"
                raise MissingError(reason) from error

        return reduce

    def _parse_page(self, package: str, body: bytes) -> Project:
        if body.lstrip().startswith(b"{"):  # not by its content type: what stands in front of an index may mislabel it
            return parse_json_page(parse_json(body), package, self._clock.now())
        return parse_html_page(body, package)
