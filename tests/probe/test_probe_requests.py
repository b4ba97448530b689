"""What is sent, what is sent on after redirects, and what never is."""

import socket
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import pytest

from colter.core.model import EndpointState, Reason
from colter.core.secret import Secret
from colter.net.dns import Resolver
from colter.sources.probe.answer import ProbeFailedError
from colter.sources.probe.credentials import basic, bearer
from colter.sources.probe.http import _permitted
from tests.fakes.endpoints import EndpointServer, Visit, redirect, reply
from tests.fakes.endpoints_names import Names
from tests.probe.looking import check, probe, probe_all

UP, DOWN = EndpointState.UP, EndpointState.DOWN
CANARY = "canary-93f1"
SECRETS: dict[str, Any] = {
    "authorization": bearer(Secret(CANARY)),
    "headers": (("X-Api-Key", Secret(CANARY)), ("Cookie", Secret(CANARY))),
}


class Families(Resolver):
    """Every name has one address of each kind."""

    def __init__(self, addresses: Mapping[int, str]) -> None:
        super().__init__()
        self._addresses = addresses

    def resolve(self, host: str, family: int = socket.AF_UNSPEC) -> "Future[tuple[str, ...]]":
        flight: Future[tuple[str, ...]] = Future()
        flight.set_result((self._addresses[family],))
        return flight


def head(request: bytes) -> tuple[str, Mapping[str, str]]:
    """Request line and headers of a request."""
    first, *lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return first, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_a_plain_request_says_who_asks_and_wants_no_compression() -> None:
    with EndpointServer(reply()) as server:
        probe(check(server.url("/a/../b?x=1")))
    line, headers = head(server.requests[0])
    assert line == "GET /a/../b?x=1 HTTP/1.1"
    assert headers["user-agent"].startswith("colter/")
    assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_with_a_body_is_sent_as_it_is(method: str) -> None:
    with EndpointServer(reply()) as server:
        json = (("Content-Type", Secret("application/json")),)
        result = probe(check(server.url(), method=method, body=Secret('{"a": "ü"}'), headers=json))
    line, headers = head(server.requests[0])
    assert result.state is UP
    assert line == f"{method} / HTTP/1.1"
    assert (headers["content-type"], headers["content-length"]) == ("application/json", "11")
    assert server.requests[0].endswith('\r\n\r\n{"a": "ü"}'.encode())


def test_a_post_without_a_body_says_so() -> None:
    with EndpointServer(reply()) as server:
        probe(check(server.url(), method="POST"))
    line, headers = head(server.requests[0])
    assert (line, headers["content-length"]) == ("POST / HTTP/1.1", "0")


def test_a_head_request_takes_no_body() -> None:
    with EndpointServer(reply(body=b"")) as server:
        probe(check(server.url(), method="HEAD"))
    assert head(server.requests[0])[0] == "HEAD / HTTP/1.1"


def test_a_header_may_be_empty_and_may_replace_our_own() -> None:
    with EndpointServer(reply()) as server:
        headers = (("X-Empty", Secret("")), ("User-Agent", Secret("mine")), ("Accept-Encoding", Secret("gzip")))
        probe(check(server.url(), headers=headers))
    sent = head(server.requests[0])[1]
    assert (sent["x-empty"], sent["user-agent"], sent["accept-encoding"]) == ("", "mine", "gzip")


@pytest.mark.parametrize(
    ("authorization", "sent"),
    [
        (basic("me", Secret("pässword")), "Basic bWU6cMOkc3N3b3Jk"),
        (bearer(Secret("abc")), "Bearer abc"),
    ],
)
def test_credentials_are_sent_to_the_endpoint(authorization: Secret, sent: str) -> None:
    with EndpointServer(reply()) as server:
        probe(check(server.url(), authorization=authorization))
    assert head(server.requests[0])[1]["authorization"] == sent


def test_a_login_in_the_address_is_sent_as_basic_and_shown_nowhere() -> None:
    with EndpointServer(reply(401)) as server:
        result = probe(check(f"http://me:{CANARY}@127.0.0.1:{server.port}/?key={CANARY}"), explain=True)
    assert head(server.requests[0])[1]["authorization"].startswith("Basic ")
    assert (result.state, result.reason) == (DOWN, Reason.AUTH_FAILED)
    assert CANARY not in repr(result)
    assert result.endpoint == f"127.0.0.1:{server.port}"


def test_credentials_follow_a_redirect_within_the_origin() -> None:
    def behave(visit: Visit) -> None:
        (redirect("/second") if visit.path == "/" else reply())(visit)

    with EndpointServer(behave) as server:
        result = probe(check(server.url(), **SECRETS))
    assert (result.state, result.redirects, len(server.requests)) == (UP, 1, 2)
    assert all(request.count(CANARY.encode()) == 3 for request in server.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_of_the_user_goes_to_another_origin(status: int) -> None:
    with EndpointServer(reply()) as other, EndpointServer(redirect(other.url(), status)) as server:
        result = probe(check(server.url(), **SECRETS))
    assert result.state is UP
    assert CANARY.encode() in server.requests[0]
    assert CANARY.encode() not in other.requests[0]


def test_another_name_of_the_same_machine_is_another_origin() -> None:
    def behave(visit: Visit) -> None:
        (reply() if b"Host: second" in visit.request else redirect(server.url(host="second.example")))(visit)

    with EndpointServer(behave) as server:
        names = Names({"first.example": ["127.0.0.1"], "second.example": ["127.0.0.1"]})
        probe(check(server.url(host="first.example"), **SECRETS), resolver=names)
    assert [CANARY.encode() in request for request in server.requests] == [True, False]


def test_credentials_do_not_come_back_with_a_redirect_back() -> None:
    def back(visit: Visit) -> None:
        redirect(first.url("/home"))(visit)

    with EndpointServer(back) as second:

        def behave(visit: Visit) -> None:
            (redirect(second.url()) if visit.path == "/" else reply())(visit)

        with EndpointServer(behave) as first:
            result = probe(check(first.url(), **SECRETS))
    assert (result.state, result.redirects) == (UP, 2)
    assert [CANARY.encode() in request for request in first.requests] == [True, False]


def test_a_body_is_not_sent_on_to_another_origin() -> None:
    with EndpointServer(reply()) as other, EndpointServer(redirect(other.url(), 307)) as server:
        result = probe(check(server.url(), method="POST", body=Secret(CANARY)))
    assert (result.state, result.reason) == (DOWN, Reason.PROTOCOL_ERROR)
    assert not other.requests


@pytest.mark.parametrize(
    ("status", "line"), [(302, "GET /b HTTP/1.1"), (303, "GET /b HTTP/1.1"), (307, "POST /b HTTP/1.1")]
)
def test_a_redirected_post_follows_the_rules_of_its_status(status: int, line: str) -> None:
    def behave(visit: Visit) -> None:
        (redirect("/b", status) if visit.path == "/" else reply())(visit)

    with EndpointServer(behave) as server:
        probe(check(server.url(), method="POST", body=Secret("x")))
    assert head(server.requests[1])[0] == line


def test_a_public_server_cannot_send_a_probe_inside() -> None:
    addresses = [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:192.168.0.1",
        "2002:7f00:1::",
        "fe80::1%eth0",
    ]
    with pytest.raises(ProbeFailedError, match="private"):
        _permitted(addresses, "8.8.8.8")
    assert _permitted([*addresses, "8.8.4.4"], "8.8.8.8") == ["8.8.4.4"]
    assert _permitted(addresses, None) == addresses
    assert _permitted(addresses, "192.168.0.7") == addresses


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with EndpointServer(reply()) as server:
        assert probe(check(server.url())).state is UP


def test_one_name_at_two_addresses_at_once_is_not_confused() -> None:
    # libcurl keeps one cache of names for all transfers: one probe must not send another to its address.
    with EndpointServer(reply()) as server:
        names = Families({socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"})
        url = server.url(host="both.example")
        checks = [check(url, name=f"{n}", family=(socket.AF_INET, socket.AF_INET6)[n % 2]) for n in range(40)]
        results = probe_all(checks, resolver=names)
    assert {(int(result.endpoint) % 2, result.state) for result in results} == {(0, UP), (1, DOWN)}


def test_a_name_of_several_addresses_is_reached_by_the_one_that_works() -> None:
    with EndpointServer(reply()) as server:
        names = Names({"many.example": ["127.0.0.9", "::1", "127.0.0.1"]})
        assert probe(check(server.url(host="many.example")), resolver=names).ip == "127.0.0.1"


@pytest.mark.parametrize("host", ["dotted.example.", "under_score.example", "xn--bcher-kva.example", "UPPER.example"])
def test_every_way_to_write_a_name_leads_to_its_address(host: str) -> None:
    with EndpointServer(reply()) as server:
        names = Names({host.lower(): ["127.0.0.1"]})
        assert probe(check(server.url(host=host)), resolver=names).state is UP
