"""Poisoned replies: a bad field is missing with a reason, a bad answer is a problem, nothing is ever a traceback."""

import asyncio
import json
import math
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from colter.core.errors import SourceError
from colter.core.model import Reading, Status
from colter.core.secret import Secret
from colter.net.http import Http
from colter.sources.github.facts import FACTS
from colter.sources.github.source import GitHub
from colter.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.github_server import Asked, Told, serve
from tests.fakes.github_template import GitHubByTemplate, issues, node, release
from tests.github.gathering import TOKEN, collect

NAME = "ada/engine"
POISON: tuple[Any, ...] = (
    None, -1, 1.5, 1e308, True, 2**70, "", "x", "\x1b[2J\u202e", "\ud800", "y" * 5000, [], {}, [None], [[]], {"a": 1},
    float("nan"), float("inf"), "2026-13-45T99:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
)  # fmt: skip


@pytest.mark.parametrize("value", [None, -1, 1.5, True, "7", [], {}, 2**60])
@pytest.mark.parametrize("field", ["stargazerCount", "diskUsage"])
def test_a_count_that_is_none_is_missing_and_nothing_else_is(field: str, value: object) -> None:
    key = {"stargazerCount": "stars", "diskUsage": "size_bytes"}[field]
    with serve(GitHubByTemplate([node(NAME, **{field: value})])) as server:
        reading = collect(server.url, [NAME])[NAME]
    assert key not in reading.values
    assert reading.values["forks"] == 12
    if (field, value) == ("diskUsage", None):  # GitHub has not measured it yet
        assert reading.status is Status.OK
    else:
        assert list(reading.missing) == [key]
        expected = "GitHub does not tell it" if value is None else "expected a count, got "
        assert reading.missing[key].startswith(expected)


def test_a_never_pushed_repository_without_language_and_licence_lacks_nothing() -> None:
    nothing = dict.fromkeys(("pushedAt", "primaryLanguage", "licenseInfo", "latestRelease", "defaultBranchRef"))
    with serve(GitHubByTemplate([node(NAME, **nothing)])) as server:
        reading = collect(server.url, [NAME])[NAME]
    assert reading.status is Status.OK
    assert not {"last_push_timestamp", "latest_release_timestamp"} & set(reading.values)
    assert not {"language", "license", "last_push", "default_branch"} & set(reading.info)


@pytest.mark.parametrize("changes", [{"id": None}, {"id": ""}, {"nameWithOwner": "../x"}, {"nameWithOwner": "a/b\n"}])
def test_an_answer_that_does_not_say_what_it_is_about_is_a_problem(changes: dict[str, Any]) -> None:
    with serve(lambda _: Told({"data": {"r0": {**node(NAME), **changes}}})) as server:
        reading = collect(server.url, [NAME])[NAME]
    assert "GitHub's answer is of no use" in str(reading.problem)


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": {"r0": {"stargazerCount": NaN}}}',
        b'{"data": {"r0": {"stargazerCount": 1e400}}}',
        b'{"data": {"r0": null}, "data": {"r0": {}}}',
        b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"data": {"r0": {"id": "R_1", "nameWithOwner": "ada/eng',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_not_strict_json_is_a_problem_of_the_batch(body: bytes) -> None:
    with serve(lambda _: Told(body)) as server:
        reading = collect(server.url, [NAME])[NAME]
    assert "the answer is not proper JSON" in str(reading.problem)


def test_an_unknown_field_is_recognised_in_githubs_own_words() -> None:
    error = {
        "path": ["fragment Facts", "visibility"],
        "extensions": {"code": "undefinedField", "typeName": "Repository", "fieldName": "visibility"},
        "message": "Field 'visibility' doesn't exist on type 'Repository'",
    }
    unknown = Told({"errors": [error]})
    github = GitHubByTemplate([node(NAME)], instead=lambda asked: unknown if b"visibility" in asked.body else None)
    with serve(github) as server:
        reading = collect(f"{server.url}/api/v3", [NAME])[NAME]
        assert server.paths() == ["/api/graphql"] * 2
    assert reading.missing == {"visibility": "this GitHub server does not know it"}


def test_a_repository_behind_single_sign_on_says_what_to_do() -> None:
    error = {"type": "FORBIDDEN", "path": ["r0"], "extensions": {"saml_failure": True}, "message": "Resource protected"}
    with serve(lambda _: Told({"data": {"r0": None}, "errors": [error]})) as server:
        reading = collect(server.url, [NAME])[NAME]
    assert reading.problem == "the organization demands SAML single sign-on: authorize the token for it"


def mutations(valid: Any, seed: int) -> Iterator[bytes]:
    """The same reply over and over, each time with something broken in it."""
    chance = random.Random(seed)
    text = json.dumps(valid).encode()
    while True:
        if chance.random() < 0.2:
            place = chance.randrange(len(text))
            yield text[:place] + chance.randbytes(chance.randrange(3)) + text[place + chance.randrange(3) :]
            continue
        broken = json.loads(text)
        for _ in range(chance.randint(1, 4)):
            _break(broken, chance)
        yield json.dumps(broken).encode()


def _break(told: Any, chance: random.Random) -> None:
    here = told
    while True:
        keys = list(here) if isinstance(here, dict) else range(len(here))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and chance.random() < 0.95:
            here = here[key]
            continue
        if isinstance(here, dict) and chance.random() < 0.2:
            del here[key]
        else:
            here[key] = deepcopy(chance.choice(POISON))
        return


def whole_node() -> dict[str, Any]:
    releases = {"nodes": [release(number, 5, 6) for number in (3, 2)]}
    return node(NAME, newIssues=issues(2, 1), releases={"totalCount": 3}, recentReleases=releases)


GRAPHQL = {"data": {"r0": whole_node()}, "errors": [{"type": "FORBIDDEN", "path": ["r0", "ciHead"], "message": "no"}]}
PAGE = {
    "data": {
        "owner": {
            "known": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [{"id": whole_node()["id"]}]},
            "repositories": {"nodes": [whole_node()]},
        }
    }
}
REST = {
    "full_name": NAME, "node_id": "R_1", "stargazers_count": 1, "subscribers_count": 2, "forks_count": 3,
    "open_issues_count": 4, "pushed_at": "2026-05-01T10:00:00Z", "created_at": "2020-01-01T00:00:00Z", "size": 5,
    "language": "C", "license": {"spdx_id": "MIT"}, "visibility": "public", "archived": False, "fork": False,
    "default_branch": "main", "topics": ["a", "b"],
}  # fmt: skip
LISTINGS: dict[str, Any] = {
    "traffic/views": {"count": 3, "uniques": 2, "views": [{"timestamp": "2026-05-01T00:00:00Z", "count": 3}]},
    "traffic/clones": {"count": 3, "uniques": 2, "clones": [{"timestamp": "2026-05-01T00:00:00Z", "count": 3}]},
    "releases": [{"id": 1, "assets": [{"download_count": 5}]}],
    "issues": [{"number": 1, "title": "t", "created_at": "2026-05-01T10:00:00Z", "html_url": "https://example.org"}],
    "users": {"followers": 3},
    "pulls": [{}],
}


@pytest.mark.parametrize(
    ("targets", "token", "valid", "times"),
    [([NAME], TOKEN, GRAPHQL, 600), (["ada/*"], TOKEN, PAGE, 400), ([NAME], None, REST, 300)],
    ids=["graphql", "a page of an owner", "rest"],
)
def test_thousands_of_mutated_replies_are_no_traceback(
    targets: list[str], token: Secret | None, valid: Any, times: int
) -> None:
    main = mutations(valid, seed=20260504)
    listings = {name: mutations(listing, seed=7) for name, listing in LISTINGS.items()}

    def answer(asked: Asked) -> Told:
        if asked.path in ("/graphql", f"/repos/{NAME}"):
            return Told(next(main))
        return Told(next(next(found for name, found in listings.items() if name in asked.path or name == "pulls")))

    with serve(answer) as server:
        outcomes = asyncio.run(_many(times, server.url, targets, token))
    assert outcomes["read"] > times / 5
    assert outcomes["refused"] > 10


async def _many(times: int, url: str, targets: list[str], token: Secret | None) -> dict[str, int]:
    outcomes = {"read": 0, "refused": 0}
    clock = FakeClock()
    async with Http(clock) as http:
        for _ in range(times):
            source = GitHub(
                targets=targets, facts=frozenset(FACTS), token=token, api_url=url, http=http,
                recall=MemoryStore(), clock=clock,
            )  # fmt: skip
            readings: list[Reading] = []
            try:
                await source.collect(readings.append)
            except SourceError:
                outcomes["refused"] += 1
            for reading in readings:
                outcomes["read" if reading.problem is None else "refused"] += 1
                _check(reading)
    return outcomes


def _check(reading: Reading) -> None:
    assert all(math.isfinite(value) and value >= 0 for value in reading.values.values())
    words = [
        *reading.info.values(),
        *reading.missing.values(),
        reading.problem or "",
        *(e.title for e in reading.events),
    ]
    assert all(word.isprintable() and len(word) <= 600 for word in words)
    assert all(day.count >= 0 for day in reading.daily)
    json.dumps([reading.values, words, dict(reading.marks)]).encode()
    assert not set(reading.missing) & set(reading.values)
