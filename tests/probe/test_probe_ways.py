"""As whom a probe comes and by which way: versions, client certificates, proxies, files, tokens, pauses."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from colter.config.schema.endpoints import Endpoint, ProbeDefaults
from colter.core.errors import ConfigError
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.core.secret import Secret
from colter.sources.probe.check import Check, check_from_config
from colter.sources.probe.pause import LONGEST, POLITE, pause_end
from colter.sources.probe.prober import Prober
from tests.fakes.clock import START, FakeClock
from tests.fakes.endpoints import EndpointServer, Visit, redirect, reply
from tests.fakes.endpoints_tls import Authority
from tests.fakes.proxies import connect_proxy, socks_proxy
from tests.probe.looking import TIMEOUT, probe, probe_all
from tests.servers.nginx import Nginx, nginx

UP, DEGRADED, DOWN = EndpointState.UP, EndpointState.DEGRADED, EndpointState.DOWN
CANARY = "canary-5ae1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def web(authority: Authority) -> Iterator[Nginx]:
    with nginx(authority) as ports:
        yield ports


def configured(url: str, authority: Authority | None = None, **written: object) -> Check:
    endpoint = Endpoint.model_validate({"name": "one", "url": url, "timeout": TIMEOUT, "confirm": 0, **written})
    tls = {"tls": {"ca": str(authority.bundle)}} if authority else {}
    defaults = ProbeDefaults.model_validate({"latency_threshold": "1h", **tls})
    return check_from_config(endpoint, defaults, lambda ref: Secret(ref.raw))


@pytest.mark.parametrize(
    ("server", "version", "reason", "spoken"),
    [
        ("plain", "auto", None, "1.1"),
        ("plain", 1.1, None, "1.1"),
        ("plain", 2, Reason.PROTOCOL_ERROR, None),
        ("cleartext2", 2, None, "2"),
        ("secure", "auto", None, "2"),
        ("secure", "2", None, "2"),
        ("secure", "1.1", None, "1.1"),
        ("old", "auto", None, "1.1"),
        ("old", "2", Reason.PROTOCOL_ERROR, "1.1"),
    ],
)
def test_the_version_that_is_asked_for_must_be_spoken(  # noqa: PLR0917  fixtures, and a row of the table
    web: Nginx, authority: Authority, server: str, version: object, reason: Reason | None, spoken: str | None
) -> None:
    scheme = "https" if server in ("secure", "old") else "http"
    url = f"{scheme}://localhost:{getattr(web, server)}/"
    result = probe(configured(url, authority, request={"http_version": version}))
    assert (result.reason, result.http_version) == (reason, spoken), result.detail


def test_a_certificate_of_our_own_is_shown_to_the_endpoint(web: Nginx, authority: Authority, tmp_path: Path) -> None:
    mine = tmp_path / "mine.pem"
    mine.write_bytes(authority.pem("probe.example.org"))
    url = f"https://localhost:{web.mutual}/"
    expect = {"body": {"contains": "trustme"}}
    good = probe(configured(url, authority, request={"tls": {"cert": str(mine)}}, expect=expect))
    without = probe(configured(url, authority))
    assert good.state is UP, good.detail
    assert (without.state, without.reason, without.status_code) == (DOWN, Reason.HTTP_STATUS, 400)


def test_a_certificate_of_our_own_is_not_shown_elsewhere(web: Nginx, authority: Authority, tmp_path: Path) -> None:
    mine = tmp_path / "mine.pem"
    mine.write_bytes(authority.pem("probe.example.org"))
    with EndpointServer(redirect(f"https://localhost:{web.mutual}/"), tls=authority.context("localhost")) as server:
        result = probe(configured(server.url(host="localhost"), authority, request={"tls": {"cert": str(mine)}}))
    assert (result.redirects, result.status_code) == (1, 400)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_certificate_of_our_own_that_is_none_is_told_before(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "mine.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"one: request\.tls: "):
        configured("https://localhost/", request={"tls": {"cert": str(file)}})


def test_a_body_comes_from_a_file_byte_by_byte(tmp_path: Path) -> None:
    file = tmp_path / "ping.bin"
    file.write_bytes(b"\x00\xff\r\n" + "ü".encode())
    with EndpointServer(reply()) as server:
        probe(configured(server.url(), request={"method": "PUT", "body_file": str(file)}))
    assert server.requests[0].endswith(b"\r\n\r\n\x00\xff\r\n" + "ü".encode())
    with pytest.raises(ConfigError, match=r"request\.body_file: .*: No such file"):
        configured("https://localhost/", request={"body_file": str(tmp_path / "nothing")})


def test_a_probe_goes_through_a_proxy_that_looks_the_name_up(authority: Authority) -> None:
    with connect_proxy() as proxy, EndpointServer(reply(), tls=authority.context("app.example.org")) as server:
        url = server.url(host="app.example.org")
        request = {"proxy": f"http://127.0.0.1:{proxy.port}", "auth": {"bearer": CANARY}}
        result = probe(configured(url, authority, request=request))
    assert result.state is UP, result.detail
    assert proxy.heads[0].startswith(f"CONNECT app.example.org:{server.port} ")
    assert CANARY not in proxy.heads[0]
    assert CANARY in server.requests[0].decode()


def test_a_proxy_gets_its_own_login_and_the_server_does_not(authority: Authority) -> None:
    with (
        connect_proxy("Basic bWU6cEBzcw==") as proxy,
        EndpointServer(reply(), tls=authority.context("localhost")) as server,
    ):
        place = f"127.0.0.1:{proxy.port}"
        url = server.url(host="localhost")
        good = probe(configured(url, authority, request={"proxy": f"http://me:p%40ss@{place}"}))
        refused = probe(configured(url, authority, request={"proxy": f"http://me:wrong@{place}"}))
    assert good.state is UP, good.detail
    assert b"Proxy-Authorization" not in server.requests[0]
    assert (refused.state, refused.reason) == (DOWN, Reason.AUTH_FAILED)


def test_a_socks_proxy_looks_the_name_up() -> None:
    with socks_proxy() as proxy, EndpointServer(reply()) as server:
        url = server.url(host="app.example.org")
        request = {"proxy": f"socks5h://127.0.0.1:{proxy.port}"}
        good = probe(configured(url, request=request))
        nowhere = probe(configured("http://app.example.org:1/", request=request))
    assert good.state is UP, good.detail
    assert proxy.places[0] == ("app.example.org", server.port)
    assert (nowhere.state, nowhere.reason) == (DOWN, Reason.CONNECT_UNREACHABLE)


def test_a_proxy_that_cannot_connect_is_told_from_one_that_is_not_there() -> None:
    with connect_proxy() as proxy:
        place = {"proxy": f"http://127.0.0.1:{proxy.port}"}
        nowhere = probe(configured("https://localhost:1/", request=place))
    gone = probe(configured("https://localhost:1/", request=place))
    assert (nowhere.reason, nowhere.detail) == (Reason.CONNECT_UNREACHABLE, "the proxy did not connect (status 502)")
    assert (gone.reason, gone.detail) == (Reason.CONNECT_REFUSED, f"port {proxy.port} refused the connection")


def test_the_size_of_a_body_can_degrade() -> None:
    with EndpointServer(reply(body=b"12345")) as server:
        assert probe(configured(server.url(), expect={"size": "5B"}, warn={"size": ">= 5B"})).state is UP
        small = probe(configured(server.url(), warn={"size": "> 5B"}))
        large = probe(configured(server.url(), expect={"size": "< 5B"}))
    assert (small.state, small.reason) == (DEGRADED, Reason.BODY_MISMATCH)
    assert (large.state, large.reason) == (DOWN, Reason.BODY_TOO_LARGE)


class TokenServer(EndpointServer):
    """Gives tokens, and takes the one that it gave last."""

    def __init__(self, *, status: int = 200, given: object = None, life: object = 3600) -> None:
        super().__init__(self._behave)
        self._status, self._given, self._life = status, given, life
        self.given = 0

    def _behave(self, visit: Visit) -> None:
        if visit.path == "/token":
            self.given += 1
            given = self._given or {"access_token": f"token-{self.given}", "expires_in": self._life}
            reply(self._status, json.dumps(given).encode(), Location=self.url("/elsewhere"))(visit)
        else:
            known = f"Authorization: Bearer token-{self.given}".encode() in visit.request
            reply(200 if known else 401)(visit)

    def check(self, name: str = "one") -> Check:
        client = {"token_url": self.url("/token"), "client_id": "me", "client_secret": CANARY, "scope": "read all"}
        return configured(self.url("/api"), request={"auth": {"oauth2": client}}, name=name)


def test_a_token_is_fetched_once_for_all_who_come_as_that_client() -> None:
    with TokenServer() as server:
        results = probe_all([server.check(f"one {number}") for number in range(5)], explain=True)
    assert [result.state for result in results] == [UP] * 5, results
    asked = [request for request in server.requests if b"/token" in request]
    assert len(asked) == 1
    assert parse_qs(asked[0].partition(b"\r\n\r\n")[2].decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["read all"],
    }
    assert b"Authorization: Basic bWU6Y2FuYXJ5LTVhZTE=" in asked[0]
    assert CANARY not in repr(results)
    assert "token-1" not in repr(results)
    assert not [request for request in server.requests if CANARY.encode() in request]


def test_a_token_is_fetched_again_when_it_has_expired_or_was_refused() -> None:
    clock = FakeClock()
    prober = Prober(clock=clock)
    results: list[ProbeResult] = []
    with TokenServer(life=100) as server:
        one = server.check()
        asyncio.run(prober.probe([one], results.append))
        clock.advance(timedelta(seconds=80))
        asyncio.run(prober.probe([one], results.append))
        assert server.given == 1
        clock.advance(timedelta(seconds=11))
        asyncio.run(prober.probe([one], results.append))
        assert server.given == 2
        server.given = 7  # the server has thrown all tokens away
        asyncio.run(prober.probe([one, one], results.append))
        asyncio.run(prober.probe([one], results.append))
    prober.close()
    assert [result.state for result in results[:3]] == [UP] * 3
    assert results[3].reason is Reason.AUTH_FAILED
    assert results[-1].state is UP


@pytest.mark.parametrize(
    ("status", "given", "reason"),
    [
        (401, {"error": "invalid_client"}, Reason.AUTH_FAILED),
        (500, None, Reason.HTTP_STATUS),
        (302, None, Reason.HTTP_STATUS),
        (200, {"token": "x"}, Reason.JSON_MISSING),
        (200, {"access_token": 5}, Reason.JSON_MISSING),
        (200, {"access_token": "x\r\nHost: evil"}, Reason.JSON_MISSING),
        (200, [1], Reason.JSON_MISSING),
    ],
    ids=["refused", "broken", "redirected", "other key", "number", "line break", "list"],
)
def test_without_a_token_nothing_is_asked(status: int, given: object, reason: Reason) -> None:
    with TokenServer(status=status, given=given) as server:
        result = probe(server.check())
    assert (result.state, result.reason) == (DOWN, reason), result.detail
    assert result.detail is not None
    assert result.detail.startswith("no token from 127.0.0.1: ")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("written", "pause"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        (" 5 ", timedelta(seconds=5)),
        ("9" * 400, LONGEST),
        (f"{START + timedelta(minutes=3):%a, %d %b %Y %H:%M:%S} GMT", timedelta(minutes=3)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", timedelta()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("soon", POLITE),
        ("-5", POLITE),
        ("", POLITE),
        (None, POLITE),
    ],
    ids=[str(number) for number in range(11)],
)
def test_a_pause_is_as_long_as_asked_for_but_not_for_ever(written: str | None, pause: timedelta) -> None:
    assert pause_end(written, START) == START + pause


def test_nothing_is_sent_before_the_pause_is_over(web: Nginx) -> None:
    clock = FakeClock()
    prober = Prober(clock=clock)
    results: list[ProbeResult] = []
    with EndpointServer(reply(429, Retry_After="120")) as server:
        one = configured(server.url())
        other = configured(f"http://127.0.0.1:{web.plain}/busy", name="other")
        asyncio.run(prober.probe([one], results.append))
        clock.advance(timedelta(seconds=119))
        asyncio.run(prober.probe([one], results.append))
        assert len(server.requests) == 1
        clock.advance(timedelta(seconds=1))
        asyncio.run(prober.probe([one], results.append))
        assert len(server.requests) == 2
        asyncio.run(prober.probe([other], results.append))
    prober.close()
    assert {(result.state, result.reason) for result in results} == {(DEGRADED, Reason.RATE_LIMITED)}
    assert [result.attempts for result in results] == [1, 0, 1, 1]
    first, second, *_, busy = results
    assert first.pause_until == second.pause_until
    assert first.pause_until is not None
    assert first.pause_until - first.at == busy.pause_until - busy.at == timedelta(seconds=120)  # type: ignore[operator]
    assert second.latency_ms is None
