"""What a check sends and by which way, made from what was written, and valid before anything leaves."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from colter.config.schema import requests
from colter.config.schema.headers import PROXY_PORTS
from colter.config.schema.requests import Auth, RequestOptions
from colter.config.schema.secretref import SecretRef
from colter.core.secret import Secret
from colter.core.text import clean
from colter.sources.probe.credentials import ClientCertificate, OAuthClient, Proxy, basic, bearer
from colter.sources.probe.url import Url, parse_url

Reveal = Callable[[SecretRef], Secret]
_METHOD = re.compile(r"[A-Z][A-Z-]{0,19}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_LINE_BREAK = re.compile(r"[\x00\r\n]")
_LARGEST_FILE = 16 * 2**20
_WAY = ("ip", "resolver")
_WEB = ("method", "headers", "body", "body_file", "auth", "follow_redirects", "http_version", "proxy", *_WAY)
_TALK = ("send", "send_hex", *_WAY)
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "https": (*_WEB, "tls"),
    "http": _WEB,
    "tcp": _TALK,
    "tls": (*_TALK, "tls", "starttls"),
    "smtp": (*_WAY, "tls"),
    "imap": (*_WAY, "tls"),
    "postgres": (*_WAY, "tls"),
    "dns": ("ip",),
    "icmp": _WAY,
    "ws": (*_TALK, "headers", "auth"),
    "wss": (*_TALK, "headers", "auth", "tls"),
}


def check_options(options: Iterable[str], address: Url) -> None:
    """ValueError when something was asked for that has no meaning at such an address."""
    if senseless := sorted(set(options) - set(_OPTIONS[address.scheme])):
        names = " and ".join(f"request.{name}" for name in senseless)
        verb = "has" if len(senseless) == 1 else "have"
        raise ValueError(f"{names} {verb} no meaning for a {address.scheme}:// address")


def check_method(written: str) -> str:
    """An HTTP method in capitals; ValueError when it is none."""
    if not _METHOD.fullmatch(written.upper()):
        raise ValueError(f"expected a method such as GET or POST, got {clean(written, 40)!r}")
    return written.upper()


def header_line(line: str) -> tuple[str, Secret]:
    """`Name: value`, as curl takes it; ValueError when it has no colon."""
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f"expected a header such as 'accept: application/json', got {clean(name, 40)!r}")
    return name.strip(), Secret(value.strip())


def check_headers(pairs: Sequence[tuple[str, Secret]]) -> tuple[tuple[str, Secret], ...]:
    """The same; ValueError for what HTTP cannot carry."""
    for name, value in pairs:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"expected a header such as 'accept: application/json', got {clean(name, 40)!r}")
        if _LINE_BREAK.search(value.reveal()):
            raise ValueError(f"the header {name} holds a line break")
    return tuple(pairs)


def revealed(value: str | SecretRef, reveal: Reveal) -> Secret:
    """What is written, opened where it is a secret."""
    return reveal(value) if isinstance(value, SecretRef) else Secret(value)


def body(options: RequestOptions, reveal: Reveal) -> Secret | None:
    """What is sent; bytes that are no UTF-8 as surrogates. ValueError when its file cannot be read."""
    if options.body_file is not None:
        return _text(_read(options.body_file))
    if options.send_hex is not None:
        return _text(bytes.fromhex(options.send_hex))
    written = options.send if options.body is None else options.body
    return None if written is None else revealed(written, reveal)


def authorization(auth: Auth | None, login: tuple[str, Secret] | None, reveal: Reveal) -> Secret | None:
    """The `Authorization` that is known before anybody is asked for a token."""
    if auth and auth.bearer:
        return bearer(reveal(auth.bearer))
    if auth and auth.basic:
        return basic(auth.basic.username, reveal(auth.basic.password))
    return basic(*login) if login else None


def oauth_client(auth: Auth | None, reveal: Reveal) -> OAuthClient | None:
    """Who asks for a token; ValueError when the address that gives them cannot be used."""
    if auth is None or auth.oauth2 is None:
        return None
    asked = auth.oauth2
    return OAuthClient(parse_url(asked.token_url)[0], asked.client_id, reveal(asked.client_secret), asked.scope)


def client_certificate(written: requests.ClientCertificate | None, reveal: Reveal) -> ClientCertificate | None:
    """A certificate of our own; ValueError when its files cannot be used."""
    if written is None:
        return None
    import ssl  # noqa: PLC0415  for those who have one: `colter config check` reads all endpoints too

    cert = Path(written.cert).expanduser()
    key = Path(written.key).expanduser() if written.key else cert
    password = reveal(written.password) if written.password else Secret("")
    try:
        # A password is always given: without one OpenSSL would ask for it on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, key, password.reveal)
    except (OSError, ValueError) as error:
        raise ValueError(f"request.tls: {cert} and {key} are no certificate with its key: {_why(error)}") from error
    return ClientCertificate(cert, key, password)


def proxy(written: str | SecretRef | None, reveal: Reveal) -> Proxy | None:
    """Who makes the connections for us; ValueError when the address cannot be used."""
    if written is None:
        return None
    try:
        url, login = parse_url(revealed(written, reveal).reveal(), PROXY_PORTS)
    except ValueError as error:
        raise ValueError(f"request.proxy: {error}") from error
    return Proxy(url, login)


def _read(written: str) -> bytes:
    file = Path(written).expanduser()
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise ValueError(f"request.body_file: {file} cannot be read: {_why(error)}") from error
    if len(content) > _LARGEST_FILE:
        raise ValueError(f"request.body_file: {file} is larger than {_LARGEST_FILE} bytes")
    return content


def _text(content: bytes) -> Secret:
    return Secret(content.decode("utf-8", "surrogateescape"))


def _why(error: Exception) -> str:
    return clean(getattr(error, "strerror", None) or str(error), 120)
