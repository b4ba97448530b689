"""How batches shrink and grow: what is too much for GitHub costs little, and only its own repository."""

import pytest
from graphql import GraphQLSchema

from colter.core.model import Status
from tests.fakes.github_schema import GitHubBySchema, node_id, schema
from tests.fakes.github_server import Asked, Told, serve
from tests.fakes.github_template import GitHubByTemplate, node
from tests.fetch import SCHEMA
from tests.github.gathering import collect, gather
from tests.needing import fetched

NAMES = [f"ada/repo-{index:03}" for index in range(1000)]
TOO_MUCH = Told(b"<html>", 502)


@pytest.fixture(scope="module")
def official() -> GraphQLSchema:
    return schema(fetched(SCHEMA))


def size(asked: Asked) -> int:
    variables = asked.json()["variables"]
    return len(variables.get("ids", ())) or sum(key.startswith("o") for key in variables)


@pytest.mark.parametrize("place", [0, 49, 430, 999])
def test_one_repository_that_is_too_much_costs_itself_and_a_few_requests(place: int) -> None:
    poison = f'"repo-{place:03}"'

    def instead(asked: Asked) -> Told | None:
        return TOO_MUCH if poison in asked.body.decode() else None

    with serve(GitHubByTemplate([node(name) for name in NAMES], instead=instead)) as server:
        readings = collect(server.url, NAMES)
        assert len(server.asked) < 40
    unread = [name for name, reading in readings.items() if reading.status is not Status.OK]
    assert unread == [NAMES[place]]
    assert len(readings) == 1000


def test_a_short_weakness_of_github_does_not_leave_small_batches_for_the_rest() -> None:
    failures = iter([TOO_MUCH] * 4)
    github = GitHubByTemplate([node(name) for name in NAMES], instead=lambda _: next(failures, None))
    with serve(github) as server:
        readings = collect(server.url, NAMES)
        assert len(server.asked) < 60
        assert size(server.asked[4]) == 1
        assert max(map(size, server.asked[-5:])) == 50
    assert all(reading.status is Status.OK for reading in readings.values())


def test_one_answer_of_twenty_that_is_no_use_costs_its_own_repositories() -> None:
    def instead(asked: Asked) -> Told | None:
        return Told(b'{"data": {"r0": NaN}}') if '"repo-510"' in asked.body.decode() else None

    with serve(GitHubByTemplate([node(name) for name in NAMES], instead=instead)) as server:
        readings = collect(server.url, NAMES)
        assert len(server.asked) == 20
    assert [name for name, reading in readings.items() if reading.problem] == NAMES[500:550]


def test_an_owner_with_a_repository_that_is_too_much_is_read_to_the_end(official: GraphQLSchema) -> None:
    names = NAMES[:120]
    github = GitHubBySchema(official, names)

    def answer(asked: Asked) -> Told:
        question = asked.json()
        variables = question["variables"]
        start = int(variables.get("after") or 0)
        page = names[start : start + variables.get("first", 0)] if "...Facts" in question["query"] else []
        asked_for = {*map(node_id, page), *variables.get("ids", ())}
        return TOO_MUCH if node_id(names[60]) in asked_for else github(asked)

    with serve(answer) as server:
        readings, error = gather(server.url, ["ada/*"])
        assert len(server.asked) < 20
    assert "ada/*: not all repositories could be read: GitHub could not answer (502)" in str(error)
    assert set(readings) == set(names) - {names[60]}
