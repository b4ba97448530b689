"""Addresses of endpoints, read so strictly that no two libraries can disagree about the host."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from urllib.parse import quote, unquote, urljoin, urlsplit

from colter.config.schema.addresses import PORTS, SECURE, dns_address, split_dns
from colter.config.schema.destination import DEFAULT_PORTS
from colter.core.secret import Secret

_WITH_PATH = frozenset({"https", "http", "ws", "wss"})
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?")
_NUMERIC = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?")
_KEPT = "/?:@!$&'()*+,;=%~-._"  # what a path and a query may hold as it is (RFC 3986, 3.3 and 3.4)


@dataclass(frozen=True, slots=True)
class Url:
    """An address in its parts. `target` is path and query; there is no user information and no fragment."""

    scheme: str
    host: str
    """Lower case, ASCII; an IPv6 address without brackets. Nothing: the machine's own name server."""
    port: int
    target: str = "/"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What decides whom a credential may reach."""
        return self.scheme, self.host, self.port

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken, at once or after a while."""
        return self.scheme in SECURE

    @property
    def literal(self) -> bool:
        """Whether the host is an IP address, so that nothing needs to be looked up."""
        return _is_address(self.host)

    @property
    def text(self) -> str:
        """The whole address. The query may hold a secret: not for people."""
        return f"{self.place}{self.target}"

    @property
    def shown(self) -> str:
        """The address for people, logs and the history: without its query, but a DNS question is no secret."""
        if self.scheme == "dns":
            return f"{self.place}{self.target}"
        return f"{self.place}{self.target.partition('?')[0]}" if self.scheme in _WITH_PATH else self.place

    @property
    def name(self) -> str:
        """Host and path: what an endpoint without a name is called."""
        return self.shown.partition("://")[2].strip("/")

    @property
    def place(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def parse_url(text: str, ports: Mapping[str, int | None] = PORTS) -> tuple[Url, tuple[str, Secret] | None]:
    """Read an address; user name and password, where it holds them, come apart from it.

    Raises:
        ValueError: it is no usable address; the message does not repeat it, for it may hold a password.
    """
    if _UNFIT.search(text):
        raise ValueError("an address holds no blanks, backslashes or control characters")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        # Its own words may quote a password.
        raise ValueError("expected an address such as https://host:port/path") from None
    if parts.scheme not in ports:
        expected = ", ".join(f"{scheme}://" for scheme in ports)
        raise ValueError(f"expected an address that begins with {expected}")
    if parts.scheme == "dns":
        return _question(text), None
    port = ports[parts.scheme] if port is None else port
    if not port and parts.scheme != "icmp":
        raise ValueError("expected a port between 1 and 65535 after the host")
    if not parts.netloc.isprintable():
        raise ValueError("the host name has letters that no host name may have")
    target = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    if target != "/" and parts.scheme not in _WITH_PATH:
        raise ValueError(f"expected nothing after the host and port of a {parts.scheme}:// address")
    # Thousands of endpoints may have a few hosts; these share their names in memory.
    url = Url(intern(parts.scheme), intern(_host(parts.hostname or "")), port or 0, target)
    if parts.username is None:
        return url, None
    return url, (unquote(parts.username), Secret(unquote(parts.password or "")))


def follow(url: Url, location: str) -> Url:
    """Where a `Location` header leads.

    Raises:
        ValueError: it leads to nothing that a probe follows.
    """
    return parse_url(urljoin(url.text, location.strip().replace(" ", "%20")), DEFAULT_PORTS)[0]


def is_private(address: str) -> bool:
    """Whether an IP address is anything but a public one: loopback, link-local, RFC 1918, metadata services."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        found = inside or found
    return not found.is_global


def _question(text: str) -> Url:
    server, port, name, kind = split_dns(text)
    target = dns_address(None, name, kind).removeprefix("dns://")
    return Url("dns", _host(server) if server else "", port, target)


def _host(host: str) -> str:
    if _is_address(host):
        return host
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError("the host name has letters that no host name may have") from error
    # 127.1, 0x7f.1 and 2130706433 are addresses to some libraries and names to others.
    if not _HOST.fullmatch(name) or _NUMERIC.fullmatch(name):
        raise ValueError("expected a host name or an IP address after ://")
    return name


@lru_cache(maxsize=4096)
def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
