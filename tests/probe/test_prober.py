"""The prober as a whole: many at once, hanging neighbours, a busy loop, and never raising."""

import asyncio
import os
import resource
import socket
import threading
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.core.secret import Secret
from colter.net.dns import Resolver
from colter.sources.probe.credentials import bearer
from colter.sources.probe.prober import Prober
from colter.sources.probe.room import room
from colter.sources.probe.search import Searcher
from tests.fakes.clock import START, FakeClock
from tests.fakes.endpoints import EndpointServer, Visit, flood, hang, raw, reply
from tests.fakes.endpoints_names import Names
from tests.probe.looking import GRACE, SHORT, check, probe, probe_all

UP, DOWN = EndpointState.UP, EndpointState.DOWN
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_name_server_that_never_answers_costs_its_own_probe_only() -> None:
    names = Names({"hung.example": None})
    with EndpointServer(reply()) as server:
        began = time.perf_counter()
        results = probe_all([check("http://hung.example/", timeout=SHORT), check(server.url())], resolver=names)
        assert time.perf_counter() - began < SHORT.total_seconds() + GRACE
    assert [(result.state, result.reason) for result in results] == [(UP, None), (DOWN, Reason.DNS_TIMEOUT)]
    assert results[1].phases.resolve == pytest.approx(SHORT.total_seconds() * 1000, abs=1)


def test_twenty_that_hang_change_nothing_for_the_healthy() -> None:
    with EndpointServer(reply()) as healthy, EndpointServer(hang) as dead:
        checks = [
            check(healthy.url(f"/{n}")) if n % 10 else check(dead.url(f"/{n}"), timeout=3 * SHORT) for n in range(200)
        ]
        began = time.perf_counter()
        results = probe_all(checks)
        assert time.perf_counter() - began < 3 * SHORT.total_seconds() + GRACE
    states = Counter((result.state, result.reason) for result in results)
    assert states == {(UP, None): 180, (DOWN, Reason.TIMEOUT_HEADERS): 20}
    assert {result.endpoint for result in results} == {one.name for one in checks}
    # Results come as they are: no healthy one waits for a dead one.
    assert all(result.state is UP for result in results[:180])


def test_a_busy_loop_does_not_make_a_server_look_slow() -> None:
    results: list[ProbeResult] = []
    prober, answered = Prober(clock=SystemClock()), threading.Event()

    def answer(visit: Visit) -> None:
        visit.pause(0.05)
        visit.send(OK)
        answered.set()

    async def probe_while_blocked(url: str) -> float:
        task = asyncio.create_task(prober.probe([check(url)], results.append))
        begun = time.perf_counter()
        await asyncio.sleep(0)  # noqa: TID251  lets the probe begin
        assert answered.wait(60)
        answered_at = time.perf_counter()
        threading.Event().wait(0.5)  # so long the loop stands still
        await task
        return answered_at - begun

    with EndpointServer(answer) as server:
        took = asyncio.run(probe_while_blocked(server.url()))
    prober.close()
    [result] = results
    assert result.latency_ms is not None
    assert 50 <= result.latency_ms < (took + 0.4) * 1000


def test_no_more_run_at_once_than_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def behave(visit: Visit) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        visit.pause(0.02)
        with lock:
            running -= 1
        visit.send(OK)

    with EndpointServer(behave) as server:
        results = probe_all([check(server.url(f"/{n}")) for n in range(40)], concurrency=5)
    assert len(results) == 40
    assert most <= 5


def test_every_probe_makes_a_connection_of_its_own_and_leaves_none_behind() -> None:
    prober, open_files = Prober(clock=SystemClock()), []
    for _ in range(2):  # the first time opens what stays: the engine's own
        with EndpointServer(reply()) as server:
            checks = [check(server.url(f"/{n}")) for n in range(30)] + [check(f"tcp://127.0.0.1:{server.port}")] * 30
            asyncio.run(prober.probe(checks, lambda _: None))
        assert len(server.requests) == 30
        open_files.append(len(list(Path("/proc/self/fd").iterdir())))
    prober.close()
    assert open_files[0] == open_files[1]


def test_a_failure_is_confirmed_before_it_counts() -> None:
    def behave(visit: Visit) -> None:
        visit.send(OK if len(server.requests) == 3 else b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

    with EndpointServer(behave) as server:
        result = probe(check(server.url(), confirm=2))
    assert (result.state, result.attempts) == (UP, 3)
    # Of the last attempt alone, and without the pauses.
    assert result.latency_ms == pytest.approx(sum(spent or 0 for spent in asdict(result.phases).values()), abs=0.01)


def test_a_failure_stays_one_when_no_attempt_succeeds() -> None:
    with EndpointServer(reply(500)) as server:
        result = probe(check(server.url(), confirm=2))
    assert (result.state, result.reason, result.attempts) == (DOWN, Reason.HTTP_STATUS, 3)


def test_attempts_end_with_the_timeout() -> None:
    with EndpointServer(hang) as server:
        result = probe(check(server.url(), confirm=5, timeout=SHORT))
    assert (result.reason, result.attempts) == (Reason.TIMEOUT_HEADERS, 1)


def test_a_search_that_takes_for_ever_is_given_up_and_the_next_one_works() -> None:
    searcher = Searcher()
    assert searcher.search("(a|aa)+$b", b"a" * 5000).result(10) is None
    assert searcher.search("b+$", b"aab").result(10) is True
    assert searcher.search("^b", b"aab").result(10) is False
    searcher.close()
    searcher.close()


def test_a_hostile_body_cannot_hold_a_probe_up() -> None:
    with EndpointServer(reply(body=b"a" * 5000)) as server:
        result = probe(check(server.url(), "body~(a|aa)+$b"))
    # On a machine that is busy beyond measure nobody can tell whose fault it is.
    assert result.reason in (Reason.BODY_MISMATCH, Reason.INTERNAL_ERROR)


def test_a_polite_refusal_is_not_asked_again() -> None:
    with EndpointServer(reply(429)) as server:
        assert probe(check(server.url(), confirm=3)).attempts == 1


def test_the_result_tells_when_the_probe_began_by_the_clock_it_was_given() -> None:
    with EndpointServer(reply()) as server:
        [result] = probe_all([check(server.url())], clock=FakeClock())
    assert result.at == START.astimezone(UTC)


def test_as_many_probes_run_at_once_as_there_are_open_files_for() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
        assert room() > 128  # it has asked for more
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(before[1], 2 * room())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_name_server_that_stops_answering_harms_nobody_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    released, system, asked = threading.Event(), socket.getaddrinfo, list[str]()

    def once(host: str, *rest: Any) -> Any:
        asked.append(host)
        if len(asked) > 1:
            released.wait(60)
        return system("127.0.0.1", *rest)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    resolver = Resolver()
    with EndpointServer(reply()) as server:
        results = [probe(check(server.url(host="api.example")), resolver=resolver) for _ in range(3)]
        released.set()
    assert [result.state for result in results] == [UP] * 3
    assert asked == ["api.example"] * 2  # the third joins the second


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: ", b""])
def test_a_flood_leaves_memory_as_it_was(head: bytes) -> None:
    with EndpointServer(flood(head, b"x" * 65_536)) as server:
        probe(check(server.url(), "body contains ok"))
        before = _resident()
        probe_all([check(server.url(), "body contains ok") for _ in range(4)])
        assert _resident() - before <= 8 * 2**20


PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 302 Found\r\n",
        b"HTTP/1.1 99999 \r\n",
        b"HTTP/9.9 200\r\n",
        b"HTTP/1.1 103 Hints\r\n\r\n",
        b"Location: //\r\n",
        b"Location: /\x80\xff\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n",
        b": \r\n",
        b"\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"\x1f\x8b",
        b"\x00",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer=st.lists(PIECES | st.binary(max_size=30), max_size=8).map(b"".join))
def test_whatever_a_server_sends_there_is_a_result(answer: bytes) -> None:
    with EndpointServer(raw(answer)) as server:
        one = check(
            server.url(), "body contains o", "json:$.a>1", follow_redirects=2, timeout=timedelta(milliseconds=500)
        )
        [result] = probe_all([one])
    assert result.state in (UP, DOWN, EndpointState.DEGRADED)
    assert result.reason is not Reason.INTERNAL_ERROR


def test_evidence_tells_the_story_without_the_secrets() -> None:
    def echo(visit: Visit) -> None:
        reply(body=visit.request, Set_Cookie="session=other-canary", X_Echo="canary-55")(visit)

    with EndpointServer(echo) as server:
        names = Names({"api.example": ["127.0.0.1"]})
        one = check(
            server.url("/?key=query-canary", host="api.example"),
            authorization=bearer(Secret("canary-55")),
            headers=(("X-Key", Secret("header-canary")),),
        )
        result = probe(one, resolver=names, explain=True)
    assert result.evidence is not None
    assert result.evidence.log[0].startswith("api.example is 127.0.0.1 (")
    assert result.evidence.log[1] == f"GET http://api.example:{server.port}/ with x-key, authorization"
    assert result.evidence.log[2].startswith("HTTP/1.1 200 from 127.0.0.1, ")
    assert "GET /?key=" in result.evidence.body_head
    for canary in ("canary-55", "other-canary", "header-canary", "query-canary", "session="):
        assert canary not in repr(result)
