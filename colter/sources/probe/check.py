"""Everything that one probe needs to know, resolved and valid: a probe cannot stumble over its own settings."""

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

from colter.config.schema.addresses import split_server
from colter.config.schema.endpoints import Endpoint, ProbeDefaults
from colter.config.schema.expectations import Warn
from colter.core.errors import ConfigError, UsageError
from colter.core.secret import Secret
from colter.core.text import clean
from colter.sources.probe import sending
from colter.sources.probe.conditions import demanded, expected, warned
from colter.sources.probe.credentials import ClientCertificate, OAuthClient, Proxy, basic
from colter.sources.probe.expect import Body, Expectation
from colter.sources.probe.sending import Reveal
from colter.sources.probe.url import Url, parse_url

MAX_REDIRECTS = 5
_FAMILIES = {"auto": socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_STARTTLS = frozenset({"smtp", "imap", "postgres"})
_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "content-type", "host", "origin", "user-agent"}
)


@dataclass(frozen=True, slots=True)
class Check:
    """One endpoint and how to look at it."""

    name: str
    address: Url
    group: str = ""
    timeout: timedelta = timedelta(seconds=10)
    """For everything: looking the name up, redirects, the whole body, and all attempts."""
    method: str = "GET"
    headers: tuple[tuple[str, Secret], ...] = ()
    """Any of them may unlock something, so all are treated as if they did."""
    body: Secret | None = None
    """Bytes that are no UTF-8 are surrogates in it, as `surrogateescape` makes them."""
    authorization: Secret | None = None
    """Value of the `Authorization` header; like the other headers it never reaches another origin."""
    oauth: OAuthClient | None = None
    """Instead of `authorization`: who asks for a token."""
    certificate: ClientCertificate | None = None
    follow_redirects: int = MAX_REDIRECTS
    """At most so many; 0 takes the first answer as it is."""
    http_version: str = "auto"
    """1.1 or 2: that one and no other."""
    starttls: str | None = None
    """What is spoken before TLS: smtp, imap or postgres."""
    family: int = socket.AF_UNSPEC
    resolver: tuple[str, int] | None = None
    """Address and port of a name server to ask instead of the machine's."""
    proxy: Proxy | None = None
    ca: Path | None = None
    """Trust the authorities in this file instead of the machine's."""
    expect: tuple[Expectation, ...] = ()
    """Violated: down. Where no status is expected, 200 to 399 are."""
    warn: tuple[Expectation, ...] = ()
    """Violated: degraded."""
    confirm: int = 0
    """Further attempts after one that failed, while there is time."""
    url: str = field(init=False, repr=False, compare=False)
    """The address for people: without user information, query and fragment."""
    needs_body: bool = field(init=False, repr=False, compare=False)
    """Whether anything looks at the body."""
    patterns: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Regular expressions that must be looked for in the body."""

    def __post_init__(self) -> None:
        # Asked for at every probe; properties that remember would cost a dictionary for each of thousands of checks.
        judged = (*self.expect, *self.warn)
        bodies = [each for each in judged if isinstance(each, Body)]
        patterns = tuple(each.wanted for each in bodies if each.kind.endswith("matches"))
        object.__setattr__(self, "url", self.address.shown)
        object.__setattr__(self, "needs_body", any(each.needs_body for each in judged))
        object.__setattr__(self, "patterns", patterns)

    @property
    def payload(self) -> bytes:
        """The body as bytes."""
        return self.body.reveal().encode("utf-8", "surrogateescape") if self.body else b""

    @property
    def asks_nameserver(self) -> bool:
        """Whether a name server is asked by Colter itself, not by the machine's own means."""
        return self.resolver is not None or self.address.scheme == "dns"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not come back in what a server says."""
        values = [value for name, value in self.headers if name.lower() not in _HARMLESS]
        query = [Secret(value) for _, value in parse_qsl(self.address.target.partition("?")[2])]
        client = self.oauth.client_secret if self.oauth else None
        login = self.proxy.login[1] if self.proxy and self.proxy.login else None
        return tuple(filter(None, (self.authorization, self.body, client, login, *values, *query)))


def check_from_config(endpoint: Endpoint, defaults: ProbeDefaults, reveal: Reveal) -> Check:
    """What a configured endpoint asks for.

    Raises:
        ConfigError: the address, an option, an expectation or a file cannot be used.
        LockedError, VaultError: from `reveal`.
    """
    try:
        return _read(endpoint, defaults, reveal)
    except ValueError as error:
        raise ConfigError(f"endpoints: {clean(endpoint.name, 80)}: {error}", hint="colter config check") from error


def mistakes(endpoint: Endpoint, defaults: ProbeDefaults, reveal: Reveal) -> list[str]:
    """Everything that keeps a configured endpoint from being probed; raises what `reveal` does."""
    try:
        _read(endpoint, defaults, reveal)
    except ValueError as error:
        return list(dict.fromkeys([str(error), *_unsuitable(endpoint, defaults)]))
    return []


def _unsuitable(endpoint: Endpoint, defaults: ProbeDefaults) -> Iterator[str]:
    def address() -> Url:
        return parse_url(endpoint.address or "")[0]

    judges: Sequence[Callable[[], object]] = (
        lambda: sending.check_options(endpoint.request.model_fields_set, address()),
        lambda: expected(endpoint.expect, address()),
        lambda: warned(endpoint.warn, defaults, address()),
    )
    for judge in judges:
        try:
            judge()
        except ValueError as error:
            yield str(error)


def _read(endpoint: Endpoint, defaults: ProbeDefaults, reveal: Reveal) -> Check:
    if endpoint.address is None:
        raise ValueError("it has no url, so there is nothing to probe")
    options = endpoint.request
    address, login = parse_url(endpoint.address)
    sending.check_options(options.model_fields_set, address)
    pairs = [(name, sending.revealed(value, reveal)) for name, value in options.headers.items()]
    return Check(
        name=endpoint.name,
        address=address,
        group=endpoint.group or "",
        timeout=endpoint.timeout or defaults.timeout,
        method=options.method,
        headers=sending.check_headers(pairs),
        body=sending.body(options, reveal),
        authorization=sending.authorization(options.auth, login, reveal),
        oauth=sending.oauth_client(options.auth, reveal),
        certificate=sending.client_certificate(options.tls, reveal),
        follow_redirects=options.follow_redirects,
        http_version=options.http_version,
        starttls=_starttls(address, options.starttls),
        family=_FAMILIES[options.ip],
        resolver=split_server(options.resolver) if options.resolver else None,
        proxy=sending.proxy(options.proxy, reveal),
        ca=_authorities(defaults),
        expect=expected(endpoint.expect, address),
        warn=warned(endpoint.warn, defaults, address),
        confirm=defaults.confirm if endpoint.confirm is None else endpoint.confirm,
    )


def check_from_url(
    url: str,
    defaults: ProbeDefaults | None = None,
    *,
    method: str | None = None,
    headers: Sequence[str] = (),
    body: str | None = None,
    expect: Sequence[str] = (),
    timeout: timedelta | None = None,
) -> Check:
    """What is asked for on the command line.

    Args:
        url: any address that can be probed; its host and path become the name.
        defaults: the configuration's section `probe`.
        method: nothing: GET, or POST with a body.
        headers: as curl's -H takes them: `Name: value`.
        body: sent as it is.
        expect: conditions such as `status=2xx`; violated: down.
        timeout: instead of the defaults' one.

    Raises:
        UsageError: something of it cannot be used.
    """
    defaults = defaults or ProbeDefaults()
    try:
        address, login = parse_url(url)
        _check_asked(address, method, headers, body)
        return Check(
            name=address.name,
            address=address,
            timeout=timeout or defaults.timeout,
            method=sending.check_method(method or ("POST" if body is not None else "GET")),
            headers=sending.check_headers([sending.header_line(line) for line in headers]),
            body=None if body is None else Secret(body),
            authorization=basic(*login) if login else None,
            starttls=_starttls(address, None),
            ca=_authorities(defaults),
            expect=demanded(expect, address),
            warn=warned(Warn(), defaults, address),
        )
    except ValueError as error:
        raise UsageError(f"{_named(url)}: {error}", hint="colter probe --help") from error


def expecting(check: Check, conditions: Sequence[str]) -> Check:
    """The same check with further conditions; ValueError when there is nothing to judge by."""
    return replace(check, expect=(*check.expect, *demanded(conditions, check.address)))


def _check_asked(address: Url, method: str | None, headers: Sequence[str], body: str | None) -> None:
    web = address.scheme in ("http", "https")
    asked = {"method": method is not None, "headers": bool(headers), "body" if web else "send": body is not None}
    sending.check_options([name for name, given in asked.items() if given], address)


def _starttls(address: Url, written: str | None) -> str | None:
    return address.scheme if address.scheme in _STARTTLS else written


def _authorities(defaults: ProbeDefaults) -> Path | None:
    if defaults.tls.ca is None:
        return None
    file = Path(defaults.tls.ca).expanduser()
    if not file.is_file():
        raise ConfigError(f"probe.tls.ca: expected a file of certificates, found none at {file}")
    return file


def _named(url: str) -> str:
    # What follows ? or stands before @ may be a secret.
    return clean(url.rpartition("@")[2].partition("?")[0].rstrip("/"), 80)
