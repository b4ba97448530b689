"""What a probe says is what the network did: each phase as long as it was, and a crowd changes nothing."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import pytest

from colter.config.schema.headers import PROXY_PORTS
from colter.core.model import EndpointState, Reason
from colter.core.secret import Secret
from colter.net.dns import Resolver
from colter.sources.probe.credentials import Proxy
from colter.sources.probe.url import parse_url
from tests.fakes.endpoints import Behaviour, EndpointServer, Visit, reply
from tests.fakes.endpoints_tls import Authority
from tests.fakes.talking import talking
from tests.meanwhile import meanwhile
from tests.probe.looking import SHORT, TIMEOUT, check, probe, probe_all
from tests.withheld import withheld

RESOLVE, TLS, PROCESSING, TRANSFER = 0.04, 0.06, 0.08, 0.1
"""Seconds that a phase takes at least."""
ANSWERS = 0.03
"""Seconds until something answers."""
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class SlowNames(Resolver):
    """Every name leads to this machine, after a while."""

    def resolve(self, host: str, family: int = socket.AF_UNSPEC) -> "Future[tuple[str, ...]]":
        flight: Future[tuple[str, ...]] = Future()
        threading.Timer(RESOLVE, flight.set_result, [("127.0.0.1",)]).start()
        return flight


@contextmanager
def slow_in_every_phase(context: ssl.SSLContext, heard: threading.Event | None = None) -> Iterator[int]:
    """The port of a server that takes one visit; `heard` is set when it was asked for something."""

    def serve() -> None:
        plain, _ = listener.accept()
        plain.recv(1, socket.MSG_PEEK)  # a phase begins when something was asked
        if heard:
            heard.set()
        time.sleep(TLS)
        with context.wrap_socket(plain, server_side=True) as visit:
            visit.recv(65536)
            time.sleep(PROCESSING)
            visit.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
            time.sleep(TRANSFER)
            visit.sendall(b"cd")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def test_each_phase_is_as_long_as_it_was_and_the_latency_is_all_of_them(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with slow_in_every_phase(authority.context("slow.example")) as port:
        one = check(f"https://slow.example:{port}/", ca=authority.bundle)
        with withheld(os.getpid()) as busy:
            result = probe(one, resolver=SlowNames())
    assert result.state is EndpointState.UP
    told = [spent or 0.0 for spent in astuple(result.phases)]
    true = [RESOLVE * 1000, 0.0, TLS * 1000, PROCESSING * 1000, TRANSFER * 1000]
    for number, phase in enumerate(fields(result.phases)):
        # None is over before it is; one that is seen late on a busy machine takes from the next.
        assert sum(told[: number + 1]) >= sum(true[: number + 1]), phase.name
        assert told[number] < true[number] + 150 + busy.seconds * 1000, phase.name
    assert result.latency_ms == pytest.approx(sum(told), abs=0.01)


def test_the_handshake_with_a_proxy_is_a_part_of_the_latency(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with slow_in_every_phase(authority.context("proxy.example")) as port:
        proxy = Proxy(parse_url(f"https://proxy.example:{port}", PROXY_PORTS)[0])
        one = check("http://app.example/", proxy=proxy, ca=authority.bundle)
        result = probe(one, resolver=SlowNames())
    assert result.state is EndpointState.UP
    assert result.latency_ms is not None
    assert result.latency_ms >= (RESOLVE + TLS + PROCESSING + TRANSFER) * 1000


def greedy(over: threading.Event) -> None:
    """It wants the interpreter for itself, so that everybody else is late by milliseconds, again and again."""
    while not over.is_set():
        pass


def answer(visit: Visit) -> None:
    visit.pause(ANSWERS)
    visit.send(OK)


def answer_in_parts(visit: Visit) -> None:
    visit.pause(ANSWERS / 2)
    visit.send(OK[:-1])
    visit.pause(ANSWERS / 2)
    visit.send(OK[-1:])


def _slowest_moments(connection: socket.socket, parts: Sequence[bytes]) -> None:
    for part in parts:
        time.sleep(ANSWERS / len(parts))
        connection.sendall(part)


def greet(connection: socket.socket) -> None:
    _slowest_moments(connection, [b"ok"])


def echo_in_parts(connection: socket.socket) -> None:
    connection.recv(10)
    _slowest_moments(connection, [b"o", b"k"])


@pytest.mark.parametrize("behaviour", [answer, answer_in_parts], ids=["at once", "in parts"])
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_however_busy_we_are_no_answer_is_told_faster_than_it_was(
    behaviour: Behaviour, secure: bool, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with EndpointServer(behaviour, tls=authority.context("127.0.0.1") if secure else None) as server:
        one = check(server.url(), ca=authority.bundle)
        with meanwhile(greedy):
            results = probe_all([one] * 40)
    assert [result.state for result in results] == [EndpointState.UP] * 40
    assert min(result.latency_ms or 0.0 for result in results) >= ANSWERS * 1000


@pytest.mark.parametrize("script", [greet, echo_in_parts])
def test_however_busy_we_are_nothing_is_heard_before_it_was_said(script: Callable[[socket.socket], None]) -> None:
    asks = {} if script is greet else {"body": Secret("ping")}
    with talking(script) as port:
        one = check(f"tcp://127.0.0.1:{port}", "body contains ok", **asks)
        with meanwhile(greedy):
            results = probe_all([one] * 40)
    assert [result.state for result in results] == [EndpointState.UP] * 40
    assert min(result.latency_ms or 0.0 for result in results) >= ANSWERS * 1000


def test_a_hundred_dead_names_raise_no_alarm_for_the_living(monkeypatch: pytest.MonkeyPatch) -> None:
    released, system = threading.Event(), socket.getaddrinfo

    def some_hang(host: str, *rest: Any) -> Any:
        if host.startswith("dead"):
            released.wait(60)
        return system("127.0.0.1", *rest)

    monkeypatch.setattr(socket, "getaddrinfo", some_hang)
    with EndpointServer(reply()) as server:
        hosts = [f"{'dead' if number < 100 else 'alive'}{number}.example" for number in range(300)]
        times = {host: SHORT if host.startswith("dead") else TIMEOUT for host in hosts}
        results = probe_all([check(server.url(host=host), timeout=time) for host, time in times.items()])
        released.set()
    for result in results:
        dead = result.endpoint.startswith("dead")
        assert result.reason is (Reason.DNS_TIMEOUT if dead else None), result.endpoint


def test_closing_leaves_no_thread_and_no_process_behind() -> None:
    before = set(threading.enumerate())
    with EndpointServer(reply()) as server:
        probe(check(server.url(), "body~o.*k"))
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert left <= {"colter-dns"}  # a look-up cannot be interrupted, so its thread ends by itself
    assert [command for command in _children() if "search_child" in command] == []


def _children() -> Iterator[str]:
    """The command lines of this process's children, where the system tells them."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # one that has just ended
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == str(os.getpid()):
                yield (process / "cmdline").read_text()
