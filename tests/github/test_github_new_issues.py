"""New issues happen once: whatever is opened again, closed at once or comes in a burst; whenever Colter dies."""

import asyncio
import multiprocessing
import os
import random
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from colter.core.model import Event
from colter.sources.github.metrics import METRICS
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.github_rest import ISSUES, all_of, row
from tests.fakes.github_server import Asked, Told, serve
from tests.fakes.github_template import GitHubByTemplate, issue, node
from tests.github.gathering import collect

NAME = "ada/engine"
METRICS_BY_KEY = {("github", metric.key): metric for metric in METRICS}
End = Literal["before the commit", "after the commit"]


class Tracker:
    """A repository's issues, served newest first and page by page, as GitHub does."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def open(self, *numbers: int) -> None:
        self.rows = [*map(issue, sorted(numbers, reverse=True)), *self.rows]

    def page(self, size: int, start: int = 0) -> dict[str, Any]:
        end = start + size
        more = end < len(self.rows)
        return {
            "pageInfo": {"hasNextPage": more, "endCursor": str(end) if more else None},
            "nodes": self.rows[start:end],
        }

    def __call__(self, asked: Asked) -> Told | None:
        question = asked.json()
        if "after" in question["variables"]:
            return Told({"data": {"node": {"newIssues": self.page(100, int(question["variables"]["after"]))}}})
        return Told(GitHubByTemplate([node(NAME, newIssues=self.page(20))])._graphql(question))


def told(url: str, store: MemoryStore) -> list[str]:
    return [event.key for event in collect(url, [NAME], facts=["issues"], store=store)[NAME].events]


def test_an_old_issue_that_is_opened_again_is_not_new() -> None:
    tracker, store = Tracker(), MemoryStore()
    tracker.open(3, 7)  # whether open or closed by now, they are in the listing
    with serve(lambda asked: tracker(asked) or Told()) as server:
        assert told(server.url, store) == []
        for asked in server.asked:
            assert "states" not in asked.json()["query"].partition("newIssues")[2].partition("}")[0]


def test_a_burst_of_new_issues_is_told_in_full() -> None:
    tracker, store = Tracker(), MemoryStore()
    tracker.open(1)
    with serve(lambda asked: tracker(asked) or Told()) as server:
        assert told(server.url, store) == []
        tracker.open(*range(2, 400))
        assert told(server.url, store) == [str(number) for number in range(2, 400)]
        assert told(server.url, store) == []


def test_more_new_issues_than_can_be_listed_are_said_and_do_not_come_back() -> None:
    tracker, store = Tracker(), MemoryStore()
    tracker.rows = [issue(1)]
    with serve(lambda asked: tracker(asked) or Told()) as server:
        assert told(server.url, store) == []
        tracker.open(*(range(2, 1440)))
        tracker.rows = [{**each, "number": index + 5000} for index, each in enumerate(tracker.rows[:-1] * 2)] + [
            issue(1)
        ]
        reading = collect(server.url, [NAME], facts=["issues"], store=store)[NAME]
        assert len(reading.events) == 1920
        assert reading.missing == {"issues": "more new issues than can be listed: the newest 1920 are told"}
        assert told(server.url, store) == []


def test_a_repository_with_nothing_but_pull_requests_has_no_flood_of_old_issues_later() -> None:
    github, store = GitHubByTemplate([], rest=all_of(NAME)), MemoryStore()
    first, second = f"/repos/{NAME}{ISSUES}", f"/repos/{NAME}{ISSUES}".replace("page=1", "page=2")
    pulls = [
        {**issue(number), "created_at": issue(number)["createdAt"], "html_url": "https://example.com"}
        for number in range(700, 600, -1)
    ]
    github.rest[first] = [{**each, "pull_request": {}} for each in pulls]
    github.rest[second] = [row(2), row(1)]
    with serve(github) as server:

        def events() -> list[str]:
            reading = collect(server.url, [NAME], token=None, facts=["issues"], store=store)[NAME]
            return [event.key for event in reading.events]

        assert events() == []
        assert events() == []
        github.rest[first] = [
            {**pulls[0], "number": 701, "created_at": "2026-05-03T00:00:00Z"},
            *github.rest[first][:-1],
        ]
        assert events() == ["701"]


def test_over_twenty_runs_with_crashes_every_new_issue_is_kept_once(tmp_path: Path) -> None:
    tracker, chance, spawn = Tracker(), random.Random(20260504), multiprocessing.get_context("spawn")
    tracker.open(1)
    newest = 1
    ends: dict[int, End] = {2: "before the commit", 5: "after the commit"}
    with serve(lambda asked: tracker(asked) or Told()) as server:
        for run in range(21):
            if run:
                burst = chance.choice([0, 1, 3, 30, 150])
                tracker.open(*range(newest + 1, newest + 1 + burst))
                newest += burst
            end = ends.get(run % 7)
            if end is None:
                run_once(server.url, tmp_path, run, end)
                continue
            process = spawn.Process(target=run_once, args=(server.url, tmp_path, run, end))
            process.start()
            process.join(60)
            assert process.exitcode == -signal.SIGKILL
    assert sorted(int(event.key) for event in asyncio.run(kept(tmp_path))) == list(range(2, newest + 1))


def run_once(url: str, folder: Path, run: int, end: End | None) -> None:
    """One command."""
    clock = FakeClock(START + timedelta(minutes=15 * run))
    store = Dying(folder / "state.db", clock, METRICS_BY_KEY)
    store.end = end
    asyncio.run(store.open())
    collect(url, [NAME], facts=["issues"], store=store, clock=clock)
    asyncio.run(store.close())


class Dying(SqlStore):
    """A store whose process is killed before or after it keeps a round."""

    end: End | None

    async def commit(self, *what: Any, **more: Any) -> bool:
        if self.end == "before the commit":
            os.kill(os.getpid(), signal.SIGKILL)
        done = await super().commit(*what, **more)
        if self.end == "after the commit":
            os.kill(os.getpid(), signal.SIGKILL)
        return done


async def kept(folder: Path) -> list[Event]:
    store = SqlStore(folder / "state.db", FakeClock(), METRICS_BY_KEY)
    await store.open()
    try:
        rounds = await store.rounds(START - timedelta(days=1), START + timedelta(days=1))
    finally:
        await store.close()
    return [event for each in rounds for reading in each.readings for event in reading.events]
