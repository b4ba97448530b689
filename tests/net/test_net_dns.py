"""Names to addresses, with the system's resolver replaced: it is the system that hangs and fails."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from typing import Any

import pytest

from colter.net.dns import ResolveError, Resolver, look_up


def found(*addresses: str) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What hung look-ups wait for; set at the end, so that their threads end too."""
    event = threading.Event()
    yield event
    event.set()


def test_a_name_of_this_machine_has_an_address() -> None:
    assert "127.0.0.1" in look_up("localhost", socket.AF_INET)


def test_an_address_is_its_own_name() -> None:
    assert Resolver().resolve("127.0.0.1").result(10) == ("127.0.0.1",)


def test_addresses_keep_their_order_and_come_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found("192.0.2.2", "192.0.2.1", "192.0.2.2"))
    assert look_up("example.org") == ("192.0.2.2", "192.0.2.1")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "nxdomain"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "error"),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), "error"),
        (UnicodeEncodeError("idna", "x", 0, 1, "label too long"), "nxdomain"),
    ],
)
def test_a_name_that_is_not_there_differs_from_a_server_that_fails(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    def fails(*_: object) -> list[Any]:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(ResolveError, match=r"^example\.org: ") as caught:
        Resolver().resolve("example.org").result(10)
    assert caught.value.kind == kind


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "\x00", "a\x00b.example", "\ud800", "xn--a" * 20])
def test_what_is_no_name_does_not_exist(host: str) -> None:
    with pytest.raises(ResolveError):
        Resolver().resolve(host).result(10)


def test_many_who_ask_for_one_name_share_one_look_up(
    monkeypatch: pytest.MonkeyPatch, released: threading.Event
) -> None:
    asked = []

    def slow(host: str, *_: object) -> list[Any]:
        asked.append(host)
        released.wait(20)
        return found("192.0.2.1")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolver = Resolver()
    flights = [resolver.resolve("example.org") for _ in range(100)]
    released.set()
    assert {flight.result(10) for flight in flights} == {("192.0.2.1",)}
    assert asked == ["example.org"]


def test_a_name_is_looked_up_again_when_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [found("192.0.2.1"), found("192.0.2.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answers.pop(0))
    resolver = Resolver()
    assert resolver.resolve("example.org").result(10) == ("192.0.2.1",)
    assert resolver.resolve("example.org").result(10) == ("192.0.2.2",)


def test_dead_names_do_not_delay_a_living_one(monkeypatch: pytest.MonkeyPatch, released: threading.Event) -> None:
    def some_hang(host: str, *_: object) -> list[Any]:
        if host.startswith("dead"):
            released.wait(60)
        return found("192.0.2.1")

    monkeypatch.setattr(socket, "getaddrinfo", some_hang)
    resolver = Resolver()
    for number in range(300):
        resolver.resolve(f"alive{number}").result(10)  # a thread is idle when the dead one is asked for
        resolver.resolve(f"dead{number}")
        assert resolver.resolve(f"living{number}").result(10) == ("192.0.2.1",)


def test_with_every_thread_hung_the_next_waits_its_turn(
    monkeypatch: pytest.MonkeyPatch, released: threading.Event
) -> None:
    def hang(*_: object) -> list[Any]:
        released.wait(60)
        return found("192.0.2.1")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    resolver = Resolver()
    flights = [resolver.resolve(f"name{number}") for number in range(600)]
    assert resolver._threads == 512  # of its own: other tests' idle ones end meanwhile
    released.set()
    done, waiting = wait(flights, 20)
    assert (len(done), len(waiting)) == (600, 0)


def test_what_a_name_server_said_before_it_failed_is_good_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [found("192.0.2.1"), socket.gaierror(socket.EAI_AGAIN, "Temporary failure")]

    def answer(*_: object) -> list[Any]:
        if isinstance(answers[0], Exception):
            raise answers[0]
        return list(answers.pop(0))

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    resolver = Resolver()
    assert resolver.last_known("example.org") is None
    assert resolver.resolve("example.org").result(10) == ("192.0.2.1",)
    assert resolver.resolve("example.org").result(10) == ("192.0.2.1",)  # from memory
    assert resolver.last_known("example.org") == ("192.0.2.1",)
    with pytest.raises(ResolveError):
        resolver.resolve("other.example").result(10)
    monkeypatch.setattr("colter.net.dns._STALE_SECONDS", 0.0)
    with pytest.raises(ResolveError):
        resolver.resolve("example.org").result(10)


def test_a_name_that_is_gone_is_gone_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found("192.0.2.1"))
    resolver = Resolver()
    resolver.resolve("example.org").result(10)

    def gone(*_: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", gone)
    with pytest.raises(ResolveError) as caught:
        resolver.resolve("example.org").result(10)
    assert caught.value.kind == "nxdomain"
