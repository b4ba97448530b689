"""What the desk decides about repositories and packages, as the real sources read them from loopback servers."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from colter.app.registry import catalogue
from colter.config.schema.config import GitHub as GitHubSection
from colter.core.alerting.tracked import TRACKED
from colter.core.model import Event, Reading, Sample, Silence, Target
from colter.core.ports import Recall, Source, Values
from colter.core.secret import Secret
from colter.net.http import Http
from colter.sources.github.facts import REPOSITORY_FACTS
from colter.sources.github.source import GitHub
from colter.sources.github.values import yes_no
from colter.sources.pypi.source import PyPI
from colter.store.memory import MemoryStore
from tests.alerting_app.conftest import AtWork
from tests.alerting_app.deskwork import MINUTE, Work, config
from tests.fakes.clock import START, FakeClock
from tests.fakes.github_server import serve
from tests.fakes.github_template import GitHubByTemplate, issues, node
from tests.fakes.pypi import FakePyPI, fake_pypi, file, json_page, overall, page

REPO = "ada/engine"
DAY = timedelta(days=1)


class Repository:
    """GitHub with one repository, looked at with everything that there is to ask for."""

    def __init__(self) -> None:
        self.github = GitHubByTemplate([node(REPO)])
        self.url = ""

    def change(self, **changes: Any) -> None:
        """Named as in GitHub's answer; `nameWithOwner` renames it."""
        self.github.nodes[0].update(changes)

    def source(self, http: Http, recall: Recall, clock: FakeClock) -> Source:
        return GitHub(
            targets=[REPO],
            facts=frozenset({"issues", "ci", "security"}),
            token=Secret("ghp_canary0123456789"),
            api_url=self.url,
            http=http,
            recall=recall,
            clock=clock,
        )


async def look(work: Work, make: Callable[..., Source]) -> list[str]:
    """One round of a source, complete; what was said."""
    readings: list[Reading] = []
    async with Http(work.clock) as http:
        source = make(http, work.store, work.clock)
        await source.collect(readings.append)
    return await work.read(*readings, complete={source.name})


@pytest.mark.parametrize(
    ("rule", "change", "said", "back"),
    [
        ("open_issues_new > 0", {"newIssues": issues(8, 7)}, ["event", "event"], None),
        ("issues_new > 1", {"newIssues": issues(8)}, [], None),
        ("renamed_new > 0", {"nameWithOwner": "ada/difference"}, ["event"], None),
        ("open_pull_requests_new > 0", {"openPRs": {"totalCount": 16}}, ["event"], None),
        ("releases_new > 0", {"releases": {"totalCount": 2}}, ["event"], None),
        (
            "ci_success == 0",
            {"ciHead": {"target": {"statusCheckRollup": {"state": "FAILURE"}}}},
            ["firing"],
            {"ciHead": {"target": {"statusCheckRollup": {"state": "SUCCESS"}}}},
        ),
        (
            "open_vulnerability_alerts > 0",
            {"vulnerabilityAlerts": {"totalCount": 1}},
            ["firing"],
            {"vulnerabilityAlerts": {"totalCount": 0}},
        ),
        ("stars_new > 50 in 1d", {"stargazerCount": 152}, ["firing"], None),
        ("archived", {"isArchived": True}, ["firing"], {"isArchived": False}),
    ],
    ids=["issues", "too few", "renamed", "pull requests", "releases", "ci", "vulnerability", "star burst", "archived"],
)
def test_what_happens_to_a_repository_is_told(
    rule: str, change: dict[str, Any], said: Sequence[str], back: dict[str, Any] | None
) -> None:
    repository = Repository()

    async def story() -> None:
        clock = FakeClock()
        work = Work(MemoryStore(clock), clock, config(rules=[{"match": "github:ADA/*", "when": rule}]))
        await work.begin()
        assert await look(work, repository.source) == []
        clock.advance(DAY)
        assert await look(work, repository.source) == []
        repository.change(**change)
        assert [each.split()[0] for each in await look(work, repository.source)] == said
        await work.begin()
        assert await look(work, repository.source) == []
        if back:
            repository.change(**back)
            assert [each.split()[0] for each in await look(work, repository.source)] == ["resolved"]

    with serve(repository.github) as server:
        repository.url = server.url
        asyncio.run(story())


def downloads(fake: FakePyPI, count: int) -> None:
    newest = fake.clock.now().date() - DAY
    fake.answers["/api/packages/engine/overall"] = overall({newest - back * DAY: count for back in range(40)})


def yank(fake: FakePyPI) -> None:
    fake.answers["/simple/engine/"] = page("engine", file("engine-1.0.tar.gz", yanked="it explodes"))


def release(fake: FakePyPI) -> None:
    fresh = file("engine-1.1.tar.gz", uploaded="2026-05-10T00:00:00Z")
    fake.answers["/simple/engine/"] = page("engine", file("engine-1.0.tar.gz"), fresh)


def make_vulnerable(fake: FakePyPI) -> None:
    found = {"id": "PYSEC-2026-1", "aliases": [], "summary": "It explodes.", "fixed_in": []}
    fake.answers["/pypi/engine/json"] = json_page("1.0", found)


@pytest.mark.parametrize(
    ("rule", "change", "said"),
    [
        ("downloads_day < 50% of 7d", lambda fake: downloads(fake, 400), "firing"),
        ("yanked", yank, "firing"),
        ("yanked_new > 0", yank, "event"),
        ("releases_new > 0", release, "event"),
        ("vulnerabilities > 0", make_vulnerable, "firing"),
        ("vulnerabilities_new > 0", make_vulnerable, "event"),
    ],
    ids=["cliff", "latest yanked", "a yank", "release", "vulnerable", "vulnerability"],
)
def test_what_happens_to_a_package_is_told(rule: str, change: Callable[[FakePyPI], None], said: str) -> None:
    async def story(fake: FakePyPI) -> None:
        clock = fake.clock
        work = Work(MemoryStore(clock), clock, config(rules=[{"match": "pypi:Engine", "when": rule}]))
        await work.begin()

        def source(http: Http, recall: Recall, clock: FakeClock) -> Source:
            urls = {"index_url": f"{fake.url}/simple/", "stats_url": fake.url}
            return PyPI(packages=["Engine"], splits=frozenset(), **urls, http=http, recall=recall, clock=clock)

        fake.package("engine", "1.0")
        for _ in range(8):
            downloads(fake, 1000)
            assert await look(work, source) == []
            clock.advance(DAY)
        change(fake)
        assert await look(work, source) == [f"{said} engine"]
        clock.advance(timedelta(minutes=15))
        assert await look(work, source) == []

    with fake_pypi(FakeClock()) as fake:
        asyncio.run(story(fake))


def stars(work: Work, count: float | None, name: str = REPO, identity: str | None = "R_1", **more: Any) -> Reading:
    """A reading as GitHub's source makes it; without a number, one that failed."""
    problem = "not found" if count is None else None
    samples = [] if count is None else [Sample(catalogue()["github", "stars"], count)]
    return Reading(Target("github", name), work.clock.now(), samples, identity=identity, problem=problem, **more)


def issue(number: int) -> Event:
    return Event("issue", str(number), f"Issue {number}", START, f"https://github.example.com/issues/{number}")


STARRED = config(rules=[{"match": "github:*", "when": "stars > 100"}])


def test_without_rules_new_issues_are_told_of(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.read(stars(work, 1, events=[issue(1)])) == []
        assert await work.read(stars(work, 1, events=[issue(2)])) == [f"event {REPO}"]
        assert work.told[0].events == (issue(2),)
        assert await work.read(stars(work, 1, events=[issue(2)])) == []

    at_work(config(), story)


def test_with_an_empty_list_of_rules_nothing_is_watched(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        for number in range(3):
            assert await work.read(stars(work, 1, events=[issue(number)])) == []
        assert not work.desk.concerns(work.round(readings=[stars(work, 1)]))
        assert await work.states("github") == {}

    at_work(config(rules=[]), story)


def test_a_look_that_failed_tells_nothing(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.read(stars(work, 101)) == [f"firing {REPO}"]
        assert await work.read(stars(work, None)) == []
        assert await work.read(stars(work, 1)) == [f"resolved {REPO}"]

    at_work(STARRED, story)


def test_a_repository_that_is_renamed_keeps_its_alerts(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.read(stars(work, 101, events=[issue(1)]))
        await work.read(stars(work, 101, "ada/new"))
        assert await work.states("github") == {"ada/new stars > 100": "firing", "ada/new issues_new > 0": "ok"}
        assert await work.begin() == []
        assert await work.read(stars(work, 101, "ada/newer", events=[issue(1)])) == []
        assert await work.read(stars(work, 1, "ada/newer", events=[issue(2)])) == [
            "event ada/newer",
            "resolved ada/newer",
        ]

    rules = [{"match": "github:*", "when": when} for when in ("stars > 100", "issues_new > 0")]
    at_work(config(rules=rules), story)


def test_two_repositories_may_swap_their_names(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.read(stars(work, 101, "ada/one", "R_1"), stars(work, 1, "ada/two", "R_2"))
        assert await work.read(stars(work, 1, "ada/one", "R_2"), stars(work, 101, "ada/two", "R_1")) == []
        assert await work.states("github") == {"ada/one stars > 100": "ok", "ada/two stars > 100": "firing"}
        assert await work.begin() == []
        assert await work.read(stars(work, 1, "ada/two", "R_1")) == ["resolved ada/two"]

    at_work(STARRED, story)


def test_a_new_name_may_be_none_of_the_rules_business(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.read(stars(work, 101)) == [f"firing {REPO}"]
        assert await work.read(stars(work, 101, "grace/engine")) == ["removed grace/engine"]
        assert await work.states("github") == {}

    at_work(config(rules=[{"match": "github:ada/*", "when": "stars > 100"}]), story)


def test_what_a_complete_round_does_not_show_is_forgotten(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.read(stars(work, 101), stars(work, 101, "ada/other", "R_2"), complete={"github"})
        assert await work.read(stars(work, 101)) == []
        assert await work.read(stars(work, 101), complete={"pypi"}) == []
        assert await work.read(stars(work, 101), complete={"github"}) == ["removed ada/other"]
        assert list(await work.states("github")) == [f"{REPO} stars > 100"]

    at_work(STARRED, story)


def test_somebodys_curiosity_raises_no_alert(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.read(stars(work, 101, "pallets/flask", "R_9")) == []
        assert await work.states("github") == {}
        assert await work.read(stars(work, 101, "Ada/Engine")) == ["firing Ada/Engine"]
        assert await work.read(stars(work, 101, "grace/compiler", "R_3")) == ["firing grace/compiler"]
        moved = stars(work, 101, "acme/moved", "R_4")  # the list has its former name
        said = await work.read(moved, complete={"github"})
        assert said == ["removed Ada/Engine", "firing acme/moved", "removed grace/compiler"]

    rules = [{"match": match, "when": "stars > 100"} for match in ("github:*", "github:grace/compiler")]
    watched = GitHubSection(targets=["ada/*", "acme/old"])
    at_work(config(rules=rules).model_copy(update={"github": watched}), story)


def test_a_rule_that_is_taken_out_is_over_for_whoever_was_told(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.read(stars(work, 101), stars(work, 1, "ada/other", "R_2"))
        assert len(await work.states("github")) == 4
        assert await work.begin(config(rules=[])) == [f"removed {REPO}"]
        assert await work.states("github") == {}

    rules = [{"match": "github:*", "when": when} for when in ("stars > 100", "issues_new > 0")]
    at_work(config(rules=rules), story)


def test_in_a_silence_events_pass_unheard(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        now = work.clock.now()
        await work.read(stars(work, 1))
        await work.store.keep_silence(Silence("1", "github:ada/*", now, now + 10 * MINUTE))
        work.clock.advance(MINUTE)
        assert await work.read(stars(work, 1, events=[issue(1)])) == []
        work.clock.advance(10 * MINUTE)
        assert await work.read(stars(work, 1, events=[issue(1), issue(2)])) == [f"event {REPO}"]
        assert work.told[0].events == (issue(2),)

    at_work(config(), story)


def test_the_past_is_asked_once_a_round_and_only_when_a_rule_looks_back() -> None:
    class Counting(MemoryStore):
        asked = 0

        async def values(self, targets: Sequence[Target], keys: Collection[str], since: datetime) -> Values:
            self.asked += 1
            return await super().values(targets, keys, since)

    async def asked(*rules: str) -> int:
        clock = FakeClock()
        store = Counting(clock)
        work = Work(store, clock, config(rules=[{"match": "github:*", "when": when} for when in rules]))
        await work.begin()
        await work.read(*(stars(work, 101, f"ada/{number}", f"R_{number}") for number in range(5)))
        return store.asked

    assert asyncio.run(asked("stars > 100", "stars_new > 0", "archived for 1h")) == 0
    assert asyncio.run(asked("stars > 100", "stars_new > 50 in 1d", "forks < 50% of 7d")) == 1


def test_rules_may_speak_of_what_sources_declare_and_read() -> None:
    for source, tracked in TRACKED.items():
        declared = {key for (of, key), metric in catalogue().items() if of == source and not metric.labels}
        assert tracked.numbers == declared
        assert tracked.chosen.keys() <= tracked.numbers | tracked.events.keys()
    wanted = {fact.key: fact.wanted_by for fact in REPOSITORY_FACTS}
    github = TRACKED["github"]
    assert {key for key in wanted if wanted[key] and key != "ci"} <= github.chosen.keys()
    assert all(github.chosen[key] == wanted[key] for key in github.chosen if key in wanted)
    assert github.words == {fact.key for fact in REPOSITORY_FACTS if fact.read is yes_no}
