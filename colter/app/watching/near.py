"""Which hosts no line leads to."""

from ipaddress import ip_address


def is_near(host: str) -> bool:
    """Whether it is this machine itself, by its name or its address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
