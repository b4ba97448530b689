"""Limits, refusals and outages: how many requests follow, and what is said."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from colter.app.cycle import Collected
from colter.app.cycle import collect as app_collect
from colter.core.errors import SourceError
from colter.core.model import Reading, Status
from colter.net.http import Http
from colter.sources.github.source import GitHub
from colter.store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.github_server import Asked, Told, serve
from tests.fakes.github_template import GitHubByTemplate, node
from tests.fakes.leaping import LeapingLoop
from tests.github.gathering import TOKEN, collect, gather

NAMES = [f"ada/repo-{index}" for index in range(120)]
MINUTE = timedelta(minutes=1)


def budget(remaining: int, reset: timedelta = timedelta(minutes=30), limit: int = 5000) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int((START + reset).timestamp())),
    }


RATE_LIMITED = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes.", "documentation_url": ""}

LIMITS = {
    "primary, as status 200": (Told(RATE_LIMITED, 200, budget(0)), timedelta(minutes=30)),
    "primary, as status 403": (Told({"message": "API rate limit exceeded"}, 403, budget(0)), timedelta(minutes=30)),
    "primary, without any header": (Told(RATE_LIMITED), timedelta(hours=1)),
    "primary, reset long ago": (Told(RATE_LIMITED, 200, budget(0, timedelta(days=-9))), timedelta(minutes=1)),
    "primary, reset far away": (Told(RATE_LIMITED, 200, budget(0, timedelta(days=900))), timedelta(hours=1)),
    "secondary, 403 with retry-after": (Told(SECONDARY, 403, {"retry-after": "120"}), timedelta(minutes=2)),
    "secondary, 403 without retry-after": (Told(SECONDARY, 403, budget(4000)), timedelta(minutes=1)),
    "secondary, 429 without a word": (Told(b"", 429), timedelta(minutes=1)),
    "secondary, as status 200": (Told({"data": None, "errors": [SECONDARY]}), timedelta(minutes=1)),
    "secondary, absurd retry-after": (Told(SECONDARY, 403, {"retry-after": "9" * 12}), timedelta(hours=1)),
}


@pytest.mark.parametrize(("told", "wait"), LIMITS.values(), ids=LIMITS.keys())
def test_while_limited_not_one_request_is_made(told: Told, wait: timedelta) -> None:
    clock, store = FakeClock(), MemoryStore()
    github = GitHubByTemplate([node(name) for name in NAMES], instead=lambda _: told)
    with serve(github) as server:
        with pytest.raises(SourceError, match=r"free again in .*, at 2026-05-04 1") as refusal:
            collect(server.url, NAMES, store=store, clock=clock)
        assert len(server.asked) == 1
        github.instead = lambda _: None
        clock.advance(wait - timedelta(seconds=1))
        with pytest.raises(SourceError, match="free again in 1s"):
            collect(server.url, NAMES, store=store, clock=clock)
        assert len(server.asked) == 1
        clock.advance(timedelta(seconds=1))
        readings = collect(server.url, NAMES, store=store, clock=clock)
    assert all(reading.status is Status.OK for reading in readings.values())
    assert clock.slept == []
    assert TOKEN.reveal() not in str(refusal.value)


def test_a_secondary_limit_that_comes_back_holds_twice_as_long() -> None:
    clock, store = FakeClock(), MemoryStore()
    with serve(GitHubByTemplate([], instead=lambda _: Told(SECONDARY, 403))) as server:
        for minutes in (1, 2, 4):
            with pytest.raises(SourceError, match=f"GitHub asks us to slow down; free again in {minutes}m"):
                collect(server.url, NAMES, store=store, clock=clock)
            clock.advance(timedelta(minutes=minutes))


def test_what_was_read_before_a_limit_stands_and_the_rest_is_a_problem() -> None:
    def instead(asked: Asked) -> Told | None:
        return Told(RATE_LIMITED, 200, budget(0)) if "repo-110" in asked.body.decode() else None

    with serve(GitHubByTemplate([node(name) for name in NAMES], instead=instead)) as server:
        readings = collect(server.url, NAMES)
    assert set(readings) == set(NAMES)
    assert [reading.status for reading in readings.values()] == [Status.OK] * 100 + [Status.ERROR] * 20
    assert "free again in 30m, at 2026-05-04 12:30:00 UTC" in str(readings["ada/repo-119"].problem)
    assert readings["ada/repo-119"].values == {}


def test_what_was_read_before_the_time_was_up_stands() -> None:
    released = threading.Event()

    def instead(asked: Asked) -> Told | None:
        if "repo-60" in asked.body.decode():
            released.wait()
        return None

    done, loop = Collected(), LeapingLoop()

    def emit(_: Reading) -> None:
        if len(done.readings) == 50:
            loop.leap(MINUTE)

    async def run(url: str) -> None:
        clock = FakeClock()
        async with Http(clock) as http:
            source = GitHub(
                targets=NAMES,
                facts=frozenset(),
                token=TOKEN,
                api_url=url,
                http=http,
                recall=MemoryStore(),
                clock=clock,
            )
            await app_collect([source], done, timeout=MINUTE, emit=emit)
            released.set()

    with (
        serve(GitHubByTemplate([node(name) for name in NAMES], instead=instead)) as server,
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        runner.run(run(server.url))
    assert len(done.readings) == 50
    assert [str(problem) for problem in done.problems] == ["github: not done within 1m"]


def test_a_pattern_that_a_limit_cut_short_is_said() -> None:
    limited = Told(RATE_LIMITED, 200, budget(0))
    github = GitHubByTemplate([node("ada/repo-1")], instead=lambda asked: limited if b"$login" in asked.body else None)
    with serve(github) as server:
        readings, error = gather(server.url, ["ada/repo-1", "acme/*"])
    assert [(name, reading.status) for name, reading in readings.items()] == [("ada/repo-1", Status.OK)]
    assert "free again in 30m" in str(error)


REST_LIMITS = {
    "secondary: nothing more is asked": (Told(SECONDARY, 403, {"retry-after": "60"}), 1, 1),
    "secondary without a length: the same": (Told(SECONDARY, 429), 1, 1),
    "primary: REST stops, GraphQL goes on": (Told({"message": "API rate limit exceeded"}, 403, budget(0)), 4, 1),
    "a token revoked in the middle: nothing more": (Told({"message": "Bad credentials"}, 401), 1, 1),
}


@pytest.mark.parametrize(("told", "by_graphql", "by_rest"), REST_LIMITS.values(), ids=REST_LIMITS.keys())
def test_a_limit_met_by_one_kind_of_call_holds_for_every_kind(told: Told, by_graphql: int, by_rest: int) -> None:
    github = GitHubByTemplate(
        [node(name) for name in NAMES], instead=lambda asked: told if "/traffic" in asked.path else None
    )
    with serve(github) as server:
        readings, error = gather(server.url, [*NAMES, "acme/*"], facts=["traffic"])
        methods = [asked.method for asked in server.asked]
    assert (methods.count("POST"), methods.count("GET")) == (by_graphql, by_rest)
    assert "acme/*" in str(error) or by_graphql == 1
    assert error is not None
    for reading in readings.values():
        assert reading.problem or "traffic" in reading.missing


def test_a_reserve_of_the_budget_is_left_for_others() -> None:
    github = GitHubByTemplate([node(name) for name in NAMES])
    left = iter((501, 500, 450))

    def instead(asked: Asked) -> Told:
        return Told(github._graphql(asked.json()), 200, budget(next(left)))

    with serve(instead) as server:
        readings = collect(server.url, NAMES)
        assert len(server.asked) == 2
    assert [reading.status for reading in readings.values()] == [Status.OK] * 100 + [Status.ERROR] * 20


def test_the_budget_in_the_body_counts_where_the_headers_are_silent() -> None:
    github = GitHubByTemplate([node(name) for name in NAMES])

    def answer(asked: Asked) -> Told:
        told = github._graphql(asked.json())
        told["data"]["rateLimit"] = {"limit": 5000, "remaining": 7, "resetAt": "2026-05-04T12:10:00Z"}
        return Told(told)

    with serve(answer) as server:
        readings = collect(server.url, NAMES)
        assert len(server.asked) == 1
    assert "free again in 10m" in str(readings["ada/repo-119"].problem)


def test_a_clock_that_was_set_back_does_not_prolong_a_limit() -> None:
    clock, store = FakeClock(START + timedelta(days=1)), MemoryStore()
    github = GitHubByTemplate([node(name) for name in NAMES], instead=lambda _: Told(SECONDARY, 403))
    with serve(github) as server:
        with pytest.raises(SourceError):
            collect(server.url, NAMES, store=store, clock=clock)
        github.instead = lambda _: None
        assert len(collect(server.url, NAMES, store=store, clock=FakeClock())) == 120


def test_a_server_without_limits_is_never_waited_for() -> None:
    with serve(GitHubByTemplate([node(name) for name in NAMES])) as server:
        assert all(reading.status is Status.OK for reading in collect(server.url, NAMES).values())


def test_a_refused_token_is_tried_once() -> None:
    with serve(lambda _: Told({"message": "Bad credentials"}, 401)) as server:
        with pytest.raises(SourceError, match=r"refuses the token \(401: Bad credentials\)") as refusal:
            collect(server.url, NAMES)
        assert len(server.asked) == 1
    assert refusal.value.hint == "put in a valid token: colter config set github.token -"


def test_a_403_without_any_sign_of_a_limit_is_a_permission() -> None:
    refusal = Told({"message": "Resource not accessible"}, 403, budget(4000))
    with serve(lambda _: refusal) as server, pytest.raises(SourceError, match="403: Resource not accessible"):
        collect(server.url, NAMES)


OUTAGES: dict[str, tuple[Callable[[Asked], Told], int]] = {
    "502 whatever is asked": (lambda _: Told(b"<html>", 502), 7),
    "no answer in JSON": (lambda _: Told(b"<html>welcome to the hotel</html>"), 3),
    "an answer without data": (lambda _: Told({}), 7),
    "an answer of another kind": (lambda _: Told([1, 2]), 3),
    "a redirect to another server": (lambda _: Told(b"", 302, {"location": "https://example.org/"}), 3),
}


@pytest.mark.parametrize(("answer", "requests"), OUTAGES.values(), ids=OUTAGES.keys())
def test_an_outage_is_recognised_after_a_handful_of_requests(answer: Callable[[Asked], Told], requests: int) -> None:
    with serve(answer) as server:
        with pytest.raises(SourceError):
            collect(server.url, NAMES * 5)
        assert len(server.asked) == requests


def test_a_repository_that_is_too_much_for_github_does_not_hurt_the_others() -> None:
    def instead(asked: Asked) -> Told | None:
        return Told(b"", 504) if 'repo-7"' in asked.body.decode() else None

    with serve(GitHubByTemplate([node(name) for name in NAMES[:20]], instead=instead)) as server:
        readings = collect(server.url, NAMES[:20])
    assert {name for name, reading in readings.items() if reading.status is not Status.OK} == {"ada/repo-7"}


def test_resource_limits_make_batches_smaller_and_at_last_one_field_missing() -> None:
    github = GitHubByTemplate([node(name) for name in NAMES[:20]])

    def answer(asked: Asked) -> Told:
        told = github._graphql(asked.json())
        for alias, repository in told["data"].items():
            if repository["nameWithOwner"] == "ada/repo-19":
                repository["watchers"] = None
                error = {"type": "RESOURCE_LIMITS_EXCEEDED", "path": [alias, "watchers"], "message": "Too much"}
                told["errors"] = [error]
        return Told(told)

    with serve(answer) as server:
        readings = collect(server.url, NAMES[:20])
    assert len(readings) == 20
    partial = {name: reading.missing for name, reading in readings.items() if reading.status is not Status.OK}
    assert partial == {"ada/repo-19": {"watchers": "GitHub: Too much"}}
