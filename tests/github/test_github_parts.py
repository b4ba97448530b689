"""Targets as people write them, addresses of the three kinds of GitHub, and the table of metrics."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from colter.core.errors import UsageError
from colter.core.model import Metric
from colter.sources.github.access import graphql_url, rest_url
from colter.sources.github.facts import FACTS, REPOSITORY_FACTS
from colter.sources.github.limiter import read_budget
from colter.sources.github.metrics import METRICS
from colter.sources.github.selection import select
from tests.fakes.clock import START

DOCS = Path(__file__).parents[2] / "docs" / "github.md"


@pytest.mark.parametrize(
    ("api_url", "rest", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com", "https://api.github.com/graphql"),
        ("https://github.com", "https://api.github.com", "https://api.github.com/graphql"),
        ("https://git.example.com/api/v3/", "https://git.example.com/api/v3", "https://git.example.com/api/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("https://acme.ghe.com/", "https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
    ],
)
def test_each_kind_of_github_has_its_addresses(api_url: str, rest: str, graphql: str) -> None:
    assert (rest_url(api_url), graphql_url(api_url)) == (rest, graphql)


def test_targets_are_sorted_by_kind() -> None:
    targets = [
        "Ada/Engine",
        "ada/engine",
        "https://github.com/ada/loom",
        "acme/*",
        "!ada/loom",
        "fork:no",
        "archived:no",
    ]
    selection = select(targets)
    assert selection.names == ("Ada/Engine",)
    assert selection.patterns == ("acme/*",)
    assert selection.without == {"fork", "archived"}
    assert not selection.everything


@pytest.mark.parametrize(
    "target",
    ["flask", "a/b/c", "../x", "a/..", "*/x", "!x", "", "a b/c", "a/b\n", "fork:yes", "a/\x1b[31m", "a/b?x=1#"],
)
def test_what_is_no_repository_is_a_usage_error(target: str) -> None:
    with pytest.raises(UsageError, match="is no GitHub repository") as refusal:
        select([target])
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("written", ["", "x", "-5", "1e9", "9" * 400])
@pytest.mark.parametrize("name", ["limit", "remaining", "reset"])
def test_nonsense_in_the_budget_headers_harms_nothing(name: str, written: str) -> None:
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "10", "x-ratelimit-reset": "0"}
    budget = read_budget({**headers, f"x-ratelimit-{name}": written}, START)
    assert budget is None or timedelta(minutes=1) <= budget.reset - START <= timedelta(hours=1)


def test_every_fact_is_a_metric_or_a_word_and_each_name_stands_once() -> None:
    table = ((metric.key, (metric.prometheus, metric.fixed), metric.field) for metric in METRICS)
    for names in zip(*table, strict=True):
        assert len(set(names)) == len(METRICS)
    assert {fact.wanted_by for fact in REPOSITORY_FACTS} <= {"", *FACTS}
    assert not any("stargazers" in fact.selection for fact in REPOSITORY_FACTS)


def test_the_predecessors_influx_fields_are_unchanged() -> None:
    fields = {metric.former or metric.field: metric.key for metric in METRICS}
    assert {metric.measurement for metric in METRICS} == {"github_repo_stats"}
    assert (fields["forks"], fields["branches"]) == ("forks", "branches")
    assert (fields["followers"], fields["downloads"]) == ("stars", "release_downloads")
    assert "last_push" not in fields  # a text there, and so a word here


def test_the_page_about_github_lists_every_metric_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `(\S+)` \| `(\w+)` \|$", DOCS.read_text(), re.MULTILINE)
    assert rows == [(metric.key, metric.help, exposed(metric), metric.field) for metric in METRICS]


def exposed(metric: Metric) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in metric.fixed)
    return f"{metric.prometheus}{{{labels}}}" if labels else metric.prometheus
