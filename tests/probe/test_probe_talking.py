"""TCP and TLS connections that are talked over: what is sent, what is expected, and what strangers make of it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from colter.config.schema.endpoints import Endpoint, ProbeDefaults
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.core.secret import Secret
from colter.sources.probe.check import Check, check_from_config
from colter.sources.probe.expect import certificate_lasts
from tests.fakes.endpoints import EndpointServer, reply
from tests.fakes.endpoints_tls import Authority
from tests.fakes.talking import Script, drips, leaves, says, talking
from tests.probe.looking import TIMEOUT, check, probe, time_for
from tests.servers.postgres import Postgres, postgres
from tests.servers.process import free_port

UP, DEGRADED, DOWN = EndpointState.UP, EndpointState.DEGRADED, EndpointState.DOWN
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)  # noqa: TID251  real certificates
SMTP_HELLO = b"250-mail.example.org\r\n250 STARTTLS\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def database(authority: Authority) -> Iterator[Postgres]:
    with postgres(authority.pem("localhost", "127.0.0.1")) as server:
        yield server


@contextmanager
def mail_server(authority: Authority | None) -> Iterator[int]:
    context = authority.context("localhost", not_after=LATER) if authority else None
    server = Controller(Sink(), hostname="127.0.0.1", port=free_port(), tls_context=context, ready_timeout=300)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def configured(url: str, **written: object) -> Check:
    endpoint = Endpoint.model_validate({"name": "one", "url": url, "timeout": TIMEOUT, "confirm": 0, **written})
    return check_from_config(endpoint, ProbeDefaults(), lambda ref: Secret(ref.raw))


@dataclass(frozen=True)
class Case:
    name: str
    script: Script
    reason: Reason | None
    send: str | None = None
    expect: tuple[str, ...] = ()


CASES = [
    Case("a banner", says(b"SSH-2.0-OpenSSH\r\n"), None, expect=("body~^SSH-2",)),
    Case("a banner in two parts", says(b"SS", b"H-2"), Reason.BODY_MISMATCH, expect=("body contains SSH-2",)),
    Case("an answer", says(b"", b"+PONG\r\n"), None, "PING\r\n", ("body contains +PONG",)),
    Case("an answer in bytes", says(b"", b"\x00\xffok"), None, "?", ("body hex 00 ff",)),
    Case("an answer in JSON", says(b"", b'{"ok": true}\n'), None, "?", ("json:$.ok==true",)),
    Case("another answer", leaves(b"", b"-ERR\r\n"), Reason.BODY_MISMATCH, "PING\r\n", ("body contains +PONG",)),
    Case("other bytes", leaves(b"", b"\x01"), Reason.BODY_MISMATCH, "?", ("body hex 00ff",)),
    Case("silence", says(b""), Reason.TIMEOUT_BODY, expect=("body contains x",)),
    Case("an end without a word", leaves(b""), Reason.PROTOCOL_ERROR, expect=("body contains x",)),
    Case("silence, and nothing expected", says(b""), None, "PING\r\n"),
    Case("a flood", drips(b"x" * 65_536), Reason.BODY_TOO_LARGE, expect=("body contains y",)),
    Case("drop by drop", drips(b"x"), Reason.BODY_TOO_LARGE, expect=("body contains y",)),
    Case("escapes", leaves(b"\x1b[2J\x07\xe2\x80\xae" * 9), Reason.JSON_INVALID, expect=("json:$.a==1",)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_conversation_has_its_reason_in_time(case: Case) -> None:
    with talking(case.script) as port:
        body = Secret(case.send) if case.send is not None else None
        one = check(f"tcp://127.0.0.1:{port}", *case.expect, body=body, timeout=time_for(case.reason))
        result = probe(one)
    assert (result.state, result.reason) == (DOWN if case.reason else UP, case.reason), result.detail
    assert result.detail is None or result.detail.isprintable()


def test_bytes_are_sent_as_they_are() -> None:
    heard: list[bytes] = []

    def script(connection: socket.socket) -> None:
        heard.append(connection.recv(100))
        connection.sendall(b"\xde\xad")

    with talking(script) as port:
        written = {"request": {"send_hex": "00 ff fe 0a"}, "expect": {"body": {"hex": "dead"}}}
        result = probe(configured(f"tcp://127.0.0.1:{port}", **written))
    assert (result.state, heard) == (UP, [b"\x00\xff\xfe\n"])
    assert result.latency_ms is not None


def test_a_conversation_goes_on_within_tls(authority: Authority) -> None:
    with EndpointServer(reply(body=b"ready"), tls=authority.context("localhost", not_after=LATER)) as server:
        request = Secret("GET / HTTP/1.0\r\n\r\n")
        url = f"tls://localhost:{server.port}"
        result = probe(check(url, "body contains ready", "cert>7d", body=request, ca=authority.bundle))
        untrusted = probe(check(url))
    assert (result.state, result.certificate_expires) == (UP, LATER), result.detail
    assert result.phases.tls is not None
    assert (untrusted.state, untrusted.reason, untrusted.certificate_expires) == (DOWN, Reason.TLS_UNTRUSTED, LATER)


def test_the_first_certificate_of_the_chain_to_end_counts(authority: Authority) -> None:
    with EndpointServer(reply(), tls=authority.chained("localhost", intermediate_ends=LATER)) as server:
        warned = (certificate_lasts(timedelta(days=21)),)
        result = probe(check(f"tls://localhost:{server.port}", ca=authority.bundle, warn=warned))
    assert (result.state, result.reason, result.certificate_expires) == (DEGRADED, Reason.CERT_EXPIRING, LATER)
    assert result.detail is not None
    assert result.detail.startswith("the intermediate certificate of ")


def test_a_mail_server_begins_tls_when_asked(authority: Authority) -> None:
    with mail_server(authority) as port:
        good = probe(check(f"smtp://localhost:{port}", "cert>7d", ca=authority.bundle), explain=True)
        untrusted = probe(check(f"smtp://localhost:{port}"))
        elsewhere = probe(check(f"smtp://127.0.0.1:{port}", ca=authority.bundle))
    assert (good.state, good.certificate_expires) == (UP, LATER), good.detail
    assert good.evidence is not None
    assert "went on with TLS, as smtp does" in good.evidence.log
    assert (untrusted.reason, untrusted.certificate_expires) == (Reason.TLS_UNTRUSTED, LATER)
    assert elsewhere.reason is Reason.TLS_HOSTNAME


def test_a_mail_server_that_offers_no_tls_is_down() -> None:
    with mail_server(None) as port:
        result = probe(check(f"smtp://127.0.0.1:{port}"))
    assert (result.state, result.reason) == (DOWN, Reason.TLS_HANDSHAKE)
    assert result.detail == "the server does not offer STARTTLS"


def test_a_database_begins_tls_when_asked(authority: Authority, database: Postgres) -> None:
    url = f"postgres://localhost:{database.port}"
    assert probe(check(url, "cert>7d", ca=authority.bundle)).state is UP
    written = configured(f"tls://localhost:{database.port}", request={"starttls": "postgres"})
    assert probe(written).reason is Reason.TLS_UNTRUSTED


def test_an_imap_server_begins_tls_when_asked(authority: Authority) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(b"* OK ready\r\n")
        assert connection.recv(100) == b"a STARTTLS\r\n"
        connection.sendall(b"* CAPABILITY IMAP4rev2\r\na OK begin\r\n")
        with authority.context("localhost", not_after=LATER).wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    with talking(script) as port:
        result = probe(check(f"imap://localhost:{port}", ca=authority.bundle))
    assert (result.state, result.certificate_expires) == (UP, LATER), result.detail


HOSTILE = [
    ("smtp", says(b""), Reason.TIMEOUT_HEADERS),
    ("smtp", leaves(b""), Reason.PROTOCOL_ERROR),
    ("smtp", leaves(b"554 go away\r\n"), Reason.PROTOCOL_ERROR),
    ("smtp", says(b"220 hi\r\n", b"250 no extensions\r\n"), Reason.TLS_HANDSHAKE),
    ("smtp", says(b"220 hi\r\n", SMTP_HELLO, b"454 not now\r\n"), Reason.PROTOCOL_ERROR),
    ("smtp", says(b"220 hi\r\n", SMTP_HELLO, b"220 go\r\nRSET\r\n"), Reason.PROTOCOL_ERROR),
    ("smtp", says(b"220 hi\r\n", SMTP_HELLO, b"220 go\r\n"), Reason.TLS_HANDSHAKE),
    ("smtp", leaves(b"220 hi\r\n", SMTP_HELLO, b"220 go\r\n", b"no TLS"), Reason.TLS_HANDSHAKE),
    ("smtp", drips(b"220-hi\r\n"), Reason.PROTOCOL_ERROR),
    ("smtp", drips(b"x"), Reason.PROTOCOL_ERROR),
    ("imap", leaves(b"* BYE busy\r\n"), Reason.PROTOCOL_ERROR),
    ("imap", says(b"* OK hi\r\n", b"a NO\r\n"), Reason.TLS_HANDSHAKE),
    ("imap", drips(b"* OK hi\r\n"), Reason.PROTOCOL_ERROR),
    ("postgres", says(b"", b"N"), Reason.TLS_HANDSHAKE),
    ("postgres", says(b"", b"E\x00\x00"), Reason.PROTOCOL_ERROR),
    ("postgres", says(b"", b"Sx"), Reason.PROTOCOL_ERROR),
    ("postgres", leaves(b"", b""), Reason.PROTOCOL_ERROR),
    ("tls", says(b"220 no TLS here\r\n"), Reason.TLS_HANDSHAKE),
]


@pytest.mark.parametrize(("scheme", "script", "reason"), HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_a_server_that_does_not_begin_tls_has_its_reason(scheme: str, script: Script, reason: Reason) -> None:
    with talking(script) as port:
        result: ProbeResult = probe(check(f"{scheme}://127.0.0.1:{port}", timeout=time_for(reason)))
    assert (result.state, result.reason) == (DOWN, reason), result.detail


def test_what_has_no_meaning_for_an_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"one: request\.method has no meaning for a tcp:// address"):
        configured("tcp://127.0.0.1:1", request={"method": "POST"})
    with pytest.raises(Exception, match="a smtp:// address has no body to judge by, only latency, cert"):
        configured("smtp://127.0.0.1", expect={"body": {"contains": "x"}})
