"""The scrape endpoint: what it answers, and that nobody can keep it from answering."""

import asyncio
import gzip
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from colter import __version__
from colter.core.clock import SystemClock
from colter.core.errors import ConfigError, StateError
from colter.core.model import Latest, Owing
from colter.sinks.exposition import of_owing, page
from colter.sinks.text_format import CONTENT_TYPE
from colter.web import serve as module
from colter.web.metrics import accepted_format, serve_store
from colter.web.serve import MOST_CONNECTIONS
from tests.fakes.clock import START, FakeClock
from tests.prometheus.looks import NOW, STARS, Shelf, expected, openmetrics_series, repository, series, text_series
from tests.prometheus.scraping import Served, everything, serving, serving_app
from tests.servers.asking import Answer, ask
from tests.servers.process import LOOPBACK
from tests.servers.promtool import check_metrics

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
OWING = (Owing("sink", "influx", deliveries=3, entries=40, since=START, dropped=7, refused=2),)
BUILD = ("colter_build_info", frozenset({("version", __version__)}))


@pytest.fixture(name="served", scope="module")
def a_server() -> Iterator[Served]:
    with serving(Shelf(NOW, OWING), FakeClock()) as served:
        yield served


def scrape(served: Served, **headers: str) -> Answer:
    return ask(f"{served.url}/metrics", headers={name.replace("_", "-"): text for name, text in headers.items()})


def test_a_scrape_gets_everything_that_is_known_and_what_is_owed(served: Served) -> None:
    text = scrape(served).well().body.decode()
    owed = text_series(page(of_owing(OWING), "text").decode())
    assert text_series(text) == expected(NOW) | owed | {BUILD: 1}
    check_metrics(text)


@pytest.mark.parametrize("accept", [PROMETHEUS_2, PROMETHEUS_3, "application/openmetrics-text"])
def test_prometheus_gets_openmetrics(served: Served, accept: str) -> None:
    answer = scrape(served, Accept=accept).well()
    assert answer.headers["content-type"] == CONTENT_TYPE["openmetrics"]
    assert answer.body.endswith(b"# EOF\n")
    assert openmetrics_series(answer.body.decode()).items() >= expected(NOW).items()


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "text/plain", "text/html,*/*;q=0.8", "application/openmetrics-text; version=0.0.1", ";;,=,;=;"],
)
def test_everybody_else_gets_the_older_text_format(accept: str) -> None:
    assert accepted_format(accept) == "text"


@pytest.mark.parametrize("accept", [PROMETHEUS_2, PROMETHEUS_3, "", "*/*", "application/openmetrics-text"])
def test_the_format_is_chosen_as_the_library_does(accept: str) -> None:
    from prometheus_client.exposition import choose_encoder

    _, kind = choose_encoder(accept)
    assert (accepted_format(accept) == "openmetrics") == kind.startswith("application/openmetrics-text")


def test_it_is_packed_for_who_can_unpack_it(served: Served) -> None:
    plain = scrape(served).well()
    packed = scrape(served, Accept_Encoding="gzip").well()
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept, Accept-Encoding"


def test_a_head_is_the_answer_without_its_body(served: Served) -> None:
    answer, head = scrape(served).well(), ask(f"{served.url}/metrics", method="HEAD").well()
    assert head.body == b""
    assert head.headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *((method, "/metrics", 405) for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH")),
        *(("GET", path, 404) for path in ("/", "/metrics/", "/METRICS", "/docs", "/openapi.json", "/-/config", "//")),
        ("POST", "/", 404),
    ],
)
def test_there_is_nothing_else(served: Served, method: str, path: str, status: int) -> None:
    answer = ask(f"{served.url}{path}", method=method)
    assert answer.status == status
    assert "server" not in answer.headers
    assert len(answer.body) < 100


def test_many_scrapes_at_once_cost_one_page_and_the_next_second_a_new_one() -> None:
    shelf, clock = Shelf(), FakeClock()
    with serving(shelf, clock) as served, ThreadPoolExecutor(8) as pool:
        assert {answer.well().body for answer in pool.map(lambda _: scrape(served), range(40))}
        assert shelf.asked == 1
        shelf.known = [Latest("github", [repository("pallets/flask", 5)])]
        clock.advance(timedelta(seconds=1))
        assert text_series(scrape(served).body.decode()) == expected(shelf.known) | {BUILD: 1}
        assert shelf.asked == 2


def test_an_empty_history_is_a_good_page() -> None:
    with serving(Shelf(())) as served:
        assert text_series(scrape(served).well().body.decode()) == {BUILD: 1}
        assert openmetrics_series(scrape(served, Accept=PROMETHEUS_2).well().body.decode()) == {BUILD: 1}


@pytest.mark.parametrize(
    ("error", "status"), [(StateError("/home/me/secret is damaged"), 503), (ValueError("/home/me/secret"), 500)]
)
def test_what_cannot_be_read_is_no_empty_page_and_gives_nothing_away(error: Exception, status: int) -> None:
    with serving(Shelf(broken=[error])) as served:
        answer = scrape(served)
        assert answer.status == status
        assert b"secret" not in answer.body
        assert scrape(served).status == 200, "the next scrape tries again"


def drip(served: Served, over: threading.Event) -> None:
    """A client that never ends its headers, and comes back whenever it is cut off."""
    while not over.is_set():
        with suppress(OSError), served.connect() as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
            while not over.wait(0.2):
                connection.sendall(b"X-Drip: x\r\n")


def test_fifty_who_never_end_their_headers_do_not_keep_a_scrape_waiting(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEAD_SECONDS", 3600)  # so nobody's time is up before the end
    over = threading.Event()
    with ThreadPoolExecutor(50) as pool:
        for _ in range(50):
            pool.submit(drip, served, over)
        try:
            over.wait(0.5)
            for _ in range(5):
                assert scrape(served).well().body
        finally:
            over.set()


def test_no_more_are_connected_than_the_limit_and_who_was_silent_for_longest_goes(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEAD_SECONDS", 3600)
    with ExitStack() as stack:
        first, *_ = [stack.enter_context(served.connect()) for _ in range(MOST_CONNECTIONS)]
        first.sendall(b"GET /metrics HTTP/1.1\r\n")
        newcomer = stack.enter_context(served.connect())
        with suppress(ConnectionError):
            assert everything(first) == b"", "it is cut off without an answer"
        newcomer.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        assert everything(newcomer).startswith(b"HTTP/1.1 200 ")


def test_a_head_that_does_not_end_is_cut_off_in_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.HEAD_SECONDS == 5
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.3)
    with served.connect() as silent, served.connect() as slow:
        with suppress(ConnectionError):
            slow.sendall(b"GET /metrics HTTP/1.1\r\n")
        for connection in (silent, slow):
            with suppress(ConnectionError):
                assert everything(connection) == b""


def test_who_is_being_answered_is_not_cut_off_for_newcomers() -> None:
    go = threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.to_thread(go.wait, 300)
        await PlainTextResponse("well")(scope, receive, send)

    with serving_app(slow) as served, ExitStack() as stack:
        asking = [stack.enter_context(served.connect()) for _ in range(MOST_CONNECTIONS)]
        for connection in asking:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        late = stack.enter_context(served.connect())
        with suppress(ConnectionError):
            assert everything(late) == b""
        go.set()
        assert [everything(connection)[-4:] for connection in asking] == [b"well"] * MOST_CONNECTIONS


def test_who_does_not_read_the_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECTION_SECONDS", 0.3)
    size, begun, over = 64 * 2**20, threading.Event(), threading.Event()  # more than the kernel keeps for a connection

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        chunks = (b"x" * 2**20 for _ in range(size // 2**20))
        await StreamingResponse(chunks)(scope, receive, send)
        over.set()

    with serving_app(endless) as served, ExitStack() as stack:
        asking: list[socket.socket] = []
        while not begun.wait(0.1):
            asking.append(stack.enter_context(served.connect()))
            with suppress(ConnectionError):  # it may be cut off before it has asked
                asking[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert over.wait(300)
        with suppress(ConnectionError):
            assert len(everything(asking[-1])) < size


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET /metrics HTTP/9.9\r\n\r\n", b"A" * 100_000, b"\r\n" * 1000],
    ids=["tls", "no path", "version", "long", "blank"],
)
def test_what_is_no_http_harms_nobody(served: Served, sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with served.connect() as connection, suppress(OSError):  # that of a connection that was reset is no ConnectionError
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        everything(connection)
    assert scrape(served).status == 200
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a..b"])
def test_an_address_that_is_not_ours_is_told_with_a_hint(host: str) -> None:
    with pytest.raises(ConfigError, match=f"cannot listen on {host}:9464: ") as caught:
        asyncio.run(serve_store(Shelf(), (host, 9464), clock=SystemClock(), say=lambda _: None))
    assert "--listen" in (caught.value.hint or "")


def test_a_port_that_is_taken_is_told_with_a_hint() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"{LOOPBACK}:{port}: Address already in use$"):
            asyncio.run(serve_store(Shelf(), (LOOPBACK, port), clock=SystemClock(), say=lambda _: None))


def test_it_is_told_where_it_serves_and_an_ipv6_address_will_do() -> None:
    said: list[str] = []

    async def run() -> None:
        def say(text: str) -> None:
            said.append(text)
            task.cancel()

        task = asyncio.create_task(serve_store(Shelf(), ("::1", 0), clock=SystemClock(), say=say))
        await asyncio.wait([task])

    asyncio.run(run())
    assert len(said) == 1
    assert said[0].startswith("colter: serving http://[::1]:")


def test_a_scrape_under_way_is_answered_when_it_ends() -> None:
    entered, go = threading.Event(), threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        entered.set()
        await asyncio.to_thread(go.wait, 300)
        await PlainTextResponse("well")(scope, receive, send)

    with ExitStack() as stack:
        with serving_app(slow) as served:
            connection = stack.enter_context(served.connect())
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert entered.wait(300)
            threading.Timer(0.3, go.set).start()  # by then it is ending
        assert everything(connection).endswith(b"well")


SERVE = """
import sys
from colter.cli.context import Context, Terminated
from colter.store.memory import MemoryStore
from colter.web.metrics import serve_store
context = Context()
try:
    context.run(lambda: serve_store(MemoryStore(), ("127.0.0.1", 0), clock=context.clock, say=context.say))
except KeyboardInterrupt:
    sys.exit(130)
except Terminated:
    sys.exit(143)
"""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_it_in_order_also_while_clients_hang(sent: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE], stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    with process, ExitStack() as stack:
        assert process.stderr
        told = process.stderr.readline()
        served = Served(told.split("/metrics")[0].partition("serving ")[2])
        assert scrape(served).status == 200
        _silent, slow = (stack.enter_context(served.connect()) for _ in range(2))
        slow.sendall(b"GET /metrics")
        process.send_signal(sent)
        assert process.wait(timeout=300) == code
        assert process.stderr.read() == ""
        with pytest.raises(ConnectionRefusedError):
            served.connect()


def test_zero_is_shown_and_absent_is_not() -> None:
    both = Latest("github", [repository("a/zero", 0), replace(repository("a/none", 0), samples=[])])
    with serving(Shelf([both])) as served:
        found = text_series(scrape(served).body.decode())
    assert found[series(STARS, repo="a/zero")] == 0
    assert series(STARS, repo="a/none") not in found
