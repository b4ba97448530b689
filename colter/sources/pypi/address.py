"""Where the package index is, and how to sign in there."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from colter.core.errors import ConfigError
from colter.core.secret import Secret
from colter.core.text import clean

PUBLIC_INDEX = "https://pypi.org/simple/"


@dataclass(frozen=True, slots=True)
class Address:
    """An index, without the credentials that its URL may have held."""

    url: str
    """The Simple API, ending in a slash."""
    name: str
    """Host and port, for messages."""
    credentials: Secret | None
    """base64 of `user:password`, for Basic."""
    public: bool

    @property
    def site(self) -> str | None:
        """What the JSON API and the pages of projects stand under; None when the URL does not end in `/simple/`."""
        return self.url.removesuffix("simple/") if self.url.endswith("/simple/") else None


def read_address(index_url: str | None) -> Address:
    """The index of a URL; None is the public one.

    Raises:
        ConfigError: it is no http or https URL. The message does not repeat it: it may hold a password.
    """
    try:
        parts = urlsplit(index_url or PUBLIC_INDEX)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError("pypi.index_url: expected a URL such as https://pypi.example.org/simple/")
    place = f"[{host}]" if ":" in host else host
    place = f"{place}:{port}" if port else place
    url = f"{parts.scheme}://{place}{parts.path.rstrip('/')}/"
    return Address(url, clean(place, 100), _basic(parts.username, parts.password), public=url == PUBLIC_INDEX)


def _basic(user: str | None, password: str | None) -> Secret | None:
    if not user and not password:
        return None
    return Secret(base64.b64encode(f"{unquote(user or '')}:{unquote(password or '')}".encode()).decode())
