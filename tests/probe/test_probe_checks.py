"""Checks from the configuration and from the command line: all that can be wrong is found before anything is sent."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from colter.config.schema.endpoints import Endpoint, ProbeDefaults
from colter.config.schema.secretref import SecretRef
from colter.core.errors import ConfigError, UsageError
from colter.core.model import EndpointState, Reason
from colter.core.secret import Secret
from colter.sources.probe.answer import Answer
from colter.sources.probe.check import Check, check_from_config, check_from_url
from colter.sources.probe.judge import judge
from colter.sources.probe.url import is_private, parse_url
from tests.fakes.clock import START

CANARY = "canary-0b2"


def reveal(ref: SecretRef) -> Secret:
    return Secret(ref.raw.replace("sealed", "opened"))


def configured(**written: object) -> Check:
    endpoint = Endpoint.model_validate({"name": "api", "url": "https://api.example.org/health", **written})
    return check_from_config(endpoint, ProbeDefaults(), reveal)


def test_an_endpoint_gets_the_defaults_of_all() -> None:
    check = configured()
    assert (check.timeout, check.confirm, check.method) == (timedelta(seconds=10), 2, "GET")
    assert (check.follow_redirects, check.family) == (5, socket.AF_UNSPEC)
    assert check.expect == ()
    assert not check.needs_body


def test_an_endpoint_says_what_differs() -> None:
    check = configured(
        timeout="2s",
        confirm=0,
        group="backend",
        tags=["prod"],
        expect={
            "status": ["2xx", 401],
            "body": {"contains": "ok", "not_matches": "(?i)trace"},
            "json": {"$.status": "up", "$.queue": "< 100"},
            "headers": {"Content-Type": "application/json*"},
        },
        warn={"latency": "500ms", "cert": "30d"},
        request={
            "method": "POST",
            "headers": {"accept": "application/json", "x-api-key": "sealed-key"},
            "body": "{}",
            "auth": {"bearer": "sealed-token"},
            "follow_redirects": 3,
            "ip": "ipv6",
        },
    )
    assert (check.timeout, check.confirm, check.group) == (timedelta(seconds=2), 0, "backend")
    assert (check.method, check.follow_redirects, check.family) == ("POST", 3, socket.AF_INET6)
    assert check.authorization == Secret("Bearer opened-token")
    assert dict(check.headers) == {"accept": Secret("application/json"), "x-api-key": Secret("opened-key")}
    assert len(check.expect) == 6
    assert len(check.warn) == 2
    assert check.needs_body
    assert "opened" not in repr(check)


def test_own_authorities_take_the_place_of_the_machines(tmp_path: Path) -> None:
    bundle = tmp_path / "authorities.pem"
    defaults = ProbeDefaults.model_validate({"tls": {"ca": str(bundle)}})
    with pytest.raises(ConfigError, match=r"probe\.tls\.ca: expected a file"):
        check_from_url("https://example.org", defaults)
    bundle.touch()
    assert check_from_url("https://example.org", defaults).ca == bundle


def test_a_name_and_password_become_basic() -> None:
    check = configured(request={"auth": {"basic": {"username": "me", "password": "pw"}}})
    assert check.authorization == Secret("Basic bWU6cHc=")


def test_a_plain_address_is_not_warned_of_certificates() -> None:
    assert [each.what for each in configured(url="http://api.example.org").warn] == ["latency"]  # type: ignore[attr-defined]


def test_a_heartbeat_cannot_be_probed() -> None:
    endpoint = Endpoint.model_validate({"name": "backup", "heartbeat": {"every": "0 3 * * *"}})
    with pytest.raises(ConfigError, match="backup: it has no url"):
        check_from_config(endpoint, ProbeDefaults(), reveal)


def test_a_tcp_port_cannot_be_expected_to_speak_http() -> None:
    with pytest.raises(ConfigError, match="api: a tcp:// address has no status"):
        configured(url="tcp://db.example.org:5432", expect={"status": 200})


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org", "example.org"),
        ("https://EXAMPLE.org:443/", "example.org"),
        (f"https://me:{CANARY}@example.org:8443/a/?key={CANARY}#{CANARY}", "example.org:8443/a"),
        ("tcp://db.example.org:5432", "db.example.org:5432"),
        ("http://[::1]:80/x", "[::1]/x"),
        ("https://bücher.example/ü", "xn--bcher-kva.example/%C3%BC"),
    ],
)
def test_an_address_is_named_by_host_and_path(url: str, name: str) -> None:
    check = check_from_url(url)
    assert check.name == name
    assert CANARY not in repr(check.url)


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://example.org:0",
        "https://example.org:99999",
        "https://example.org:x",
        "https://exa mple.org",
        "https://example.org\\@evil.example",
        "https://-.example",
        "https://a..example",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127.0.0.1.",
        "https://[::1",
        "https://" + "a" * 64 + ".example",
        "https://\u202eexample.org",
        "tcp://example.org",
        "https://example.org/\x00",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        check_from_url(url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "GE T"},
        {"headers": ["no colon"]},
        {"headers": ["Bad Name: x"]},
        {"headers": ["X: a\r\nY: b"]},
        {"expect": ["status=9xx"]},
    ],
)
def test_a_request_that_cannot_be_sent_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"^example\.org: "):
        check_from_url(f"https://me:{CANARY}@example.org/?key={CANARY}", **wrong)  # type: ignore[arg-type]


def test_a_refused_address_keeps_its_password() -> None:
    for url in (
        f"https://me:{CANARY}@exa mple.org/",
        f"https://x\\?{CANARY}",
        f"https://me:{CANARY}?@x",
        f"ftp://me:{CANARY}@example.org",
    ):
        with pytest.raises(UsageError) as refused:
            check_from_url(url)
        assert CANARY not in str(refused.value)


def test_a_body_makes_it_a_post() -> None:
    assert check_from_url("https://example.org", body="x").method == "POST"
    assert check_from_url("https://example.org", body="x", method="put").method == "PUT"
    assert check_from_url("https://example.org").method == "GET"


def test_a_warning_degrades_and_a_failure_goes_before_it() -> None:
    slow = Answer(START, status=200, spent={"connect": 2000.0}, complete=True)
    check = check_from_url("http://example.org")
    verdict = judge(check, slow, START)
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (EndpointState.DEGRADED, Reason.LATENCY)
    slow.status = 500
    verdict = judge(check, slow, START)
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (EndpointState.DOWN, Reason.HTTP_STATUS)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"]
)
def test_private_addresses_are_known(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_known(address: str) -> None:
    assert not is_private(address)


def test_an_address_is_taken_apart_and_put_together() -> None:
    url, login = parse_url("HTTPS://me:p%40ss@Example.org:443/a b".replace(" ", "%20") + "?q=ü#part")
    assert url.text == "https://example.org/a%20b?q=%C3%BC"
    assert url.shown == "https://example.org/a%20b"
    assert login == ("me", Secret("p@ss"))


def test_the_shipped_search_process_stands_beside_its_parent() -> None:
    assert Path(parse_url.__code__.co_filename).with_name("search_child.py").is_file()
