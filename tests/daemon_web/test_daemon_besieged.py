"""A daemon that strangers keep busy, on purpose or not: it is scraped, looks, and takes reports as ever."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest

from colter.web.serve import MOST_CONNECTIONS
from tests.cli.running import Machine
from tests.daemon_web.listening import Listening, listening
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.servers.process import LOOPBACK
from tests.watching.daemons import log_of, until

TOKEN = "correct-horse-battery"
HEAD = f"GET /healthz HTTP/1.1\r\nHost: {LOOPBACK}\r\n".encode()
BEAT = f"POST /beat/{TOKEN} HTTP/1.1\r\nHost: {LOOPBACK}\r\n".encode()
NONSENSE = {
    "nothing": (b"\r\n" * 1000, None),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    "zeroes": (b"\0" * 100_000, None),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "two hosts": (HEAD + b"Host: evil.example\r\n\r\n", 400),
    "a long header": (HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n", None),
    "many headers": (HEAD + b"X: x\r\n" * 100_000 + b"\r\n", None),
    "a long address": (b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\n\r\n", None),
    "a long target": (b"GET /probe?target=" + b"x" * 50_000 + HEAD.removeprefix(b"GET /healthz") + b"\r\n", 404),
    "a way out": (b"GET /../../etc/passwd" + HEAD.removeprefix(b"GET /healthz") + b"\r\n", 404),
    "a hidden way out": (b"GET /beat/%2e%2e%2fetc" + HEAD.removeprefix(b"GET /healthz") + b"\r\n", 404),
    "a proxy": (b"GET http://192.0.2.1/" + HEAD.removeprefix(b"GET /healthz") + b"\r\n", 404),
    "a tunnel": (b"CONNECT 192.0.2.1:80" + HEAD.removeprefix(b"GET /healthz") + b"\r\n", 404),
    "a method": (b"BREW" + HEAD.removeprefix(b"GET") + b"\r\n", 405),
    "a socket": (HEAD + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 200),
    "a body that never comes": (HEAD + b"Content-Length: 1000000000\r\n\r\n", 200),
    "less than no body": (BEAT + b"Content-Length: -1\r\n\r\n", 400),
    "two lengths": (BEAT + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200),
    "no text": (b"GET /probe?target=%ed%a0%80%ff%00" + HEAD.removeprefix(b"GET /healthz") + b"\r\n", 404),
    "two requests": (HEAD + b"\r\n" + HEAD + b"\r\n", 200),
}
"""What a stranger says, and the status of the answer; None: he is cut off."""


@pytest.fixture(name="slow")
def the_time_for_slow_answers() -> threading.Event:
    """Set: they may be sent."""
    return threading.Event()


@pytest.fixture(name="web")
def a_server(slow: threading.Event) -> Iterator[EndpointServer]:
    def behave(visit: Visit) -> None:
        while visit.path == "/slow" and not slow.is_set() and visit.pause(0.05):
            pass
        reply()(visit)

    with EndpointServer(behave) as web:
        yield web


@pytest.fixture(name="served")
def a_daemon(web: EndpointServer, machine: Machine) -> Iterator[Listening]:
    machine.configure(_configuration(web, "slow"))
    with listening(machine) as served:
        yield served


def test_who_never_ends_a_request_keeps_neither_scrapes_nor_looks_nor_reports_waiting(served: Listening) -> None:
    looks = served.number("colter_looks_total", kind="probe")
    over = threading.Event()
    with ThreadPoolExecutor(3 * MOST_CONNECTIONS) as pool, _set_at_the_end(over):
        for _ in range(3 * MOST_CONNECTIONS):
            pool.submit(_drip, served, over)
        over.wait(0.5)
        for path in ("/metrics", "/healthz", "/probe?target=fine", f"/beat/{TOKEN}") * 2:
            assert served.ask(path).status == 200
        until(lambda: served.number("colter_looks_total", kind="probe") > looks)


def test_beyond_the_limit_a_newcomer_is_cut_off_while_all_others_are_answered(
    served: Listening, web: EndpointServer, slow: threading.Event
) -> None:
    with ExitStack() as stack:
        stack.enter_context(_set_at_the_end(slow))
        asking = [stack.enter_context(_connected(served)) for _ in range(MOST_CONNECTIONS)]
        for connection in asking:
            connection.sendall(b"GET /probe?target=slow" + HEAD.removeprefix(b"GET /healthz") + b"\r\n")
        until(lambda: any(b"/slow" in request for request in web.requests))
        late = stack.enter_context(_connected(served))
        late.sendall(HEAD)
        assert _everything(late) == b""
        slow.set()
        assert Counter(_everything(connection)[:12] for connection in asking) == {b"HTTP/1.1 200": MOST_CONNECTIONS}
    assert served.ask("/healthz").status == 200


def test_nonsense_is_refused_and_neither_logged_nor_remembered(served: Listening, machine: Machine) -> None:
    answers = {}
    for name, (said, wanted) in NONSENSE.items():
        with _connected(served) as connection:
            with suppress(OSError):  # it does not read all of it
                connection.sendall(said)
                if wanted is None:
                    connection.shutdown(socket.SHUT_WR)
            head = _everything(connection).partition(b"\r\n")[0].split(b" ")
        answers[name] = int(head[1]) if len(head) > 1 else None
    # Whether a refusal is heard by who still talks, or only that he is cut off, is up to the kernel.
    heard = {name: status for name, status in answers.items() if NONSENSE[name][1]}
    assert heard == {name: status for name, (_, status) in NONSENSE.items() if status}
    assert {status for name, status in answers.items() if name not in heard} <= {400, None}
    assert served.ask("/metrics").status == 200
    assert not [line for line in log_of(machine).splitlines() if " INFO " not in line]


def test_scrapes_and_probes_under_way_are_answered_while_the_configuration_changes(
    served: Listening, machine: Machine, web: EndpointServer, slow: threading.Event
) -> None:
    over = threading.Event()
    with ThreadPoolExecutor(4) as pool, _set_at_the_end(over), _set_at_the_end(slow):
        scrapes = [pool.submit(_scrape, served, over) for _ in range(3)]
        probe: Future[int] = pool.submit(lambda: served.ask("/probe?target=slow").status)
        until(lambda: any(b"/slow" in request for request in web.requests))
        loaded = served.number("colter_config_last_reload_success_timestamp_seconds")
        machine.configure(_configuration(web, "another"))
        until(lambda: served.number("colter_config_last_reload_success_timestamp_seconds") > loaded)
        assert served.ask("/probe?target=slow").status == 404
        slow.set()
        assert probe.result() == 200, "by the configuration of its beginning"
        over.set()
        assert sum((scrape.result() for scrape in scrapes), Counter()).keys() == {200}


def _configuration(web: EndpointServer, slow: str) -> str:
    endpoints = [
        {"name": "fine", "url": web.url(), "interval": "1s"},
        {"name": slow, "url": web.url("/slow"), "interval": "1h", "timeout": "60s", "confirm": 0},
        {"name": "job", "heartbeat": {"every": "1d", "token": TOKEN}},
    ]
    return json.dumps({"endpoints": endpoints})


def _connected(served: Listening) -> socket.socket:
    return socket.create_connection((LOOPBACK, served.port), timeout=30)


def _everything(connection: socket.socket) -> bytes:
    """What comes until the end; what came until he was cut off."""
    got = b""
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            got += part
    return got


def _drip(served: Listening, over: threading.Event) -> None:
    """Somebody who never ends his request, and comes back whenever he is cut off."""
    while not over.is_set():
        with suppress(OSError), _connected(served) as connection:
            connection.sendall(HEAD)
            while not over.wait(0.2):
                connection.sendall(b"X-Drip: x\r\n")


def _scrape(served: Listening, over: threading.Event) -> Counter[int]:
    found: Counter[int] = Counter()
    while not over.wait(0.05):
        found[served.ask("/metrics").status] += 1
    return found


@contextmanager
def _set_at_the_end(event: threading.Event) -> Iterator[None]:
    """Whoever waits for it ends, also when the test fails."""
    try:
        yield
    finally:
        event.set()
