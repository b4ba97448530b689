"""What all probes have in common on the wire: names, libcurl's options, timings."""

import socket
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import pycurl

from colter.core.model import Reason
from colter.core.text import clean
from colter.net.dns import ResolveError, Resolver
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.engine import Transfer, Wait, now
from colter.sources.probe.url import Url

_KINDS: dict[int, str] = {socket.AF_INET: " of kind IPv4", socket.AF_INET6: " of kind IPv6"}
Steps = Generator[Transfer | Wait, None, None]


@dataclass(frozen=True, slots=True)
class Wire:
    """What every attempt needs: how names are found, whom to trust, until when, and whether to write a log."""

    resolver: Resolver
    trust: str | None
    deadline: float
    explain: bool

    def left_ms(self) -> int:
        """Milliseconds until the deadline; ProbeFailedError when there are none."""
        left = int((self.deadline - now()) * 1000)
        if left < 1:
            raise ProbeFailedError(Reason.TIMEOUT_TOTAL, "the time was up before everything was asked")
        return left


def find(url: Url, check: Check, wire: Wire, answer: Answer) -> Generator[Wait, None, Sequence[str]]:
    """The addresses of a host, in order of preference; ProbeFailedError when there are none in time."""
    if url.literal:
        return [url.host]
    asked = now()
    flight = wire.resolver.resolve(url.host, check.family)
    wait = Wait(wire.deadline, flight)
    yield wait
    if wait.done_at is None:
        answer.add("resolve", (wire.deadline - asked) * 1000)
        raise ProbeFailedError(Reason.DNS_TIMEOUT, f"looking up {url.host} took longer than the timeout")
    spent = (wait.done_at - asked) * 1000
    answer.add("resolve", spent)
    try:
        addresses = flight.result()
    except ResolveError as error:
        if error.kind == "nxdomain":
            raise ProbeFailedError(
                Reason.DNS_NXDOMAIN, f"{url.host} has no address{_KINDS.get(check.family, '')}"
            ) from error
        raise ProbeFailedError(Reason.DNS_ERROR, f"looking up failed: {clean(str(error), 200)}") from error
    answer.log.append(f"{url.host} is {', '.join(addresses)} ({spent:.1f} ms)")
    return addresses


def prepare(url: Url, addresses: Sequence[str], wire: Wire) -> pycurl.Curl:
    """A fresh handle for one transfer: a new connection to exactly these addresses, nothing from the environment."""
    left = wire.left_ms()
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url.text)
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.PATH_AS_IS, 1)
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.FRESH_CONNECT, 1)
    curl.setopt(pycurl.FORBID_REUSE, 1)
    curl.setopt(pycurl.TIMEOUT_MS, left)
    if not url.literal:
        # The + lets the entry time out; without it each name would stay in libcurl's cache for ever.
        pinned = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
        curl.setopt(pycurl.RESOLVE, [f"+{url.host}:{url.port}:{pinned}"])
    return curl


def trust(curl: pycurl.Curl, check: Check, wire: Wire) -> None:
    """Options of TLS: whom to trust, full handshakes only, certificates kept."""
    curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
    # A resumed session presents no certificate, and its handshake is not the one a new visitor has.
    curl.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
    curl.setopt(pycurl.OPT_CERTINFO, 1)  # no measurable cost
    # libcurl parses this file once and shares the result: 50 ms the first time, nothing afterwards.
    authorities = str(check.ca) if check.ca else wire.trust
    if authorities:
        curl.setopt(pycurl.CAINFO, authorities)


def take_timings(curl: pycurl.Curl, url: Url, answer: Answer) -> float:
    """Count libcurl's times towards the phases, an unfinished one too; returns the total in milliseconds."""
    connected = curl.getinfo(pycurl.CONNECT_TIME_T) / 1000
    secured = curl.getinfo(pycurl.APPCONNECT_TIME_T) / 1000
    first_byte = curl.getinfo(pycurl.STARTTRANSFER_TIME_T) / 1000
    total: float = curl.getinfo(pycurl.TOTAL_TIME_T) / 1000
    answer.ip = curl.getinfo(pycurl.PRIMARY_IP) or None
    answer.add("connect", connected or total)
    if url.scheme == "https" and connected:
        answer.add("tls", (secured or total) - connected)
    ready = secured if url.scheme == "https" else connected
    if url.scheme != "tcp" and ready:
        answer.add("processing", (first_byte or total) - ready)
        if first_byte:
            answer.add("transfer", total - first_byte)
    return total
