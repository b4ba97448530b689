"""The engine is late, and what it says is true all the same: the kernel knows when things came."""

import os
import socket
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult
from colter.core.secret import Secret
from colter.net.dns import Resolver
from colter.sources.probe import kernel
from colter.sources.probe.check import Check
from colter.sources.probe.engine import Engine
from colter.sources.probe.look import Tools, look
from colter.sources.probe.search import Searcher
from colter.sources.probe.steps import Step, Wait, now
from colter.sources.probe.turns import Batch
from tests.fakes.endpoints import EndpointServer, Visit
from tests.fakes.endpoints_tls import Authority
from tests.fakes.talking import talking
from tests.probe.looking import SHORT, TIMEOUT, check, probe, probe_all
from tests.probe.test_probe_truth import PROCESSING, TLS, slow_in_every_phase
from tests.withheld import withheld

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not tell")

ANSWERS, BUSY = 0.08, 1.0
"""Seconds until the server answers; for which the engine is busy."""
_SYN_SENT = "02"
"""As proc_net(5) has it."""
MOST = 800.0
"""Milliseconds; without the kernel's help it would be at least BUSY."""


@pytest.fixture(autouse=True, scope="module")
def stamping() -> Iterator[None]:
    """The kernel has begun to stamp, which is a while after it was asked to."""
    with kernel.keep_stamping():
        while not _stamped():
            pass
        yield


def _stamped() -> bool:
    with _connected() as (ours, theirs, ahead):
        theirs.sendall(b"x")
        threading.Event().wait(0.005)
        return kernel.age(ours.fileno(), 60.0, ahead) >= 5


def busy(result: ProbeResult, heard: threading.Event, seconds: float) -> Generator[Step, None, ProbeResult]:
    """A probe that keeps the engine from its work as soon as the server heard the other one."""
    while not heard.is_set():
        yield Wait(now() + 0.002)
    threading.Event().wait(seconds)
    return result


def looked_at_late(one: Check, heard: threading.Event, busy_for: float = BUSY) -> tuple[ProbeResult, float]:
    """What is said of an endpoint while the engine is busy with another one; and how many milliseconds it may say."""
    engine, searcher = Engine(10, lambda: 10), Searcher()
    reported: Future[list[ProbeResult]] = Future()
    results: list[ProbeResult] = []

    def report(some: Sequence[ProbeResult]) -> None:
        results.extend(some)
        if len(results) == 2:
            reported.set_result(results)

    other = ProbeResult("busy", "", SystemClock().now(), EndpointState.UP)
    tools = Tools(SystemClock(), Resolver(), searcher, None)
    with closing(engine), closing(searcher), withheld(os.getpid()) as kept_from_us:
        engine.submit(
            Batch([("a", look(one, tools)), ("b", busy(other, heard, busy_for))], report, reported.set_exception)
        )
        found = reported.result(60)
    return next(result for result in found if result.endpoint != "busy"), MOST + kept_from_us.seconds * 1000


def test_a_tls_handshake_that_is_seen_late_was_not_late(tmp_path: Path) -> None:
    authority, heard = Authority(tmp_path), threading.Event()
    context = authority.context("127.0.0.1")
    context.num_tickets = 0  # one that comes while the handshake is read leaves it uncertain how late that was
    with slow_in_every_phase(context, heard) as port:
        one = check(f"https://127.0.0.1:{port}/", ca=authority.bundle)
        result, most = looked_at_late(one, heard)
    assert result.state is EndpointState.UP
    phases = result.phases
    assert phases.connect is not None
    assert phases.connect < most
    assert phases.tls is not None
    assert TLS * 1000 <= phases.tls < most
    assert phases.processing is not None
    assert PROCESSING * 1000 <= phases.processing < most


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_an_answer_that_is_seen_late_was_not_late(secure: bool, tmp_path: Path) -> None:
    authority, heard = Authority(tmp_path), threading.Event()

    def in_two_parts(visit: Visit) -> None:
        heard.set()
        visit.pause(ANSWERS / 2)
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
        visit.pause(ANSWERS / 2)
        visit.send(b"k")

    with EndpointServer(in_two_parts, tls=authority.context("127.0.0.1") if secure else None) as server:
        result, most = looked_at_late(check(server.url(), ca=authority.bundle), heard)
    assert result.state is EndpointState.UP
    assert result.latency_ms is not None
    assert ANSWERS * 1000 <= result.latency_ms < most


def test_what_is_said_over_tcp_and_heard_late_was_not_late() -> None:
    heard = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.recv(10)
        heard.set()
        time.sleep(ANSWERS)
        connection.sendall(b"pong")

    with talking(script) as port:
        one = check(f"tcp://127.0.0.1:{port}", "body contains pong", body=Secret("ping"))
        result, most = looked_at_late(one, heard)
    assert result.latency_ms is not None
    assert ANSWERS * 1000 <= result.latency_ms < most


def test_of_what_comes_in_parts_the_last_one_counts_however_late_the_first_was_seen() -> None:
    heard = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.recv(10)
        heard.set()
        for part in (b"po", b"ng"):
            time.sleep(2 * ANSWERS)
            connection.sendall(part)

    with talking(script) as port:
        one = check(f"tcp://127.0.0.1:{port}", "body contains pong", body=Secret("ping"))
        result, _ = looked_at_late(one, heard, 3 * ANSWERS)
    assert result.latency_ms is not None
    assert result.latency_ms >= 4 * ANSWERS * 1000


def test_an_answer_without_a_length_lasts_until_the_connection_ends() -> None:
    heard = threading.Event()

    def behave(visit: Visit) -> None:
        heard.set()
        visit.pause(ANSWERS / 2)
        visit.send(b"HTTP/1.0 200 OK\r\n\r\nok")
        visit.pause(ANSWERS / 2)

    with EndpointServer(behave) as server:
        result, _ = looked_at_late(check(server.url()), heard)
    assert result.state is EndpointState.UP
    assert result.latency_ms is not None
    assert result.latency_ms >= ANSWERS * 1000


def test_a_handshake_of_which_a_packet_was_lost_took_as_long_as_it_took() -> None:
    """The queue of a server that accepts nobody is full, so the first packet is dropped, and sent again after 1 s."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        listener.settimeout(60)
        fillers = [stack.enter_context(socket.socket()) for _ in range(2)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        ports = {filler.getsockname()[1] for filler in fillers}

        def serve() -> None:
            while not _knocking(listener.getsockname()[1]) - ports:
                time.sleep(0.01)
            while True:
                visit, (_, caller) = listener.accept()
                stack.enter_context(visit)
                if caller not in ports:
                    break
            visit.recv(65536)
            visit.sendall(b"HTTP/1.1 204 Good\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        result = probe(check(f"http://127.0.0.1:{listener.getsockname()[1]}/"))
        thread.join()
    assert result.phases.connect is not None
    assert result.phases.connect >= 900


def _knocking(port: int) -> set[int]:
    """The ports of those whose first packet to this one has not been answered."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return {int(line[1][-4:], 16) for line in lines if line[2][-4:] == f"{port:04X}" and line[3] == _SYN_SENT}


def test_the_age_of_what_came_is_told_and_nothing_is_taken_away() -> None:
    with _connected() as (ours, theirs, ahead):
        assert kernel.age(ours.fileno(), 1.0, ahead) == 0.0  # nothing is there
        theirs.sendall(b"hello")
        threading.Event().wait(0.05)
        assert kernel.age(ours.fileno(), 60.0, ahead) >= 50
        assert kernel.age(ours.fileno(), 0.01, ahead) == 0.0  # it cannot have come before it was asked for
        assert ours.recv(10) == b"hello"


@pytest.mark.parametrize("seconds", [0.1, -0.1, 3600, -3600], ids=["a bit", "a bit back", "an hour", "an hour back"])
@pytest.mark.parametrize("when", ["before it comes", "after it came"])
def test_when_the_clock_is_set_meanwhile_nothing_seems_to_have_come_earlier(
    when: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_by, real = int(seconds * 1e9), time.time_ns
    if when == "before it comes":  # what the kernel notes is then by the clock as it was set
        monkeypatch.setattr(time, "time_ns", lambda: real() - set_by)
    with _connected() as (ours, theirs, ahead):
        monkeypatch.undo()
        begun = now()
        theirs.sendall(b"hello")
        threading.Event().wait(0.05)
        if when == "after it came":
            monkeypatch.setattr(time, "time_ns", lambda: real() + set_by)
        told = kernel.age(ours.fileno(), 60.0, ahead)
        assert 0.0 <= told <= (now() - begun) * 1000


def test_an_unstamped_or_closed_socket_tells_nothing() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"x")
        assert kernel.age(ours.fileno(), 60.0, 0) == 0.0
    unused = os.dup(0)
    os.close(unused)
    assert kernel.age(unused, 60.0, 0) == 0.0


@contextmanager
def _connected() -> Iterator[tuple[socket.socket, socket.socket, int]]:
    """Our end, which is stamped, theirs, and by how much the wall clock was ahead."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as ours:
        ahead = kernel.stamp(ours.fileno())
        ours.connect(listener.getsockname())
        with listener.accept()[0] as theirs:
            yield ours, theirs, ahead


def test_endpoints_that_hang_hold_up_no_healthy_one_of_their_host() -> None:
    def behave(visit: Visit) -> None:
        if visit.path.startswith("/dead"):
            visit.hang()
        visit.send(b"HTTP/1.1 204 Good\r\n\r\n")

    with EndpointServer(behave) as server:
        paths = [*(f"/dead{number}" for number in range(30)), *(f"/{number}" for number in range(30))]
        times = {path: 3 * SHORT if path.startswith("/dead") else TIMEOUT for path in paths}
        results = probe_all([check(server.url(path), timeout=time) for path, time in times.items()])
    assert [result.state for result in results[:30]] == [EndpointState.UP] * 30
