"""Certificates: what is wrong with them, and their dates even then."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.sources.probe.expect import certificate_lasts
from colter.sources.probe.prober import Prober
from colter.sources.probe.tls import certificate_date, refusal
from tests.fakes.endpoints import EndpointServer, hang, redirect, reply
from tests.fakes.endpoints_tls import Authority
from tests.probe.looking import SHORT, check, probe

UP, DOWN = EndpointState.UP, EndpointState.DOWN
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  real certificates meet the real day
LATER = NOW + timedelta(days=10)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_a_good_certificate_is_up_and_shows_when_it_ends(authority: Authority) -> None:
    with EndpointServer(reply(), tls=authority.context("localhost", not_after=LATER)) as server:
        result = probe(check(server.url(host="localhost"), ca=authority.bundle))
    assert (result.state, result.certificate_expires) == (UP, LATER)
    assert result.phases.tls is not None


def test_an_expired_certificate_shows_when_it_ended(authority: Authority) -> None:
    ended = NOW - timedelta(days=3)
    with EndpointServer(reply(), tls=authority.context("localhost", not_after=ended)) as server:
        result = probe(check(server.url(host="localhost"), ca=authority.bundle))
    assert (result.state, result.reason, result.certificate_expires) == (DOWN, Reason.TLS_EXPIRED, ended)
    assert result.detail == f"the certificate expired: it was valid until {ended:%Y-%m-%d}"


def test_a_certificate_from_the_future_is_outside_its_dates(authority: Authority) -> None:
    context = authority.context("localhost", not_before=LATER, not_after=LATER + timedelta(days=1))
    with EndpointServer(reply(), tls=context) as server:
        result = probe(check(server.url(host="localhost"), ca=authority.bundle))
    assert (result.state, result.reason) == (DOWN, Reason.TLS_EXPIRED)
    assert result.certificate_expires == LATER + timedelta(days=1)
    assert result.detail == f"the certificate is not valid before {LATER:%Y-%m-%d}"


def test_a_certificate_for_another_host_shows_for_whom_it_is(authority: Authority) -> None:
    with EndpointServer(reply(), tls=authority.context("other.example", not_after=LATER)) as server:
        result = probe(check(server.url(host="localhost"), ca=authority.bundle))
    assert (result.state, result.reason, result.certificate_expires) == (DOWN, Reason.TLS_HOSTNAME, LATER)
    assert result.detail == "the certificate is not for localhost, but for other.example"


def test_a_certificate_of_a_stranger_is_untrusted_and_shows_its_dates(authority: Authority, tmp_path: Path) -> None:
    with EndpointServer(reply(), tls=authority.context("localhost", not_after=LATER)) as server:
        result = probe(check(server.url(host="localhost")))
    assert (result.state, result.reason, result.certificate_expires) == (DOWN, Reason.TLS_UNTRUSTED, LATER)


def test_evidence_tells_of_the_handshake_and_the_certificate(authority: Authority) -> None:
    with EndpointServer(reply(), tls=authority.context("localhost", not_after=LATER)) as server:
        result = probe(check(server.url(host="localhost"), ca=authority.bundle), explain=True)
    assert result.evidence is not None
    assert [line for line in result.evidence.log if line.startswith("SSL connection using TLSv1.3")]
    assert result.evidence.certificate["X509v3 Subject Alternative Name"] == "DNS:localhost"
    assert set(result.evidence.certificate) >= {"Subject", "Issuer", "Start date", "Expire date"}


def test_a_certificate_that_ends_soon_degrades(authority: Authority) -> None:
    with EndpointServer(reply(), tls=authority.context("localhost", not_after=LATER)) as server:
        warned = certificate_lasts(timedelta(days=21))
        result = probe(check(server.url(host="localhost"), ca=authority.bundle, warn=(warned,)))
    assert (result.state, result.reason) == (EndpointState.DEGRADED, Reason.CERT_EXPIRING)
    assert result.detail == f"the certificate expires on {LATER:%Y-%m-%d}, in 9 days"


def test_a_server_without_tls_fails_the_handshake() -> None:
    with EndpointServer(reply()) as server:
        result = probe(check(server.url().replace("http:", "https:")))
    assert (result.state, result.reason) == (DOWN, Reason.TLS_HANDSHAKE)


def test_a_handshake_that_never_ends_fails_in_time() -> None:
    with EndpointServer(hang) as server:
        result = probe(check(server.url().replace("http:", "https:"), timeout=SHORT))
    assert (result.state, result.reason) == (DOWN, Reason.TLS_HANDSHAKE)


def test_a_redirect_from_https_to_http_is_followed_and_keeps_the_certificate(authority: Authority) -> None:
    with (
        EndpointServer(reply()) as plain,
        EndpointServer(redirect(plain.url()), tls=authority.context("localhost", not_after=LATER)) as secure,
    ):
        result = probe(check(secure.url(host="localhost"), ca=authority.bundle))
    assert (result.state, result.redirects, result.certificate_expires) == (UP, 1, LATER)


def test_the_authorities_are_read_once_for_all_probes(authority: Authority, tmp_path: Path) -> None:
    # Parsing a bundle of ordinary size takes 50 ms; libcurl shares what it has parsed.
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(authority.bundle.read_bytes())
    results: list[ProbeResult] = []
    prober = Prober(clock=SystemClock())
    with EndpointServer(reply(), tls=authority.context("localhost")) as server:
        one = check(server.url(host="localhost"), ca=bundle)
        asyncio.run(prober.probe([one], results.append))
        bundle.unlink()
        asyncio.run(prober.probe([one], results.append))
    prober.close()
    assert [result.state for result in results] == [UP, UP]


def test_a_date_that_is_none_is_not_invented() -> None:
    assert certificate_date("Jan  1 00:00:00 2030 GMT") == datetime(2030, 1, 1, tzinfo=UTC)
    assert certificate_date("yesterday") is None
    assert refusal(10, "", "localhost", {})[1] == "the certificate expired: it was valid until an unknown day"
