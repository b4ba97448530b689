"""As whom a probe comes, and by which way: logins, tokens, certificates of our own, proxies."""

import base64
from dataclasses import dataclass
from pathlib import Path

from colter.core.secret import Secret
from colter.sources.probe.url import Url


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Client credentials of OAuth 2 (RFC 6749, 4.4); they are sent to `token_url` only."""

    token_url: Url
    client_id: str
    client_secret: Secret
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate of our own; shown to the endpoint's own origin only."""

    cert: Path
    key: Path
    password: Secret


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who makes the connections for us."""

    url: Url
    """http, https or socks5h; without path."""
    login: tuple[str, Secret] | None = None


def bearer(token: Secret) -> Secret:
    """An `Authorization` of RFC 6750."""
    return Secret(f"Bearer {token.reveal()}")


def basic(user: str, password: Secret) -> Secret:
    """An `Authorization` of RFC 7617, in UTF-8."""
    return Secret("Basic " + base64.b64encode(f"{user}:{password.reveal()}".encode()).decode())
