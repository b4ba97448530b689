"""What a server's certificate says, also when it is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

import pycurl

from colter.core.model import Reason
from colter.core.text import clean
from colter.sources.probe.answer import Answer

# OpenSSL's X509_V_ERR_...: not yet valid, expired (x509_vfy.h).
_NOT_YET_VALID, _EXPIRED = 9, 10
_KEPT = ("Subject", "Issuer", "X509v3 Subject Alternative Name", "Start date", "Expire date")


def take_certificate(curl: pycurl.Curl, answer: Answer) -> None:
    """Note the certificates of a handshake, whether they were accepted or not: the server's, and when the first ends.

    Of the chain that the server sends, roots do not count (everybody has their own), nor does what had ended long
    before and was taken all the same: nobody needs it.
    """
    chain = [dict(fields) for fields in curl.getinfo(pycurl.INFO_CERTINFO)]
    if not chain:
        return
    accepted = not curl.getinfo(pycurl.SSL_VERIFYRESULT)
    leaf, *others = chain
    ends = [(certificate_date(leaf.get("Expire date", "")), "")]
    for fields in others:
        end = certificate_date(fields.get("Expire date", ""))
        if end and fields.get("Subject") != fields.get("Issuer") and not (accepted and end < answer.began):
            ends.append((end, fields.get("Subject", "")))
    expires, holder = min(((end, holder) for end, holder in ends if end), default=(None, ""))
    # After redirects over several servers, the one that runs out first is the one to know about.
    if answer.certificate_expires is None or (expires and expires < answer.certificate_expires):
        answer.certificate = {name: leaf[name] for name in _KEPT if name in leaf}
        answer.certificate_expires = expires
        answer.certificate_holder = clean(holder, 100)


def watch_handshake(curl: pycurl.Curl, answer: Answer) -> None:
    """Let libcurl tell the TLS version and cipher, and nothing else: its log holds request headers too."""

    def listen(kind: int, words: bytes) -> None:
        if kind == pycurl.INFOTYPE_TEXT and words.startswith(b"SSL connection using"):
            answer.log.append(clean(words.decode("ascii", "replace")))

    curl.setopt(pycurl.VERBOSE, 1)
    curl.setopt(pycurl.DEBUGFUNCTION, listen)


@lru_cache(maxsize=4096)  # the same ones come again with every probe, and reading a date costs 15 us
def certificate_date(written: str) -> datetime | None:
    """`Jan  1 00:00:00 2030 GMT` as a moment; None for nonsense."""
    try:
        return datetime.strptime(written, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    except ValueError:
        return None


def refusal(verify_result: int, message: str, host: str, certificate: Mapping[str, str]) -> tuple[Reason, str]:
    """Why a certificate was refused.

    Args:
        verify_result: OpenSSL's code.
        message: libcurl's words.
        host: the name that was asked for.
        certificate: what was presented.
    """
    if verify_result == _EXPIRED:
        return Reason.TLS_EXPIRED, f"the certificate expired: it was valid until {_day(certificate, 'Expire date')}"
    if verify_result == _NOT_YET_VALID:
        return Reason.TLS_EXPIRED, f"the certificate is not valid before {_day(certificate, 'Start date')}"
    # libcurl compares names itself, after OpenSSL was content with the chain.
    if "name" in message.lower():
        return Reason.TLS_HOSTNAME, f"the certificate is not for {host}, but for {_names(certificate)}"
    words = message.rpartition("verify result: ")[2] or message
    return Reason.TLS_UNTRUSTED, f"the certificate is not trusted: {clean(words, 120)}"


def _day(certificate: Mapping[str, str], field: str) -> str:
    moment = certificate_date(certificate.get(field, ""))
    return f"{moment:%Y-%m-%d}" if moment else "an unknown day"


def _names(certificate: Mapping[str, str]) -> str:
    names = certificate.get("X509v3 Subject Alternative Name") or certificate.get("Subject") or "nobody"
    return clean(names.replace("DNS:", "").replace("IP Address:", ""), 120)
