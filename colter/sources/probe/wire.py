"""What all probes have in common on the wire: names, libcurl's options, timings."""

import socket
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import pycurl

from colter.core.clock import Clock
from colter.core.model import Reason
from colter.core.text import clean
from colter.net.dns import ResolveError, Resolver
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.credentials import Proxy
from colter.sources.probe.search import Searcher
from colter.sources.probe.steps import Step, Transfer, Wait, now
from colter.sources.probe.url import Url

_LONGEST_SEARCH = 0.4  # seconds; searching comes after the answer, so it adds to the timeout
_NAME_PATIENCE = 0.5  # seconds for a name server, while it is known what it said a minute ago
_KINDS: dict[int, str] = {socket.AF_INET: " of kind IPv4", socket.AF_INET6: " of kind IPv6"}
_RECORDS: dict[int, tuple[str, ...]] = {
    socket.AF_INET: ("A",),
    socket.AF_INET6: ("AAAA",),
    socket.AF_UNSPEC: ("A", "AAAA"),
}
Steps = Generator[Step, None, None]


@dataclass(frozen=True, slots=True)
class Wire:
    """What every attempt needs: how names are found, whom to trust, until when, and whether to write a log."""

    resolver: Resolver
    searcher: Searcher
    clock: Clock
    trust: str | None
    deadline: float
    explain: bool

    def left_ms(self) -> int:
        """Milliseconds until the deadline; ProbeFailedError when there are none."""
        left = int((self.deadline - now()) * 1000)
        if left < 1:
            raise ProbeFailedError(Reason.TIMEOUT_TOTAL, "the time was up before everything was asked")
        return left


def search(check: Check, wire: Wire, answer: Answer) -> Steps:
    """Look for the regular expressions of a check in what was answered."""
    until = now() + _LONGEST_SEARCH
    for pattern in check.patterns:
        wanted = wire.searcher.search(pattern, answer.body)
        wait = Wait(until, wanted)
        yield wait
        if wait.done_at is None:
            raise ProbeFailedError(Reason.INTERNAL_ERROR, "Colter was too busy to search the body")
        answer.matches[pattern] = wanted.result()


def find(url: Url, check: Check, wire: Wire, answer: Answer) -> Generator[Step, None, Sequence[str]]:
    """The addresses of a host, in order of preference; ProbeFailedError when there are none in time."""
    if url.literal:
        return [url.host]
    if check.resolver:
        return (yield from _find_by(check.resolver, url.host, check, wire, answer))
    asked = now()
    flight = wire.resolver.resolve(url.host, check.family)
    known = wire.resolver.last_known(url.host, check.family)
    patience = min(_NAME_PATIENCE, (wire.deadline - asked) / 2) if known else wire.deadline - asked
    wait = Wait(asked + patience, flight)
    yield wait
    spent = ((wait.done_at or wait.until) - asked) * 1000
    answer.add("resolve", spent)
    if wait.done_at is None:
        if known:
            answer.log.append(f"{url.host} was {', '.join(known)}; the name server does not answer")
            return known
        raise ProbeFailedError(Reason.DNS_TIMEOUT, f"looking up {url.host} took longer than the timeout")
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


def _find_by(
    server: tuple[str, int], host: str, check: Check, wire: Wire, answer: Answer
) -> Generator[Step, None, Sequence[str]]:
    from colter.sources.probe import nameserver  # noqa: PLC0415  see there

    asked, found = now(), list[str]()
    try:
        for kind in _RECORDS[check.family]:
            reply = yield from nameserver.ask(server, host, kind, wire.deadline)
            if reply.rcode not in ("NOERROR", "NXDOMAIN"):
                raise ProbeFailedError(Reason.DNS_ERROR, f"{server[0]} answered {reply.rcode}")  # noqa: TRY301  as the others
            found += reply.records
    except ProbeFailedError as failed:
        late = failed.verdict.reason is Reason.DNS_TIMEOUT
        reason = Reason.DNS_TIMEOUT if late else Reason.DNS_ERROR
        raise ProbeFailedError(reason, f"looking up {host}: {failed}") from failed
    finally:
        answer.add("resolve", (now() - asked) * 1000)
    if not found:
        raise ProbeFailedError(Reason.DNS_NXDOMAIN, f"{host} has no address{_KINDS.get(check.family, '')}")
    answer.log.append(f"{host} is {', '.join(found)}, says {server[0]}")
    return found


def prepare(url: Url, addresses: Sequence[str], wire: Wire, proxy: Proxy | None = None) -> pycurl.Curl:
    """A fresh handle for one transfer: a new connection to exactly these addresses, nothing from the environment.

    With a proxy, the addresses are those of the proxy.
    """
    left = wire.left_ms()
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url.text)
    if url.scheme in ("http", "https"):  # pycurl has no names for the others
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.PATH_AS_IS, 1)
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.PROXY, proxy.url.place if proxy else "")
    if proxy and proxy.login:
        curl.setopt(pycurl.PROXYUSERNAME, proxy.login[0])
        curl.setopt(pycurl.PROXYPASSWORD, proxy.login[1].reveal())
    curl.setopt(pycurl.FRESH_CONNECT, 1)
    curl.setopt(pycurl.FORBID_REUSE, 1)
    curl.setopt(pycurl.TIMEOUT_MS, left)
    first = proxy.url if proxy else url
    if not first.literal:
        # The + lets the entry time out; without it each name would stay in libcurl's cache for ever.
        pinned = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
        curl.setopt(pycurl.RESOLVE, [f"+{first.host}:{first.port}:{pinned}"])
    return curl


def trust(curl: pycurl.Curl, url: Url, check: Check, wire: Wire) -> None:
    """Options of TLS: whom to trust, full handshakes only, certificates kept; our own for the endpoint alone."""
    curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
    # A resumed session presents no certificate, and its handshake is not the one a new visitor has.
    curl.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
    curl.setopt(pycurl.OPT_CERTINFO, 1)  # no measurable cost
    # libcurl parses this file once and shares the result: 50 ms the first time, nothing afterwards.
    authorities = str(check.ca) if check.ca else wire.trust
    if authorities:
        curl.setopt(pycurl.CAINFO, authorities)
        curl.setopt(pycurl.PROXY_CAINFO, authorities)
    if check.certificate and (url.host, url.port) == (check.address.host, check.address.port):
        curl.setopt(pycurl.SSLCERT, str(check.certificate.cert))
        curl.setopt(pycurl.SSLKEY, str(check.certificate.key))
        curl.setopt(pycurl.KEYPASSWD, check.certificate.password.reveal())


def take_timings(transfer: Transfer, url: Url, answer: Answer) -> None:
    """Count the times of one exchange towards the phases, an unfinished one too. Together they are all of it."""
    ready = take_connection(transfer, answer, secure=url.secure)
    if not ready:
        return
    curl, lag = transfer.curl, transfer.lag
    # libcurl notes when the request was sent (PRETRANSFER) behind the sending: by then the answer may be there.
    if not url.secure:
        ready += lag.handshake  # with the proxy
    first_byte = curl.getinfo(pycurl.STARTTRANSFER_TIME_T) / 1000
    total = curl.getinfo(pycurl.TOTAL_TIME_T) / 1000
    if not first_byte:
        answer.add("processing", total - ready)
        return
    answer.add("processing", first_byte - lag.first - ready)
    answer.add("transfer", (total - lag.last) - (first_byte - lag.first))


def take_connection(transfer: Transfer, answer: Answer, *, secure: bool) -> float:
    """Count the times of connecting; returns the milliseconds until all was ready, 0 when it never was."""
    curl, lag = transfer.curl, transfer.lag
    connected: float = curl.getinfo(pycurl.CONNECT_TIME_T) / 1000
    secured: float = curl.getinfo(pycurl.APPCONNECT_TIME_T) / 1000 if secure else 0.0
    total: float = 0.0 if connected and (secured or not secure) else curl.getinfo(pycurl.TOTAL_TIME_T) / 1000
    answer.ip = curl.getinfo(pycurl.PRIMARY_IP) or answer.ip
    answer.add("connect", (connected or total) - lag.connect)
    if secure and connected:
        answer.add("tls", (secured or total) - connected - lag.handshake)
    return secured if secure else connected
