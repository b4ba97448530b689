"""Against GitHub's official GraphQL schema, executed on loopback."""

import pytest
from graphql import GraphQLObjectType, GraphQLSchema

from colter.core.model import Reading, Status
from colter.core.ports import Store
from colter.sources.github.facts import FACTS
from colter.store.memory import MemoryStore
from tests.fakes.github_schema import GitHubBySchema, number, schema
from tests.fakes.github_server import serve
from tests.fetch import SCHEMA
from tests.github.gathering import collect, gather
from tests.needing import fetched

OWNERS = ("ada", "grace", "acme", "initech")
NAMES = tuple(f"{OWNERS[index % 4]}/repo-{index}" for index in range(1000))
COUNTS = ("stars", "forks", "watchers", "open_issues", "open_pull_requests", "branches", "tags")


@pytest.fixture(scope="module")
def official() -> GraphQLSchema:
    return schema(fetched(SCHEMA))


def right(reading: Reading) -> bool:
    name, values = reading.target.name, reading.values
    return (
        {key: values.get(key) for key in COUNTS} == {key: number(name, key) for key in COUNTS}
        and values["releases"] == number(name, "releases", 10)
        and values["size_bytes"] == number(name, "size") * 1024
        and values["owner_followers"] == number(name.partition("/")[0], "followers")
    )


def test_a_thousand_repositories_take_25_requests_and_have_no_wrong_value(official: GraphQLSchema) -> None:
    github = GitHubBySchema(
        official,
        [name for name in NAMES if name != "grace/repo-501"],
        organizations=frozenset({"acme", "initech"}),
        forbidden={"ada/repo-500": "watchers"},
    )
    store: Store = MemoryStore()
    with serve(github) as server:
        for _ in ("by name, at first sight", "by node id, ever after"):
            before = len(server.asked)
            readings = collect(server.url, NAMES, store=store)
            assert len(server.asked) - before <= 25
            assert set(readings) == set(NAMES)
            gone, denied = readings.pop("grace/repo-501"), readings.pop("ada/repo-500")
            assert gone.status is Status.ERROR
            assert gone.problem == "not found, or the token may not see it"
            assert gone.values == {}
            assert denied.status is Status.PARTIAL
            assert denied.missing == {
                "watchers": "the token may not read it (Resource not accessible by personal access token)"
            }
            assert "watchers" not in denied.values
            assert denied.values["stars"] == number("ada/repo-500", "stars")
            assert all(reading.status is Status.OK for reading in readings.values())
            assert [name for name, reading in readings.items() if not right(reading)] == []


def test_a_server_that_fails_above_30_repositories_is_asked_for_25_at_once(official: GraphQLSchema) -> None:
    names = NAMES[:120]
    github = GitHubBySchema(official, names, too_many=30)
    with serve(github) as server:
        readings = collect(server.url, names)
    assert github.sizes == [50, 25, 25, 25, 25, 20]
    assert all(right(reading) for reading in readings.values())
    assert set(readings) == set(names)


@pytest.mark.parametrize("targets", [["ada/*"], ["ada/engine", "ada/loom", "ada/notes"]])
def test_a_field_that_is_denied_takes_nothing_else_away(official: GraphQLSchema, targets: list[str]) -> None:
    names = ["ada/engine", "ada/loom", "ada/notes"]
    github = GitHubBySchema(official, names, forbidden={"ada/engine": "issues", "ada/loom": "vulnerabilityAlerts"})
    with serve(github) as server:
        readings = collect(server.url, targets, facts=["security", "issues"])
    engine, loom = readings["ada/engine"], readings["ada/loom"]
    assert set(engine.missing) == {"open_issues", "issues"}
    assert set(loom.missing) == {"open_vulnerability_alerts"}
    assert engine.values["stars"] == number("ada/engine", "stars")
    assert right(loom)
    assert readings["ada/notes"].status is Status.OK


def test_all_facts_together_are_a_valid_question_with_right_answers(official: GraphQLSchema) -> None:
    names = NAMES[:30]
    github = GitHubBySchema(official, names, changes={names[0]: {"vulnerabilityAlerts": None}})
    with serve(github) as server:
        readings = collect(server.url, names, facts=FACTS)
    first = readings.pop(names[0])
    assert "open_vulnerability_alerts" in first.missing
    for name, reading in readings.items():
        downloads = sum(number(name, f"asset {i} {j}") for i in range(number(name, "releases", 10)) for j in range(2))
        assert reading.values["release_downloads"] == downloads
        assert reading.values["open_vulnerability_alerts"] == number(name, "open_vulnerability_alerts")
        assert (reading.info["ci"], reading.values["ci_success"]) == ("success", 1)
        assert reading.missing == {"traffic": "GitHub tells the traffic only to those who may push to the repository"}
    assert github.sizes == [25, 5]


def test_the_words_of_a_repository_are_told(official: GraphQLSchema) -> None:
    with serve(GitHubBySchema(official, ["ada/engine"])) as server:
        reading = collect(server.url, ["ada/engine"])["ada/engine"]
    assert reading.info == {
        "language": "Python",
        "license": "MIT",
        "visibility": "public",
        "archived": "false",
        "fork": "false",
        "topics": "monitoring",
        "default_branch": "main",
        "last_push": "2026-05-01T10:00:00+00:00",
    }
    assert reading.values["last_push_timestamp"] == 1777629600


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["ada/*"], {"ada/engine", "ada/fork", "ada/notes"}),
        (["ADA/*", "!ada/n*"], {"ada/engine", "ada/fork"}),
        (["ada/*", "fork:no"], {"ada/engine", "ada/notes"}),
        (["ada/e*", "grace/cobol"], {"ada/engine", "grace/cobol"}),
        ([], {"ada/engine", "ada/fork", "ada/notes"}),
        (["!*/notes", "archived:no"], {"ada/engine", "ada/fork"}),
        (["https://github.com/grace/cobol.git", "Grace/COBOL"], {"grace/cobol"}),
        (["ada/fork", "fork:no"], {"ada/fork"}),
    ],
)
def test_patterns_exclusions_and_words_select_repositories(
    official: GraphQLSchema, targets: list[str], expected: set[str]
) -> None:
    names = ["ada/engine", "ada/fork", "ada/notes", "grace/cobol"]
    with serve(GitHubBySchema(official, names, changes={"ada/fork": {"isFork": True}})) as server:
        readings = collect(server.url, [target.replace("ADA", "ada") for target in targets])
    assert set(readings) == expected
    assert all(reading.status is Status.OK for reading in readings.values())


def test_an_owner_of_many_is_read_page_by_page(official: GraphQLSchema) -> None:
    names = [f"ada/repo-{index:03}" for index in range(120)]
    github = GitHubBySchema(official, names)
    with serve(github) as server:
        readings = collect(server.url, ["ada/*"])
    assert set(readings) == set(names)
    assert github.sizes == [50, 50, 50]


def test_exclusions_and_words_hold_on_every_page_of_an_owner(official: GraphQLSchema) -> None:
    names = [f"ada/repo-{index:03}" for index in range(120)]
    archived = {name: {"isArchived": True} for name in (names[3], names[77], names[119])}
    github = GitHubBySchema(official, [*names, "ada/zoo"], changes=archived)
    with serve(github) as server:
        readings = collect(server.url, ["ada/*", "!ada/REPO-05?", "!ada/z*", "archived:no"])
        assert len(server.asked) == 3
    assert set(readings) == set(names) - set(archived) - {f"ada/repo-05{digit}" for digit in range(10)}
    assert all(right(reading) for reading in readings.values())


def test_a_pattern_that_finds_nothing_says_so_and_is_no_target(official: GraphQLSchema) -> None:
    with serve(GitHubBySchema(official, ["ada/engine"])) as server:
        readings, error = gather(server.url, ["ada/engine", "ada/x*", "nobody/*"])
    assert "ada/x*: no repository fits it" in str(error)
    assert "nobody/*: not all repositories could be read: there is no such user or organization" in str(error)
    assert [(name, reading.status) for name, reading in readings.items()] == [("ada/engine", Status.OK)]


def test_fields_that_an_older_server_does_not_have_are_asked_for_once(official: GraphQLSchema) -> None:
    older = schema.__wrapped__(SCHEMA)
    repository = older.type_map["Repository"]
    assert isinstance(repository, GraphQLObjectType)
    for name in ("visibility", "vulnerabilityAlerts"):
        repository.fields.pop(name)
    assert older.query_type is not None
    older.query_type.fields.pop("rateLimit")
    names = NAMES[:60]
    with serve(GitHubBySchema(older, names)) as server:
        readings = collect(server.url, names, facts=["security"])
    assert [asked.path for asked in server.asked].count("/graphql") == 3
    for reading in readings.values():
        assert set(reading.missing) == {"visibility", "open_vulnerability_alerts"}
        assert right(reading)
