"""Where a server is, and how to sign in there."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from colter.core.errors import ConfigError
from colter.core.secret import Secret
from colter.core.text import clean

PUBLIC_INDEX = "https://pypi.org/simple/"


@dataclass(frozen=True, slots=True)
class Address:
    """A package index or a statistics server, without the credentials that its URL may have held."""

    url: str
    """Ends in a slash; of an index the Simple API."""
    name: str
    """Host and port, for messages."""
    credentials: Secret | None
    """base64 of `user:password`, for Basic."""

    @property
    def public(self) -> bool:
        """Whether it is the public index."""
        return self.url == PUBLIC_INDEX

    @property
    def site(self) -> str | None:
        """What the JSON API and the pages of projects stand under; None when the URL does not end in `/simple/`."""
        return self.url.removesuffix("simple/") if self.url.endswith("/simple/") else None


def read_address(url: str, key: str) -> Address:
    """The server that a URL names.

    Raises:
        ConfigError: it is no http or https URL. The message names the key and not the URL: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError(f"{key}: expected a URL such as https://pypi.example.org/simple/")
    place = f"[{host}]" if ":" in host else host
    place = f"{place}:{port}" if port else place
    clear = f"{parts.scheme}://{place}{parts.path.rstrip('/')}/"
    return Address(clear, clean(place, 100), _basic(parts.username, parts.password))


def _basic(user: str | None, password: str | None) -> Secret | None:
    if not user and not password:
        return None
    return Secret(base64.b64encode(f"{unquote(user or '')}:{unquote(password or '')}".encode()).decode())
