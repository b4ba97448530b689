"""Which hosts are this machine itself."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a name or an address is that of this machine itself: `localhost`, `127.0.0.1`, `::1`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
