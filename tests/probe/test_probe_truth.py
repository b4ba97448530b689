"""What a probe says is what the network did: each phase as long as it was, and a crowd changes nothing."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.core.model import EndpointState, Reason
from colter.net.dns import Resolver
from tests.fakes.endpoints import EndpointServer, reply
from tests.fakes.endpoints_tls import Authority
from tests.probe.looking import SLICE, check, probe, probe_all

RESOLVE, TLS, PROCESSING, TRANSFER = 0.04, 0.06, 0.08, 0.1
"""Seconds that a phase takes at least."""


class SlowNames(Resolver):
    """Every name leads to this machine, after a while."""

    def resolve(self, host: str, family: int = socket.AF_UNSPEC) -> "Future[tuple[str, ...]]":
        flight: Future[tuple[str, ...]] = Future()
        threading.Timer(RESOLVE, flight.set_result, [("127.0.0.1",)]).start()
        return flight


@contextmanager
def slow_in_every_phase(context: ssl.SSLContext) -> Iterator[int]:
    """The port of a server that takes one visit."""

    def serve() -> None:
        plain, _ = listener.accept()
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
        one = check(f"https://slow.example:{port}/", ca=authority.bundle, timeout=timedelta(seconds=5))
        result = probe(one, resolver=SlowNames())
    assert result.state is EndpointState.UP
    shares = {
        "resolve": (result.phases.resolve, RESOLVE),
        "connect": (result.phases.connect, 0.0),
        "tls": (result.phases.tls, TLS),
        "processing": (result.phases.processing, PROCESSING),
        "transfer": (result.phases.transfer, TRANSFER),
    }
    for phase, (told, true) in shares.items():
        assert told is not None, phase
        # A busy machine adds to it, and takes no more than a slice: libcurl looks at its clock behind the request.
        assert true * 1000 - SLICE <= told < true * 1000 + 150, phase
    assert result.latency_ms == pytest.approx(sum(told or 0 for told, _ in shares.values()), abs=0.01)


def test_a_hundred_dead_names_raise_no_alarm_for_the_living(monkeypatch: pytest.MonkeyPatch) -> None:
    released, system = threading.Event(), socket.getaddrinfo

    def some_hang(host: str, *rest: Any) -> Any:
        if host.startswith("dead"):
            released.wait(60)
        return system("127.0.0.1", *rest)

    monkeypatch.setattr(socket, "getaddrinfo", some_hang)
    with EndpointServer(reply()) as server:
        hosts = [f"{'dead' if number < 100 else 'alive'}{number}.example" for number in range(300)]
        results = probe_all([check(server.url(host=host)) for host in hosts])
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
