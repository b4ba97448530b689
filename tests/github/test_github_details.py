"""Releases, traffic, followers of organizations, new issues and renames."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from colter.core.model import DailyCount, Status
from colter.store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.github_server import Asked, Told, serve
from tests.fakes.github_template import GitHubByTemplate, issues, node, release
from tests.github.gathering import collect

NAME = "ada/engine"
ORGANIZATION = {"__typename": "Organization"}


def listed(numbers: range, downloads: int) -> list[dict[str, Any]]:
    return [{"id": number, "assets": [{"download_count": downloads}, {"download_count": 1}]} for number in numbers]


def of_twelve(**changes: Any) -> dict[str, Any]:
    return node(
        NAME,
        **{
            "releases": {"totalCount": 12},
            "recentReleases": {"nodes": [release(number, 1000) for number in range(12, 2, -1)]},
            **changes,
        },
    )


def releases_path(page: int = 1) -> str:
    return f"/repos/{NAME}/releases?per_page=100&page={page}"


def test_downloads_beyond_the_batch_come_from_a_listing_of_the_day() -> None:
    github = GitHubByTemplate([of_twelve()], rest={releases_path(): listed(range(1, 13), 7)})
    store, clock = MemoryStore(), FakeClock()
    with serve(github) as server:
        for requests, minutes in ((2, 0), (1, 15), (2, 60 * 24)):
            clock.advance(timedelta(minutes=minutes))
            before = len(server.asked)
            reading = collect(server.url, [NAME], facts=["downloads"], store=store, clock=clock)[NAME]
            assert reading.values["release_downloads"] == 10 * 1000 + 2 * 8
            assert len(server.asked) - before == requests


def test_a_listing_that_no_longer_fits_is_asked_for_again() -> None:
    github = GitHubByTemplate([of_twelve()], rest={releases_path(): listed(range(1, 13), 7)})
    store = MemoryStore()
    with serve(github) as server:
        collect(server.url, [NAME], facts=["downloads"], store=store)
        # Release 1 is deleted, release 13 is new: as many as before.
        github.nodes = [of_twelve(recentReleases={"nodes": [release(number, 1000) for number in range(13, 3, -1)]})]
        github.rest[releases_path()] = listed(range(2, 14), 9)
        reading = collect(server.url, [NAME], facts=["downloads"], store=store)[NAME]
    assert reading.values["release_downloads"] == 12 * 10


@pytest.mark.parametrize(
    ("change", "listing"),
    [
        ({"releases": {"totalCount": 1}, "recentReleases": {"nodes": [release(1, *[5] * 30, assets=31)]}}, 1),
        ({"releases": {"totalCount": 250}, "recentReleases": {"nodes": []}}, 250),
    ],
)
def test_many_assets_and_many_pages_are_all_counted(change: dict[str, Any], listing: int) -> None:
    rows = listed(range(1, listing + 1), 7)
    pages = {releases_path(page + 1): rows[page * 100 : page * 100 + 100] for page in range(listing // 100 + 1)}
    with serve(GitHubByTemplate([of_twelve(**change)], rest=pages)) as server:
        reading = collect(server.url, [NAME], facts=["downloads"])[NAME]
    assert reading.values["release_downloads"] == listing * 8


@pytest.mark.parametrize(
    ("listing", "reason"),
    [
        (Told({"message": "Server Error"}, 403), "GitHub does not tell it (403: Server Error)"),
        (listed(range(1, 2), 7), "1 of 12 releases could be read"),
        ([{"id": 1, "assets": [{"download_count": -5}]}], "expected a count, got -5"),
    ],
)
def test_downloads_that_are_not_complete_are_missing_and_not_too_small(listing: object, reason: str) -> None:
    with serve(GitHubByTemplate([of_twelve()], rest={releases_path(): listing})) as server:
        reading = collect(server.url, [NAME], facts=["downloads"])[NAME]
    assert reading.missing == {"release_downloads": reason}
    assert "release_downloads" not in reading.values
    assert reading.values["releases"] == 12


def window(kind: str, *counts: int) -> dict[str, Any]:
    days = [{"timestamp": f"2026-05-{day + 1:02}T00:00:00Z", "count": n, "uniques": 1} for day, n in enumerate(counts)]
    return {"count": sum(counts), "uniques": 2, kind: days}


def traffic(*views: int) -> dict[str, Any]:
    path = f"/repos/{NAME}/traffic"
    return {f"{path}/views": window("views", *views), f"{path}/clones": window("clones", 5)}


def test_traffic_is_read_once_a_day_and_each_day_keeps_its_larger_number() -> None:
    github = GitHubByTemplate([node(NAME)], rest=traffic(73, 20))
    store, clock = MemoryStore(), FakeClock()
    with serve(github) as server:
        reading = collect(server.url, [NAME], facts=["traffic"], store=store, clock=clock)[NAME]
        assert reading.values["traffic_views"] == 93
        assert reading.values["traffic_unique_clones"] == 2
        assert DailyCount("traffic_views", date(2026, 5, 1), 73) in reading.daily
        clock.advance(timedelta(hours=1))
        collect(server.url, [NAME], facts=["traffic"], store=store, clock=clock)
        assert len(server.asked) == 4
        github.rest.update(traffic(18, 21))  # a day later the oldest day comes cut off
        clock.advance(timedelta(days=1))
        reading = collect(server.url, [NAME], facts=["traffic"], store=store, clock=clock)[NAME]
    kept = asyncio.run(store.daily(reading.target, "traffic_views"))
    assert kept == {date(2026, 5, 1): 73, date(2026, 5, 2): 21}


@pytest.mark.parametrize(
    ("permission", "rest", "requests", "reason"),
    [
        ("READ", {}, 1, "only to those who may push"),
        ("ADMIN", {f"/repos/{NAME}/traffic/views": Told({"message": "Must have push access"}, 403)}, 2, "push access"),
        (None, {f"/repos/{NAME}/traffic/views": {"count": "many"}}, 2, "expected a count, got 'many'"),
    ],
)
def test_traffic_that_may_not_be_read_is_one_clear_line(
    permission: str | None, rest: dict[str, Any], requests: int, reason: str
) -> None:
    with serve(GitHubByTemplate([node(NAME, viewerPermission=permission)], rest=rest)) as server:
        reading = collect(server.url, [NAME], facts=["traffic"])[NAME]
        assert len(server.asked) == requests
    assert list(reading.missing) == ["traffic"]
    assert reason in reading.missing["traffic"]
    assert reading.daily == []


@pytest.mark.parametrize(
    ("head", "word", "success"),
    [
        ({"target": {"statusCheckRollup": {"state": "SUCCESS"}}}, "success", 1),
        ({"target": {"statusCheckRollup": {"state": "FAILURE"}}}, "failure", 0),
        ({"target": {"statusCheckRollup": {"state": "ERROR"}}}, "error", 0),
        ({"target": {"statusCheckRollup": {"state": "PENDING"}}}, "pending", None),
        ({"target": {"statusCheckRollup": {"state": "EXPECTED"}}}, "expected", None),
        ({"target": {"statusCheckRollup": None}}, None, None),  # no checks at all
        (None, None, None),  # no commit at all
    ],
)
def test_checks_that_run_or_are_not_there_are_neither_passed_nor_failed(
    head: object, word: str | None, success: int | None
) -> None:
    with serve(GitHubByTemplate([node(NAME, ciHead=head)])) as server:
        reading = collect(server.url, [NAME], facts=["ci"])[NAME]
    assert (reading.info.get("ci"), reading.values.get("ci_success")) == (word, success)
    assert reading.status is Status.OK


def test_followers_of_an_organization_take_one_request_a_day() -> None:
    names = ["acme/a", "acme/b", "acme/c"]
    github = GitHubByTemplate([node(name, owner=ORGANIZATION) for name in names])
    store, clock = MemoryStore(), FakeClock()
    with serve(github) as server:
        readings = collect(server.url, names, store=store, clock=clock)
        assert len(server.asked) == 2
        assert all("owner_followers" in reading.missing for reading in readings.values())
        github.rest["/users/acme"] = {"followers": 77}
        for requests, hours in ((2, 0), (1, 1), (2, 24)):
            clock.advance(timedelta(hours=hours))
            before = len(server.asked)
            readings = collect(server.url, names, store=store, clock=clock)
            assert len(server.asked) - before == requests
            assert {reading.values["owner_followers"] for reading in readings.values()} == {77}


def test_new_issues_are_told_exactly_once_and_never_at_first_sight() -> None:
    github = GitHubByTemplate([node(NAME, newIssues=issues(2, 1))])
    store = MemoryStore()

    def told() -> list[str]:
        return [event.key for event in collect(server.url, [NAME], facts=["issues"], store=store)[NAME].events]

    with serve(github) as server:
        assert told() == []
        assert told() == []
        github.nodes = [node(NAME, newIssues=issues(4, 3, 2, 1))]
        assert told() == ["3", "4"]
        assert told() == []
        github.nodes = [node(NAME, newIssues=issues(2))]  # the new ones are closed, an old one is open
        assert told() == []
        github.nodes = [node(NAME, newIssues=None)]
        assert told() == []
        github.nodes = [node(NAME, newIssues=issues(5, 4, 2))]  # one is opened again
        assert told() == ["5"]


def test_the_first_issue_of_a_repository_without_issues_is_new() -> None:
    github, store = GitHubByTemplate([node(NAME, newIssues=issues())]), MemoryStore()
    with serve(github) as server:
        collect(server.url, [NAME], facts=["issues"], store=store)
        github.nodes = [node(NAME, newIssues=issues(1))]
        [event] = collect(server.url, [NAME], facts=["issues"], store=store)[NAME].events
    assert (event.kind, event.key, event.title) == ("issue", "1", "Issue 1")
    assert event.url == "https://github.example.com/issues/1"


def test_more_new_issues_than_a_batch_asks_for_are_all_told() -> None:
    github, store = GitHubByTemplate([node(NAME, newIssues=issues(1))]), MemoryStore()

    def instead(asked: Asked) -> Told | None:
        page = issues(*range(30, 0, -1))
        return Told({"data": {"node": {"newIssues": page}}}) if "newer" in str(asked.json()["variables"]) else None

    with serve(github) as server:
        collect(server.url, [NAME], facts=["issues"], store=store)
        github.nodes = [node(NAME, newIssues=issues(*range(50, 30, -1), cursor="newer"))]
        github.instead = instead
        events = collect(server.url, [NAME], facts=["issues"], store=store)[NAME].events
        assert [event.key for event in events] == [str(number) for number in range(2, 51)]
        assert collect(server.url, [NAME], facts=["issues"], store=store)[NAME].events == []


def test_a_hostile_title_is_one_harmless_line() -> None:
    github, store = GitHubByTemplate([node(NAME, newIssues=issues())]), MemoryStore()
    row = {**issues(1)["nodes"][0], "title": "\x1b]0;owned\x07\u202e[/b]\nx" + "y" * 9000, "url": "javascript:alert(1)"}
    with serve(github) as server:
        collect(server.url, [NAME], facts=["issues"], store=store)
        github.nodes = [node(NAME, newIssues={**issues(), "nodes": [row]})]
        [event] = collect(server.url, [NAME], facts=["issues"], store=store)[NAME].events
    assert event.title.startswith("]0;owned[/b] xyyy")
    assert len(event.title) == 300
    assert event.url == ""


def test_a_rename_is_followed_told_once_and_keeps_marks_and_series() -> None:
    github, store = GitHubByTemplate([node(NAME, newIssues=issues(1))]), MemoryStore()
    clock = FakeClock()
    with serve(github) as server:

        def gather(name: str) -> tuple[str, list[tuple[str, str]]]:
            clock.advance(timedelta(minutes=15))
            [reading] = collect(server.url, [name], facts=["issues"], store=store, clock=clock).values()
            assert reading.status is Status.OK
            assert reading.identity == github.nodes[0]["id"]
            return reading.target.name, [(event.kind, event.title) for event in reading.events]

        assert gather(NAME) == (NAME, [])
        renamed = {**node("ada/loom", newIssues=issues(2, 1)), "id": github.nodes[0]["id"]}
        github.nodes = [renamed]
        assert gather(NAME) == ("ada/loom", [("renamed", "ada/engine is now ada/loom"), ("issue", "Issue 2")])
        assert gather(NAME) == ("ada/loom", [])
        assert gather("ada/loom") == ("ada/loom", [])
        github.nodes = [{**renamed, "nameWithOwner": NAME}]
        assert gather(NAME) == (NAME, [("renamed", "ada/loom is now ada/engine")])


def test_both_names_of_one_repository_are_one_reading_ever_after() -> None:
    github, store = GitHubByTemplate([node("ada/loom")], former={NAME: "ada/loom"}), MemoryStore()
    with serve(github) as server:
        for _ in range(2):
            assert list(collect(server.url, [NAME, "ada/loom", "ADA/Loom"], store=store)) == ["ada/loom"]


def test_a_former_name_that_became_another_repository_is_read_beside_the_renamed_one() -> None:
    github, store = GitHubByTemplate([node(NAME)]), MemoryStore()
    with serve(github) as server:
        collect(server.url, [NAME], store=store)
        renamed = {**node("ada/loom"), "id": github.nodes[0]["id"]}
        github.nodes = [renamed]
        collect(server.url, [NAME], store=store)
        github.nodes = [renamed, node(NAME, id="R_anew", stargazerCount=3)]
        for _ in range(2):
            readings = collect(server.url, [NAME, "ada/loom"], store=store)
            stars = {name: (reading.identity, reading.values["stars"]) for name, reading in readings.items()}
            assert stars == {"ada/loom": (renamed["id"], 101), NAME: ("R_anew", 3)}


def test_a_former_name_at_first_sight_is_reported_under_the_name_of_today() -> None:
    github = GitHubByTemplate([node("ada/loom")], former={NAME: "ada/loom"})
    with serve(github) as server:
        readings = collect(server.url, [NAME, "ada/loom"])
    assert list(readings) == ["ada/loom"]
    assert readings["ada/loom"].events == []


def test_a_repository_deleted_and_made_anew_is_another_one() -> None:
    github, store = GitHubByTemplate([node(NAME)]), MemoryStore()
    with serve(github) as server:
        first = collect(server.url, [NAME], store=store)[NAME]
        github.nodes = [node(NAME, id="R_anew")]
        second = collect(server.url, [NAME], store=store)[NAME]
    assert second.status is Status.OK
    assert second.identity == "R_anew" != first.identity


def test_problems_belong_to_the_name_that_was_kept() -> None:
    github, store = GitHubByTemplate([node("Ada/Engine")]), MemoryStore()
    with serve(github) as server:
        assert list(collect(server.url, ["ada/ENGINE"], store=store)) == ["Ada/Engine"]
        github.nodes = []
        assert list(collect(server.url, ["ada/ENGINE"], store=store)) == ["Ada/Engine"]


def test_times_are_those_of_the_clock() -> None:
    with serve(GitHubByTemplate([node(NAME)])) as server:
        assert collect(server.url, [NAME])[NAME].at == START
