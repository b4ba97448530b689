"""One look at an HTTP endpoint: a request, its redirects, and what came back."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import pycurl

from colter import __version__
from colter.core.model import Reason
from colter.core.secret import Secret
from colter.core.text import clean
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.head import header_lines, read_head
from colter.sources.probe.reasons import diagnose
from colter.sources.probe.steps import Transfer
from colter.sources.probe.tls import take_certificate, watch_handshake
from colter.sources.probe.url import Url, follow, is_private
from colter.sources.probe.wire import Steps, Wire, find, prepare, search, take_timings, trust

MAX_BODY = 256 * 1024
"""Bytes of a body that are kept for expectations; more are counted, never kept."""
MOST_READ = 16 * 1024 * 1024
"""Bytes of a body that are waited for; more is no answer but a flood."""
_EXPLAINED_BYTES = 2048
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_ASKED = {
    ("auto", True): pycurl.CURL_HTTP_VERSION_2TLS,
    ("auto", False): pycurl.CURL_HTTP_VERSION_1_1,
    ("1.1", True): pycurl.CURL_HTTP_VERSION_1_1,
    ("1.1", False): pycurl.CURL_HTTP_VERSION_1_1,
    ("2", True): pycurl.CURL_HTTP_VERSION_2TLS,
    ("2", False): pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
}
"""By what is asked for, and whether there is TLS."""
_VERSIONS = {
    pycurl.CURL_HTTP_VERSION_1_0: "1.0",
    pycurl.CURL_HTTP_VERSION_1_1: "1.1",
    pycurl.CURL_HTTP_VERSION_2_0: "2",
    pycurl.CURL_HTTP_VERSION_3: "3",
}


def ask(check: Check, wire: Wire, answer: Answer) -> Steps:
    """Ask, follow redirects, note everything in `answer`; ProbeFailedError when there is no usable answer."""
    request: _Request | None = _first(check)
    while request:
        yield from _exchange(request, check, wire, answer)
        request = _redirected(request, check, answer)
    answer.complete = True
    if check.needs_body:
        _inflate(answer)
        yield from search(check, wire, answer)


@dataclass(frozen=True, slots=True)
class _Request:
    """What is sent in one hop; what belongs to the user never leaves the first origin."""

    url: Url
    method: str
    headers: tuple[tuple[str, Secret], ...]
    body: Secret | None


@dataclass(slots=True)
class _Received:
    """Takes what libcurl receives: all header lines, and the beginning of the body."""

    keep: int
    lines: list[bytes] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def write(self, part: bytes) -> int | None:
        """Count a part of the body; -1 makes libcurl stop."""
        room = self.keep - self.size
        if room > 0:
            self.parts.append(part[:room])
        self.size += len(part)
        return -1 if self.size > MOST_READ else None


def _first(check: Check) -> _Request:
    login = (("Authorization", check.authorization),) if check.authorization else ()
    return _Request(check.address, check.method, (*check.headers, *login), check.body)


def _exchange(request: _Request, check: Check, wire: Wire, answer: Answer) -> Steps:
    found = yield from find(check.proxy.url if check.proxy else request.url, check, wire, answer)
    # What is behind a proxy, the proxy knows.
    permitted = found if check.proxy else _permitted(found, answer.ip)
    curl = prepare(request.url, permitted, wire, check.proxy)
    received = _Received(_kept_bytes(check, wire))
    transfer = Transfer(curl)
    try:
        _set_up(curl, request, received)
        curl.setopt(pycurl.HTTP_VERSION, _ASKED[check.http_version, request.url.secure])
        if request.url.secure or check.proxy:
            trust(curl, request.url, check, wire)
        if wire.explain:
            watch_handshake(curl, answer)
            answer.log.append(_request_line(request))
        yield transfer
        take_timings(transfer, request.url, answer)
        _take(curl, request, received, answer)
        if received.size > MOST_READ:
            raise ProbeFailedError(Reason.BODY_TOO_LARGE, f"the body goes on after {MOST_READ} bytes")
        if transfer.code != pycurl.E_OK:
            raise diagnose(transfer, request.url, answer, check)
        if check.http_version not in ("auto", answer.http_version):
            other = f"answered with HTTP/{answer.http_version}, expected HTTP/{check.http_version}"
            raise ProbeFailedError(Reason.PROTOCOL_ERROR, other)
    finally:
        curl.close()
    if wire.explain:
        answer.log.append(_response_line(answer))


def _permitted(addresses: Sequence[str], before: str | None) -> Sequence[str]:
    """The addresses that a hop may go to: from a public server on, public ones only (SSRF, DNS rebinding)."""
    if before is None or is_private(before):
        return addresses
    public = [address for address in addresses if not is_private(address)]
    if not public:
        raise ProbeFailedError(Reason.PROTOCOL_ERROR, "a public server redirects to a private address; not followed")
    return public


def _kept_bytes(check: Check, wire: Wire) -> int:
    if check.needs_body:
        return MAX_BODY
    return _EXPLAINED_BYTES if wire.explain else 0


def _set_up(curl: pycurl.Curl, request: _Request, received: _Received) -> None:
    names = {name.lower() for name, _ in request.headers}
    lines = header_lines(request.headers)
    if "accept-encoding" not in names:
        lines.append(b"Accept-Encoding: identity")
    lines.append(b"Expect:")  # no waiting for 100 Continue
    curl.setopt(pycurl.USERAGENT, f"colter/{__version__}")
    curl.setopt(pycurl.HTTPHEADER, lines)
    curl.setopt(pycurl.HEADERFUNCTION, received.lines.append)
    curl.setopt(pycurl.WRITEFUNCTION, received.write)
    if request.method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
        return
    if request.body is not None or request.method in _WITH_BODY:
        curl.setopt(pycurl.POSTFIELDS, _encoded(request.body))
    if request.method != "GET" or request.body is not None:
        curl.setopt(pycurl.CUSTOMREQUEST, request.method)


def _encoded(body: Secret | None) -> bytes:
    return body.reveal().encode("utf-8", "surrogateescape") if body else b""


def _take(curl: pycurl.Curl, request: _Request, received: _Received, answer: Answer) -> None:
    answer.status, answer.head = read_head(received.lines)
    answer.http_version = _VERSIONS.get(curl.getinfo(pycurl.INFO_HTTP_VERSION)) if answer.status else None
    answer.size = received.size if answer.status else None
    answer.body = b"".join(received.parts)
    answer.truncated = received.size > len(answer.body)
    answer.authenticated = any(name.lower() == "authorization" for name, _ in request.headers)
    if request.url.scheme == "https":
        take_certificate(curl, answer)


def _redirected(request: _Request, check: Check, answer: Answer) -> _Request | None:
    """The next request, if the answer redirects and that is to be followed."""
    if answer.status not in _REDIRECTS or not check.follow_redirects:
        return None
    location = answer.header("location")
    if location is None:
        return None
    if answer.redirects >= check.follow_redirects:
        raise ProbeFailedError(Reason.TOO_MANY_REDIRECTS, f"redirects more than {check.follow_redirects} times")
    try:
        url = follow(request.url, location)
    except ValueError as error:
        raise ProbeFailedError(Reason.PROTOCOL_ERROR, f"a redirect cannot be followed: {clean(str(error))}") from error
    answer.redirects += 1
    answer.log.append(f"redirected to {url.shown}")
    repeated = answer.status in _SAME_METHOD or request.method in ("GET", "HEAD")
    method, body = (request.method, request.body) if repeated else ("GET", None)
    if url.origin == request.url.origin:
        return _Request(url, method, request.headers, body)
    if body is not None:
        raise ProbeFailedError(
            Reason.PROTOCOL_ERROR, f"a redirect asks to send the request's body to {url.host}; not followed"
        )
    return _Request(url, method, (), None)


def _inflate(answer: Answer) -> None:
    """Undo a compression that nobody asked for, up to MAX_BODY bytes: a kilobyte of gzip can be a megabyte."""
    coding = (answer.header("content-encoding") or "identity").lower()
    if coding == "identity":
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ProbeFailedError(Reason.PROTOCOL_ERROR, f"the body is compressed as {clean(coding, 40)}, unasked")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        plain = inflater.decompress(answer.body, MAX_BODY)
    except zlib.error as error:
        raise ProbeFailedError(Reason.PROTOCOL_ERROR, f"the body is not {clean(coding, 40)}: {error}") from error
    answer.body, answer.truncated = plain, answer.truncated or not inflater.eof


def _request_line(request: _Request) -> str:
    names = ", ".join(name.lower() for name, _ in request.headers)
    return f"{request.method} {request.url.shown}{f' with {names}' if names else ''}"


def _response_line(answer: Answer) -> str:
    names = ", ".join(dict.fromkeys(name for name, _ in answer.headers))
    return f"HTTP/{answer.http_version} {answer.status} from {answer.ip}, {answer.size} bytes, with {names}"
