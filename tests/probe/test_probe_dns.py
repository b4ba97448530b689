"""Name servers: a real one, broken ones, hostile ones; and one that an endpoint has of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colter.config.schema.endpoints import Endpoint, ProbeDefaults
from colter.core.errors import UsageError
from colter.core.model import EndpointState, Reason
from colter.core.secret import Secret
from colter.sources.probe.check import Check, check_from_config, check_from_url
from colter.sources.probe.nameserver import _matching
from tests.fakes.endpoints import EndpointServer, reply
from tests.probe.looking import SHORT, TIMEOUT, check, probe, time_for
from tests.servers.dnsmasq import dnsmasq

UP, DOWN = EndpointState.UP, EndpointState.DOWN
Answering = Callable[[bytes], list[bytes]]


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with dnsmasq() as port:
        yield port


@contextmanager
def answering(answer: Answering) -> Iterator[int]:
    """A name server on UDP that sends these messages for each question; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            with suppress(OSError):
                while True:
                    question, asker = sock.recvfrom(4096)
                    if question == b"end":
                        return
                    for message in answer(question):
                        sock.sendto(message, asker)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            sock.sendto(b"end", sock.getsockname())
            thread.join(5)


def coded(rcode: dns.rcode.Rcode, flags: int = 0) -> Answering:
    def answer(question: bytes) -> list[bytes]:
        response = dns.message.make_response(dns.message.from_wire(question))
        response.set_rcode(rcode)
        response.flags |= flags
        return [response.to_wire()]

    return answer


@pytest.mark.parametrize(
    ("question", "conditions", "reason"),
    [
        ("www.example.org", (), None),
        ("www.example.org?type=A", ("answer=192.0.2.1", "rcode=NOERROR", "latency<19s"), None),
        ("www.example.org?type=aaaa", ("answer=2001:db8::*",), None),
        ("www.example.org?type=AAAA", ("answer=192.0.2.1",), Reason.BODY_MISMATCH),
        ("alias.example.org", ("answer=192.0.2.1",), None),
        ("example.org?type=MX", ("answer=10 mail.example.org.",), None),
        ("example.org?type=TXT", ('answer="v=spf1*',), None),
        ("_imap._tcp.example.org?type=SRV", ("answer=* 143 mail.example.org.",), None),
        ("long.example.org?type=TXT", ('answer="8xxx*',), None),
        ("nope.example.org", (), Reason.DNS_NXDOMAIN),
        ("nope.example.org", ("rcode=NXDOMAIN",), None),
        ("www.example.org?type=MX", (), Reason.DNS_NXDOMAIN),
        ("www.example.org?type=MX", ("rcode=NOERROR",), None),
        ("www.example.net", (), Reason.DNS_ERROR),
        ("www.example.net", ("rcode=REFUSED",), None),
    ],
)
def test_a_name_server_is_judged_by_what_it_answers(
    server: int, question: str, conditions: tuple[str, ...], reason: Reason | None
) -> None:
    result = probe(check(f"dns://127.0.0.1:{server}/{question}", *conditions))
    assert (result.state, result.reason) == (DOWN if reason else UP, reason), result.detail
    assert result.latency_ms is not None
    assert result.ip == "127.0.0.1"


def test_a_question_may_be_written_out(server: int) -> None:
    written = {"name": "mx", "dns": {"name": "example.org", "type": "MX", "server": f"127.0.0.1:{server}"}}
    expect = {"answers": ["10 mail.example.org."], "rcode": "noerror"}
    endpoint = Endpoint.model_validate({**written, "expect": expect})
    result = probe(check_from_config(endpoint, ProbeDefaults(), lambda ref: Secret(ref.raw)), explain=True)
    assert (result.state, result.url) == (UP, f"dns://127.0.0.1:{server}/example.org?type=MX")
    assert result.evidence is not None
    assert "10 mail.example.org." in result.evidence.log


def test_a_closed_port_refuses() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    result = probe(check(f"dns://127.0.0.1:{port}/example.org"))
    assert (result.state, result.reason) == (DOWN, Reason.CONNECT_REFUSED)


HOSTILE: list[tuple[str, Answering, Reason]] = [
    ("silence", lambda _: [], Reason.DNS_TIMEOUT),
    ("an empty message", lambda _: [b""], Reason.DNS_TIMEOUT),
    ("garbage", lambda _: [b"\xff" * 500], Reason.DNS_TIMEOUT),
    ("the question itself", lambda question: [question], Reason.DNS_TIMEOUT),
    ("another number", lambda question: [b"\0\0" + coded(dns.rcode.NOERROR)(question)[0][2:]], Reason.DNS_TIMEOUT),
    ("a flood", lambda _: [b"x" * 1200] * 100, Reason.PROTOCOL_ERROR),
    ("servfail", coded(dns.rcode.SERVFAIL), Reason.DNS_ERROR),
    ("cut off, and no TCP", coded(dns.rcode.NOERROR, dns.flags.TC), Reason.CONNECT_REFUSED),
]


@pytest.mark.parametrize(("answer", "reason"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_broken_name_server_has_its_reason_in_time(answer: Answering, reason: Reason) -> None:
    with answering(answer) as port:
        result = probe(check(f"dns://127.0.0.1:{port}/example.org", timeout=time_for(reason)))
    assert (result.state, result.reason) == (DOWN, reason), result.detail


def test_a_question_is_asked_again_when_nothing_comes() -> None:
    seen: list[bytes] = []

    def answer(question: bytes) -> list[bytes]:
        seen.append(question)
        return coded(dns.rcode.NXDOMAIN)(question) if len(seen) > 1 else []

    with answering(answer) as port:
        result = probe(check(f"dns://127.0.0.1:{port}/example.org"))
    assert result.reason is Reason.DNS_NXDOMAIN
    assert len(seen) == 2


QUERY = dns.message.make_query("example.org", "A", id=4711)
GOOD = coded(dns.rcode.NOERROR)(QUERY.to_wire())[0]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=600), st.binary(max_size=600).map(lambda more: GOOD[:2] + b"\x84\0" + more)))
def test_no_bytes_make_the_reader_fail(answered: bytes) -> None:
    reply = _matching(QUERY, answered)
    assert reply is None or reply.id == QUERY.id


def looked_up(server: int, url: str, **request: object) -> Check:
    written = {"name": "one", "url": url, "timeout": TIMEOUT, "confirm": 0}
    endpoint = Endpoint.model_validate({**written, "request": {"resolver": f"127.0.0.1:{server}", **request}})
    return check_from_config(endpoint, ProbeDefaults(), lambda ref: Secret(ref.raw))


def test_an_endpoint_may_have_a_name_server_of_its_own(server: int) -> None:
    with EndpointServer(reply()) as web:
        url = web.url(host="local.example.org")
        good = probe(looked_up(server, url))
        nowhere = probe(looked_up(server, web.url(host="nope.example.org")))
        no_sixth = probe(looked_up(server, url, ip="ipv6"))
        refused = probe(looked_up(server, web.url(host="www.example.net")))
    assert (good.state, good.ip) == (UP, "127.0.0.1")
    assert good.phases.resolve is not None
    assert [each.reason for each in (nowhere, no_sixth)] == [Reason.DNS_NXDOMAIN] * 2
    assert refused.reason is Reason.DNS_ERROR


def test_a_name_server_of_its_own_that_is_silent_is_a_time_out() -> None:
    with answering(lambda _: []) as port:
        result = probe(replace(looked_up(port, "tcp://local.example.org:9"), timeout=SHORT))
    assert (result.state, result.reason) == (DOWN, Reason.DNS_TIMEOUT)


@pytest.mark.parametrize(
    "url", ["dns://1.1.1.1/", "dns://1.1.1.1/x?type=NOPE", "dns://1.1.1.1/x?class=IN", "dns://u@h/x"]
)
def test_a_question_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        check_from_url(url)
