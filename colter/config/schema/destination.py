"""Where a secret may be sent: addresses checked, and reduced to what decides that."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS: Mapping[str, int | None] = {"http": 80, "https": 443}
_LONGEST = 2048
_START = re.compile(r"(?:[^/?#]*://)?[^/?#]*")
"""Scheme and host."""
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?")


def check_address(written: str, ports: Mapping[str, int | None], show: Callable[[str], str] | None = None) -> str:
    """The address as it was written, if every library behind Colter can use it.

    Args:
        written: the address.
        ports: the schemes it may have, with the default port of each; None: it must be given, 0: there is none.
        show: how a wrong one, or a wrong host, is repeated in the message; None: as far as it is no secret.

    Raises:
        ValueError: another scheme, no host, a bad port, a user name or password in it, blanks or controls.
    """
    show = show or _shown
    starts = " or ".join(f"{scheme}://" for scheme in ports)
    if len(written) > _LONGEST or _UNFIT.search(written):
        raise ValueError(
            f"expected an address beginning with {starts}, without blanks, of at most {_LONGEST} characters"
        )
    parts = _split(written)
    if parts.scheme not in ports:
        raise ValueError(f"expected an address beginning with {starts}, got {show(written)}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a user name or password does not belong in an address; there are keys of their own for them")
    check_host(parts.hostname or "", show)
    _port(parts, ports)
    return written


def check_hidden_address(written: str) -> str:
    """The same for one of the web that may be a secret as a whole: no message repeats any of it."""
    return check_address(written, DEFAULT_PORTS, lambda _: "something else, which may be a secret")


def check_host(host: str, show: Callable[[str], str] | None = None) -> str:
    """A host name or IP address, as it was written; ValueError for anything that no resolver would take."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(_ascii(host)):
            raise ValueError(f"expected a host name or IP address, got {(show or _shown)(host)}") from None
    return host


def origin(url: str, ports: Mapping[str, int | None] = DEFAULT_PORTS) -> str:
    """`scheme://host:port` of a checked address: lower case, the port always there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{host_port(parts.hostname or '', _port(parts, ports))}"


def host_port(host: str, port: int) -> str:
    """`host:port`, the host in lower case, an IPv6 address in brackets."""
    name = host.lower().rstrip(".")
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def short_name(url: str) -> str:
    """The name of an endpoint that was given as an address alone: host (and port, if one was written) and path."""
    try:
        parts = urlsplit(url)
    except ValueError:  # the address itself will be complained about
        return url
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}" or url


def _split(written: str) -> SplitResult:
    try:
        return urlsplit(written)
    except ValueError as error:
        raise ValueError(f"expected an address, got one that cannot be read ({error})") from error


def _port(parts: SplitResult, ports: Mapping[str, int | None]) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port is None:
        port = ports.get(parts.scheme)
        if port == 0:
            return 0
    if not port:
        raise ValueError("expected a port between 1 and 65535 after the host")
    return port


def _ascii(host: str) -> str:
    if host.isascii() and "xn--" not in host.lower():
        return host
    import idna  # noqa: PLC0415  only for names with letters beyond ASCII

    try:
        return idna.encode(host, uts46=True).decode()
    except UnicodeError as error:
        raise ValueError(f"{host[:80]!r} is no possible host name ({error})") from error


def _shown(written: str) -> str:
    # Mistyped, it must not bring a password to the screen; nor what stands behind the host, such as a token.
    if "@" in written:
        return "something with an @ in it"
    start = _START.match(written)
    shown = start[0] if start else ""
    return repr(shown[:80]) if len(shown) == len(written) else f"{shown[:80]!r} and more behind it"
