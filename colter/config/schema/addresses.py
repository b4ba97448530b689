"""Addresses of endpoints: the schemes that there are, and what each needs."""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from colter.config.schema.destination import check_address, check_host

PORTS: Mapping[str, int | None] = {
    "https": 443,
    "http": 80,
    "tcp": None,
    "tls": None,
    "smtp": 25,
    "imap": 143,
    "postgres": 5432,
    "dns": 53,
    "icmp": 0,
    "ws": 80,
    "wss": 443,
}
"""Schemes with their default ports; None: it must be given; 0: there is none."""
SECURE = frozenset({"https", "tls", "smtp", "imap", "postgres", "wss"})
"""Those that end in TLS."""
RECORDS = ("A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "TLSA", "TXT")
"""Types of DNS records that can be asked for."""
_RECORD_NAME = re.compile(r"(?=.{1,253}\.?$)(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?|\.")

_HOST_ALONE = re.compile(r"icmp://(?:[^/:\[\]?#]+|\[[0-9A-Fa-f:.%]+\])/?")
_SERVER = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})")


def check_probe_address(written: str) -> str:
    """The address as it was written, if it can be probed; ValueError says what was expected."""
    if written.startswith("dns://"):
        split_dns(written)
    else:
        check_address(written, {scheme: port for scheme, port in PORTS.items() if scheme != "dns"})
    if written.startswith("icmp://") and not _HOST_ALONE.fullmatch(written):
        raise ValueError("expected a host alone after icmp://")
    return written


def dns_address(server: str | None, name: str, kind: str) -> str:
    """`dns://server/name?type=A`; without a server: the machine's own."""
    place = f"[{server}]" if server and server.count(":") > 1 and not server.startswith("[") else server or ""
    return f"dns://{place}/{name}?{urlencode({'type': kind})}"


def split_dns(written: str) -> tuple[str, int, str, str]:
    """Server (empty: the machine's own), port, name and type of a DNS address.

    Raises:
        ValueError: it is none; says what was expected.
    """
    try:
        parts = urlsplit(written)
        port = parts.port or PORTS["dns"] or 0
        query = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError:
        raise ValueError("expected an address such as dns://192.0.2.53/example.org?type=A") from None
    if parts.username is not None or parts.fragment or any(key != "type" for key, _ in query):
        raise ValueError("expected an address such as dns://192.0.2.53/example.org?type=A, with nothing else in it")
    if parts.hostname:
        check_host(parts.hostname)
    kind = query[0][1] if query else "A"
    return parts.hostname or "", port, check_record_name(unquote(parts.path.removeprefix("/"))), check_record(kind)


def check_record_name(written: str) -> str:
    """The name of a DNS record, in ASCII."""
    try:
        name = written if written.isascii() else written.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _RECORD_NAME.fullmatch(name):
        raise ValueError(f"expected the name of a DNS record such as example.org, got {written[:80]!r}")
    return name


def check_record(written: str) -> str:
    """The type of a DNS record, in capitals."""
    if written.upper() not in RECORDS:
        raise ValueError(f"expected a type of DNS records ({', '.join(RECORDS)}), got {written[:20]!r}")
    return written.upper()


def split_server(written: str) -> tuple[str, int]:
    """IP address and port of a name server such as `192.0.2.53` or `[2001:db8::53]:5353`.

    Raises:
        ValueError: it is none.
    """
    found = _SERVER.fullmatch(written)
    try:
        if not found:
            return str(ipaddress.ip_address(written)), PORTS["dns"] or 0
        return str(ipaddress.ip_address(found[1] or found[2])), int(found[3])
    except ValueError:
        raise ValueError(
            f"expected the IP address of a name server such as 192.0.2.53 or 192.0.2.53:5353, got {written[:80]!r}"
        ) from None


def check_server(written: str) -> str:
    """A name server, as it was written."""
    split_server(written)
    return written
