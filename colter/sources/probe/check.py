"""Everything that one probe needs to know, resolved and valid: a probe cannot stumble over its own settings."""

import base64
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl

from colter.config.schema.endpoints import Auth, Endpoint, Expect, ProbeDefaults, Warn
from colter.config.schema.secretref import SecretRef
from colter.core.errors import ConfigError, UsageError
from colter.core.secret import Secret
from colter.core.text import clean
from colter.sources.probe.expect import (
    BODY_KINDS,
    Body,
    Expectation,
    Header,
    Json,
    Measure,
    Status,
    certificate_lasts,
    latency_within,
    parse_expectation,
)
from colter.sources.probe.jsonpath import parse_comparison, parse_path
from colter.sources.probe.url import Url, parse_url

MAX_REDIRECTS = 5
_FAMILIES = {"auto": socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_METHOD = re.compile(r"[A-Z][A-Z-]{0,19}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "content-type", "host", "origin", "user-agent"}
)
_LINE_BREAK = re.compile(r"[\x00\r\n]")

Reveal = Callable[[SecretRef], Secret]


@dataclass(frozen=True)
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
    authorization: Secret | None = None
    """Value of the `Authorization` header; like the other headers it never reaches another origin."""
    follow_redirects: int = MAX_REDIRECTS
    """At most so many; 0 takes the first answer as it is."""
    family: int = socket.AF_UNSPEC
    ca: Path | None = None
    """Trust the authorities in this file instead of the machine's."""
    expect: tuple[Expectation, ...] = ()
    """Violated: down. Where no status is expected, 200 to 399 are."""
    warn: tuple[Expectation, ...] = ()
    """Violated: degraded."""
    confirm: int = 0
    """Further attempts after one that failed, while there is time."""

    @property
    def url(self) -> str:
        """The address for people: without user information, query and fragment."""
        return self.address.shown

    @cached_property
    def needs_body(self) -> bool:
        """Whether anything looks at the body."""
        return any(each.needs_body for each in (*self.expect, *self.warn))

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """Regular expressions that must be looked for in the body."""
        bodies = [each for each in (*self.expect, *self.warn) if isinstance(each, Body)]
        return tuple(each.wanted for each in bodies if each.kind.endswith("matches"))

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not come back in what a server says."""
        values = [value for name, value in self.headers if name.lower() not in _HARMLESS]
        query = [Secret(value) for _, value in parse_qsl(self.address.target.partition("?")[2])]
        return tuple(filter(None, (self.authorization, self.body, *values, *query)))


def check_from_config(endpoint: Endpoint, defaults: ProbeDefaults, reveal: Reveal) -> Check:
    """What a configured endpoint asks for.

    Raises:
        ConfigError: the address or a header cannot be used.
        LockedError, VaultError: from `reveal`.
    """
    where = f"endpoints: {clean(endpoint.name, 80)}"
    if endpoint.url is None:
        raise ConfigError(f"{where}: it has no url, so there is nothing to probe")
    options = endpoint.request
    try:
        address, login = parse_url(endpoint.url)
        headers = _headers([(name, _revealed(value, reveal)) for name, value in options.headers.items()])
        expect, warn = _expect(endpoint.expect, address), _warn(endpoint.warn, defaults, address)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}", hint="colter config check") from error
    return Check(
        name=endpoint.name,
        address=address,
        group=endpoint.group or "",
        timeout=endpoint.timeout or defaults.timeout,
        method=options.method,
        headers=headers,
        body=None if options.body is None else _revealed(options.body, reveal),
        authorization=_authorization(options.auth, login, reveal),
        follow_redirects=options.follow_redirects,
        family=_FAMILIES[options.ip],
        ca=_authorities(defaults),
        expect=expect,
        warn=warn,
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
        url: https://, http:// or tcp://host:port; its host and path become the name.
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
        expectations = tuple(parse_expectation(condition) for condition in expect)
        _suit(expectations, address)
        pairs = _headers([_header(line) for line in headers])
        method = _method(method or ("POST" if body is not None else "GET"))
    except ValueError as error:
        raise UsageError(f"{_named(url)}: {error}", hint="colter probe --help") from error
    return Check(
        name=address.name,
        address=address,
        timeout=timeout or defaults.timeout,
        method=method,
        headers=pairs,
        body=None if body is None else Secret(body),
        authorization=basic(*login) if login else None,
        ca=_authorities(defaults),
        expect=expectations,
        warn=_warn(Warn(), defaults, address),
    )


def bearer(token: Secret) -> Secret:
    """An `Authorization` of RFC 6750."""
    return Secret(f"Bearer {token.reveal()}")


def basic(user: str, password: Secret) -> Secret:
    """An `Authorization` of RFC 7617, in UTF-8."""
    return Secret("Basic " + base64.b64encode(f"{user}:{password.reveal()}".encode()).decode())


def _authorities(defaults: ProbeDefaults) -> Path | None:
    if defaults.tls.ca is None:
        return None
    file = Path(defaults.tls.ca).expanduser()
    if not file.is_file():
        raise ConfigError(f"probe.tls.ca: expected a file of certificates, found none at {file}")
    return file


def _authorization(auth: Auth | None, login: tuple[str, Secret] | None, reveal: Reveal) -> Secret | None:
    if auth and auth.bearer:
        return bearer(reveal(auth.bearer))
    if auth and auth.basic:
        return basic(auth.basic.username, reveal(auth.basic.password))
    return basic(*login) if login else None


def _expect(written: Expect, address: Url) -> tuple[Expectation, ...]:
    expectations: tuple[Expectation, ...] = (
        # Only what was said: the schema's default would contradict an `--expect status=...`.
        *([Status(written.status)] if "status" in written.model_fields_set else []),
        *(Header(name.lower(), glob) for name, glob in written.headers.items()),
        *(Body(kind, wanted) for kind in BODY_KINDS if (wanted := getattr(written.body, kind)) is not None),
        *(Json(parse_path(path), parse_comparison(value)) for path, value in written.json_.items()),
    )
    _suit(expectations, address)
    return expectations


def _warn(written: Warn, defaults: ProbeDefaults, address: Url) -> tuple[Expectation, ...]:
    certificate = written.cert or (defaults.tls.warn if address.scheme == "https" else None)
    return (
        latency_within(written.latency or defaults.latency_threshold),
        *([certificate_lasts(certificate)] if certificate else []),
    )


def _suit(expectations: Sequence[Expectation], address: Url) -> None:
    if address.scheme == "tcp" and any(
        not isinstance(each, Measure) or each.what != "latency" for each in expectations
    ):
        raise ValueError("a TCP connection has a latency, but no status, headers, body or certificate")


def _headers(pairs: Sequence[tuple[str, Secret]]) -> tuple[tuple[str, Secret], ...]:
    for name, value in pairs:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"expected a header such as 'accept: application/json', got {clean(name, 40)!r}")
        if _LINE_BREAK.search(value.reveal()):
            raise ValueError(f"the header {name} holds a line break")
    return tuple(pairs)


def _method(written: str) -> str:
    if not _METHOD.fullmatch(written.upper()):
        raise ValueError(f"expected a method such as GET or POST, got {clean(written, 40)!r}")
    return written.upper()


def _header(line: str) -> tuple[str, Secret]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f"expected a header such as 'accept: application/json', got {clean(name, 40)!r}")
    return name.strip(), Secret(value.strip())


def _revealed(value: str | SecretRef, reveal: Reveal) -> Secret:
    return reveal(value) if isinstance(value, SecretRef) else Secret(value)


def _named(url: str) -> str:
    # What follows ? or stands before @ may be a secret.
    return clean(url.rpartition("@")[2].partition("?")[0].rstrip("/"), 80)
