"""Trust: whose certificates are believed, and what a bad one looks like."""

import asyncio
import gc
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from colter.net.http import Http, HttpError, Request
from colter.net.trust import ca_bundle, tls_context
from tests.fakes.clock import FakeClock
from tests.fakes.rawserver import answer, raw_server, says

OK = says(answer(200, b"fine"))


def served_by(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def ask(url: str, clock: FakeClock) -> bytes:
    async def run() -> bytes:
        async with Http(clock) as http:
            return (await http.send(Request(url))).body

    return asyncio.run(run())


def test_a_trusted_server_is_read(authority: trustme.CA) -> None:
    with raw_server(OK, served_by(authority.issue_cert("127.0.0.1"))) as server:
        assert ask(f"https://127.0.0.1:{server.port}/", FakeClock()) == b"fine"


@pytest.mark.parametrize("fault", ["stranger", "wrong host", "expired", "old protocol"])
def test_a_connection_that_is_not_safe_is_refused_at_once(authority: trustme.CA, fault: str) -> None:
    by = trustme.CA() if fault == "stranger" else authority
    name = "example.org" if fault == "wrong host" else "127.0.0.1"
    until = datetime(2020, 1, 1, tzinfo=UTC) if fault == "expired" else None
    begun = datetime(2019, 1, 1, tzinfo=UTC) if fault == "expired" else None
    context = served_by(by.issue_cert(name, not_before=begun, not_after=until))
    if fault == "old protocol":
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    clock = FakeClock()
    with raw_server(OK, context) as server, pytest.raises(HttpError, match="no safe connection to 127") as caught:
        ask(f"https://127.0.0.1:{server.port}/", clock)
    assert caught.value.kind == "tls"
    assert (server.connections, server.heads, clock.slept) == (1, [], [])


def test_a_server_without_tls_is_no_safe_connection() -> None:
    with raw_server(OK) as server, pytest.raises(HttpError) as caught:
        ask(f"https://127.0.0.1:{server.port}/", FakeClock())
    assert caught.value.kind == "tls"


def test_a_handshake_that_hangs_ends_at_the_deadline_and_leaves_no_connection() -> None:
    async def run(port: int) -> HttpError:
        async with Http(FakeClock()) as http:
            with pytest.raises(HttpError) as caught:
                await http.send(Request(f"https://127.0.0.1:{port}/", deadline=timedelta(seconds=0.3)))
            return caught.value

    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = asyncio.run(run(silent.getsockname()[1]))
        silent.setblocking(False)
        # On a busy machine the time may be over before it has come.
        with suppress(BlockingIOError), silent.accept()[0] as connection:
            connection.settimeout(60)
            while connection.recv(65536):  # what it said before it hung up
                pass
    assert error.kind == "timeout"
    gc.collect()  # an unclosed transport would warn now, and warnings are errors


def test_the_roots_of_the_environment_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "roots.pem"
    bundle.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert ca_bundle() == str(bundle)


def test_a_bundle_that_is_not_there_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    found = ca_bundle()
    assert found is not None
    assert Path(found).is_file()


def test_every_context_verifies() -> None:
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.cert_store_stats()["x509_ca"] > 0
