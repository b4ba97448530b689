"""Without a token, by REST: recorded real answers, and scripted ones for what was not recorded."""

import re
from datetime import timedelta

import pytest

from colter.core.errors import SourceError
from colter.core.model import Status
from colter.core.secret import Secret
from colter.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.github_recordings import Replay, read_recordings
from tests.fakes.github_rest import ISSUES, all_of, repository, row
from tests.fakes.github_server import Asked, Told, serve
from tests.fakes.github_template import GitHubByTemplate, node
from tests.fetch import RECORDINGS
from tests.github.gathering import TOKEN, collect, gather
from tests.needing import fetched


@pytest.fixture(scope="module")
def recorded() -> dict[str, Told]:
    return read_recordings(fetched(RECORDINGS))


def test_every_recorded_repository_is_read_right_and_again_by_304(recorded: dict[str, Told]) -> None:
    replay = Replay(recorded)
    names = sorted(path.removeprefix("/repos/") for path in recorded if re.fullmatch(r"/repos/[^/?]+/[^/?]+", path))
    told = {name: replay.json(f"/repos/{name}") for name in names}
    modern = [name for name in names if "node_id" in told[name] and "subscribers_count" in told[name]]
    assert len(modern) > 20
    store = MemoryStore()
    with serve(replay) as server:
        first = collect(server.url, modern, token=None, store=store)
        replay.unchanged.clear()
        second = collect(server.url, modern, token=None, store=store)
        older = collect(server.url, sorted(set(names) - set(modern)), token=None)
    assert len(replay.unchanged) > len(modern) / 2
    assert {name: reading.values for name, reading in first.items()} == {n: r.values for n, r in second.items()}
    assert all(reading.status is not Status.OK for reading in older.values())
    by_name = {told[name]["full_name"]: told[name] for name in reversed(modern)}
    for name, reading in first.items():
        answer = by_name[name]
        assert reading.identity == answer["node_id"]
        assert reading.values["stars"] == answer["stargazers_count"]
        assert reading.values["watchers"] == answer["subscribers_count"]
        assert reading.values["forks"] == answer["forks_count"]
        assert reading.info["last_push"][:10] == answer["pushed_at"][:10]
        # Its open_issues_count has the pull requests in it, and how many those are was not recorded.
        assert "open_issues" not in reading.values
        assert "open_issues" in reading.missing


def test_recorded_traffic_and_followers_are_read_right(recorded: dict[str, Told]) -> None:
    name = "jkufro/PyGithub"
    github = GitHubByTemplate([node(name)], instead=lambda asked: None if asked.method == "POST" else replay(asked))
    replay = Replay(recorded)
    with serve(github) as server:
        reading = collect(server.url, [name], facts=["traffic"])[name]
    for kind in ("views", "clones"):
        told = replay.json(f"/repos/{name}/traffic/{kind}")
        assert reading.values[f"traffic_{kind}"] == told["count"]
        assert reading.values[f"traffic_unique_{kind}"] == told["uniques"]
        assert [day.count for day in reading.daily if day.series == f"traffic_{kind}"] == [
            day["count"] for day in told[kind]
        ]


def test_recorded_releases_are_summed(recorded: dict[str, Told]) -> None:
    name = "edhollandAL/PyGithub"
    replay = Replay({**recorded, f"/repos/{name}": Told(repository(name))})
    with serve(replay) as server:
        reading = collect(server.url, [name], token=None, facts=["downloads"])[name]
    releases = replay.json(f"/repos/{name}/releases")
    assert reading.values["releases"] == len(releases)
    assert reading.values["release_downloads"] == sum(a["download_count"] for r in releases for a in r["assets"])


def test_all_that_strangers_may_know_takes_seven_requests() -> None:
    with serve(GitHubByTemplate([], rest=all_of("ada/engine"))) as server:
        reading = collect(server.url, ["ada/engine"], token=None, facts=["downloads", "issues"])["ada/engine"]
        assert len(server.asked) == 7
        assert all("authorization" not in asked.headers for asked in server.asked)
    assert reading.status is Status.OK
    assert reading.values == {
        "stars": 101,
        "forks": 12,
        "watchers": 13,
        "open_issues": 14,
        "open_pull_requests": 15,
        "branches": 1,
        "tags": 0,
        "releases": 1,
        "release_downloads": 5,
        "last_push_timestamp": 1777629600,
        "created_timestamp": 1577836800,
        "size_bytes": 18 * 1024,
        "owner_followers": 9,
    }
    assert reading.info["topics"] == "monitoring,uptime"


def test_pull_requests_are_no_new_issues() -> None:
    github, store = GitHubByTemplate([], rest=all_of("ada/engine")), MemoryStore()
    with serve(github) as server:
        assert collect(server.url, ["ada/engine"], token=None, facts=["issues"], store=store)["ada/engine"].events == []
        github.rest[f"/repos/ada/engine{ISSUES}"] = [row(6, pull_request={}), row(5), row(4, pull_request={}), row(2)]
        events = collect(server.url, ["ada/engine"], token=None, facts=["issues"], store=store)["ada/engine"].events
    assert [event.key for event in events] == ["5"]


def test_what_one_call_does_not_tell_is_missing_and_the_rest_is_there() -> None:
    rest = all_of("ada/engine")
    for path in list(rest):
        if "/pulls" in path or "/releases" in path or path.startswith("/users"):
            del rest[path]
    with serve(GitHubByTemplate([], rest=rest)) as server:
        reading = collect(server.url, ["ada/engine"], token=None, facts=["downloads"])["ada/engine"]
    reason = "GitHub does not tell it (404: Not Found)"
    assert reading.missing == {
        "open_pull_requests": reason,
        "open_issues": "the pull requests could not be told from the issues",
        "releases": reason,
        "release_downloads": reason,
        "owner_followers": reason,
    }
    assert (reading.values["stars"], reading.values["branches"]) == (101, 1)


def test_texts_that_nobody_reads_are_not_kept() -> None:
    rest, store = all_of("ada/engine"), MemoryStore()
    rest[f"/repos/ada/engine{ISSUES}"] = [row(number, body="a long story " * 1000) for number in range(9, 0, -1)]
    with serve(GitHubByTemplate([], rest=rest)) as server:
        collect(server.url, ["ada/engine"], token=None, facts=["issues"], store=store)
    assert "a long story" not in repr(vars(store))


def test_what_takes_a_token_is_missing_without_one() -> None:
    with serve(GitHubByTemplate([], rest=all_of("ada/engine"))) as server:
        reading = collect(server.url, ["ada/engine"], token=None, facts=["ci", "security", "traffic"])["ada/engine"]
    assert set(reading.missing) == {"ci", "open_vulnerability_alerts", "traffic"}


def test_a_moved_repository_is_followed_on_its_own_server_only() -> None:
    rest = all_of("ada/loom")
    moved = {
        "/repos/ada/engine": Told(b"", 301, {"location": "/repositories/1"}),
        "/repositories/1": rest["/repos/ada/loom"],
    }
    away = {"/repos/ada/gone": Told(b"", 301, {"location": "https://example.org/repositories/1"})}
    with serve(GitHubByTemplate([], rest={**rest, **moved, **away})) as server:
        readings = collect(server.url, ["ada/engine", "ada/gone"], token=None)
    assert readings["ada/loom"].status is Status.OK
    assert "redirects to another server, example.org" in str(readings["ada/gone"].problem)


@pytest.mark.parametrize("status", [301, 403, 404, 409, 451])
def test_one_repository_that_is_refused_does_not_hurt_the_others(status: int) -> None:
    rest = {**all_of("ada/engine"), "/repos/ada/gone": Told({"message": "No \x1b[31m"}, status)}
    with serve(GitHubByTemplate([], rest=rest)) as server:
        readings = collect(server.url, ["ada/gone", "ada/engine"], token=None)
    assert f"({status}: No [31m)" in str(readings["ada/gone"].problem)
    assert readings["ada/gone"].values == {}
    assert readings["ada/engine"].status is Status.OK


def test_sixty_calls_an_hour_are_used_with_care() -> None:
    names = [f"ada/repo-{index}" for index in range(20)]
    rest = {path: told for name in names for path, told in all_of(name).items()}
    github, store, clock = GitHubByTemplate([], rest=rest), MemoryStore(), FakeClock()
    left = iter(range(59, -1, -1))

    def answer(asked: Asked) -> Told:
        told = github(asked)
        reset = str(int(clock.now().timestamp()) + 1800)
        budget = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": str(next(left)), "x-ratelimit-reset": reset}
        return Told(told.body, told.status, {**told.headers, **budget})

    with serve(answer) as server:
        readings = collect(server.url, names, token=None, store=store, clock=clock)
        assert len(server.asked) == 54  # a tenth is left for others
        with pytest.raises(SourceError, match="no REST calls left for us; free again in 30m") as refusal:
            collect(server.url, names, token=None, store=store, clock=clock)
        assert len(server.asked) == 54
    assert set(readings) == set(names)
    assert [reading.status for reading in readings.values()].count(Status.OK) == 10
    assert "colter config set github.token" in str(refusal.value.hint)


def test_an_owner_is_searched_without_a_token_too() -> None:
    rest = {**all_of("ada/engine"), **all_of("ada/fork", fork=True)}
    listing = "/users/ada/repos?type=owner&sort=full_name&per_page=100&page=1"
    rest[listing] = [{"full_name": "ada/engine"}, {"full_name": "ada/fork"}, {"full_name": "ada/old"}]
    with serve(GitHubByTemplate([], rest=rest)) as server:
        readings, error = gather(server.url, ["ada/*", "!ada/old", "fork:no", "nobody/*"], token=None)
    assert [(name, reading.status) for name, reading in readings.items()] == [("ada/engine", Status.OK)]
    assert "nobody/*: not all repositories could be read: GitHub does not tell it (404: Not Found)" in str(error)


def test_without_token_and_targets_it_is_said_what_to_do() -> None:
    with pytest.raises(SourceError, match="without a token it is unknown whose are meant") as refusal:
        collect("http://127.0.0.1:9", [], token=None)
    assert "colter track github pallets/flask" in str(refusal.value.hint)


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_server_that_cannot_be_reached_is_said_once(token: Secret | None) -> None:
    with pytest.raises(SourceError, match=r"cannot connect to 127\.0\.0\.1"):
        collect("http://127.0.0.1:9", ["ada/engine", "ada/loom"], token=token)


def test_an_etag_belongs_to_a_token_and_the_token_is_kept_nowhere() -> None:
    github, store = GitHubByTemplate([node("acme/a", owner={"__typename": "Organization"})]), MemoryStore()
    github.rest["/users/acme"] = Told({"followers": 7}, headers={"etag": '"e"'})
    with serve(github) as server:
        for token in ("ghp_first_canary", "ghp_second_canary"):
            clock = FakeClock()
            clock.advance(timedelta(hours=1))
            collect(server.url, ["acme/a"], token=Secret(token), store=store, clock=clock)
        assert [asked.headers.get("if-none-match") for asked in server.asked if asked.method == "GET"] == [None, None]
    assert "canary" not in repr(vars(store))
