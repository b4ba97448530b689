"""From libcurl's failures to reasons, with a sentence each."""

import errno
import os
from datetime import timedelta

import pycurl

from colter.core.model import Reason
from colter.core.text import clean
from colter.core.units import format_duration
from colter.sources.probe import tls
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.steps import Transfer
from colter.sources.probe.url import Url

_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM})
_TLS_CODES = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_ISSUER_ERROR,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_USE_SSL_FAILED,
    }
)
_WEIRD_SERVER_REPLY = 8  # CURLE_WEIRD_SERVER_REPLY, which pycurl does not name
_PROXY_ERROR = 97  # CURLE_PROXY, likewise
_TOO_LARGE = 100  # CURLE_TOO_LARGE, likewise
_PROXY_AUTHENTICATION, _FIRST_BAD = 407, 300
_PROTOCOL = {
    pycurl.E_GOT_NOTHING: "closed the connection without an answer",
    pycurl.E_PARTIAL_FILE: "closed the connection in the middle of the body",
    pycurl.E_RECV_ERROR: "broke the connection off",
    pycurl.E_SEND_ERROR: "broke the connection off while the request was sent",
    pycurl.E_UNSUPPORTED_PROTOCOL: "sent something that is not HTTP",
    _WEIRD_SERVER_REPLY: "sent something that is not HTTP",
    _TOO_LARGE: "sent a header that is too large",
}


def diagnose(transfer: Transfer, url: Url, answer: Answer, check: Check) -> ProbeFailedError:
    """Why a transfer failed. Its timings and its certificate have been noted in `answer`."""
    if check.proxy:
        connected = transfer.curl.getinfo(pycurl.CONNECT_TIME_T)
        return _by_proxy(transfer) or _diagnose(transfer, url if connected else check.proxy.url, answer, check.timeout)
    return _diagnose(transfer, url, answer, check.timeout)


def _by_proxy(transfer: Transfer) -> ProbeFailedError | None:
    """What the proxy said instead of making the connection; None when that is not the reason."""
    status = transfer.curl.getinfo(pycurl.HTTP_CONNECTCODE)
    if status == _PROXY_AUTHENTICATION:
        return ProbeFailedError(Reason.AUTH_FAILED, "the proxy wants other credentials (status 407)")
    if status >= _FIRST_BAD:
        return ProbeFailedError(Reason.CONNECT_UNREACHABLE, f"the proxy did not connect (status {status})")
    if transfer.code == _PROXY_ERROR:
        return ProbeFailedError(Reason.CONNECT_UNREACHABLE, f"the proxy did not connect: {clean(transfer.message)}")
    return None


def _diagnose(transfer: Transfer, url: Url, answer: Answer, timeout: timedelta) -> ProbeFailedError:
    code, words = transfer.code, clean(transfer.message, 160)
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return _timed_out(transfer.curl, url, answer, timeout)
    if code == pycurl.E_COULDNT_CONNECT:
        return _not_connected(transfer.curl.getinfo(pycurl.OS_ERRNO), url)
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        verified = transfer.curl.getinfo(pycurl.SSL_VERIFYRESULT)
        return ProbeFailedError(*tls.refusal(verified, transfer.message, url.host, answer.certificate))
    if code in _TLS_CODES:
        return ProbeFailedError(Reason.TLS_HANDSHAKE, f"no TLS connection: {words}")
    if code in (pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_CERTPROBLEM):
        return ProbeFailedError(Reason.INTERNAL_ERROR, f"the probe could not be made: {words}")
    said = _PROTOCOL.get(code, "broke the rules of HTTP")
    return ProbeFailedError(Reason.PROTOCOL_ERROR, f"the server {said}: {words}" if words else f"the server {said}")


def _timed_out(curl: pycurl.Curl, url: Url, answer: Answer, timeout: timedelta) -> ProbeFailedError:
    within = f"within {format_duration(timeout)}"
    if not curl.getinfo(pycurl.CONNECT_TIME_T):
        return ProbeFailedError(Reason.CONNECT_TIMEOUT, f"no connection to port {url.port} {within}")
    if url.secure and not curl.getinfo(pycurl.APPCONNECT_TIME_T):
        return ProbeFailedError(Reason.TLS_HANDSHAKE, f"the TLS handshake was not finished {within}")
    if answer.status is None:
        return ProbeFailedError(Reason.TIMEOUT_HEADERS, f"the headers did not arrive {within}")
    return ProbeFailedError(Reason.TIMEOUT_BODY, f"the body did not arrive {within}; {answer.size or 0} bytes came")


def _not_connected(number: int, url: Url) -> ProbeFailedError:
    if number in (errno.ECONNREFUSED, errno.ECONNRESET):
        return ProbeFailedError(Reason.CONNECT_REFUSED, f"port {url.port} refused the connection")
    if number == errno.ETIMEDOUT:
        return ProbeFailedError(Reason.CONNECT_TIMEOUT, f"no answer from port {url.port}")
    why = os.strerror(number) if number in _UNREACHABLE else "there is no way to it"
    return ProbeFailedError(Reason.CONNECT_UNREACHABLE, f"{url.host} cannot be reached: {why.lower()}")
