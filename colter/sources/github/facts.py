"""What is asked of a repository: each fact with its place in a GraphQL answer and in a REST answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from colter.core.text import clean
from colter.sources.github.values import (
    count,
    dig,
    iso,
    items,
    kilobytes,
    lower,
    text,
    timestamp,
    yes_no,
)

FACTS = ("downloads", "issues", "traffic", "ci", "security")
"""What `with:` chooses among; everything else is always read."""

_RECENT_RELEASES = 10
_RECENT_ASSETS = 30
_RECENT_ISSUES = 20
_MAX_TOPICS = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """One number (its key is a metric's) or one word (any other key goes to `info`)."""

    key: str
    selection: str
    """How GraphQL is asked for it, within `... on Repository`."""
    path: tuple[str, ...]
    """Where it stands in the GraphQL answer."""
    read: Callable[[Any], float | str | None]
    """Raises UnusableError; None says that there is none, so nothing is missing."""
    rest: tuple[str, ...] = ()
    """Where it stands in `GET /repos/OWNER/NAME`; nothing: it is not there."""
    nullable: bool = False
    """A null says that there is none, so nothing is missing."""
    wanted_by: str = ""
    """The word of `with:` that chooses it; nothing: always."""


def _ci_success(value: Any) -> float | None:
    return {"success": 1.0, "failure": 0.0, "error": 0.0}.get(lower(value))


def _topics(value: Any) -> str | None:
    nodes = items(value)[:_MAX_TOPICS]
    return (
        clean(",".join(text(node if isinstance(node, str) else dig(node, ("topic", "name"))) for node in nodes)) or None
    )


_PUSHED = "pushedAt"
_RELEASE = "latestRelease { tagName publishedAt }"
_BRANCH = "defaultBranchRef { name }"
_ROLLUP = "ciHead: defaultBranchRef { target { ... on Commit { statusCheckRollup { state } } } }"
_ROLLUP_PATH = ("ciHead", "target", "statusCheckRollup", "state")

REPOSITORY_FACTS: tuple[Fact, ...] = (
    # Never the `stargazers` connection: since 2026-06-30 its very totalCount is for collaborators only.
    Fact("stars", "stargazerCount", ("stargazerCount",), count, ("stargazers_count",)),
    Fact("forks", "forkCount", ("forkCount",), count, ("forks_count",)),
    # REST's `watchers_count` is the stars.
    Fact("watchers", "watchers { totalCount }", ("watchers", "totalCount"), count, ("subscribers_count",)),
    Fact("open_issues", "openIssues: issues(states: OPEN) { totalCount }", ("openIssues", "totalCount"), count),
    Fact("open_pull_requests", "openPRs: pullRequests(states: OPEN) { totalCount }", ("openPRs", "totalCount"), count),
    Fact("branches", 'branches: refs(refPrefix: "refs/heads/") { totalCount }', ("branches", "totalCount"), count),
    Fact("tags", 'tags: refs(refPrefix: "refs/tags/") { totalCount }', ("tags", "totalCount"), count),
    Fact("releases", "releases { totalCount }", ("releases", "totalCount"), count),
    Fact("last_push_timestamp", _PUSHED, ("pushedAt",), timestamp, ("pushed_at",), nullable=True),
    Fact("last_push", _PUSHED, ("pushedAt",), iso, ("pushed_at",), nullable=True),
    Fact("created_timestamp", "createdAt", ("createdAt",), timestamp, ("created_at",)),
    Fact("latest_release_timestamp", _RELEASE, ("latestRelease", "publishedAt"), timestamp, nullable=True),
    Fact("latest_release", _RELEASE, ("latestRelease", "tagName"), text, nullable=True),
    Fact("size_bytes", "diskUsage", ("diskUsage",), kilobytes, ("size",), nullable=True),
    Fact("language", "primaryLanguage { name }", ("primaryLanguage", "name"), text, ("language",), nullable=True),
    Fact("license", "licenseInfo { spdxId }", ("licenseInfo", "spdxId"), text, ("license", "spdx_id"), nullable=True),
    Fact("visibility", "visibility", ("visibility",), lower, ("visibility",)),
    Fact("archived", "isArchived", ("isArchived",), yes_no, ("archived",)),
    Fact("fork", "isFork", ("isFork",), yes_no, ("fork",)),
    Fact("default_branch", _BRANCH, ("defaultBranchRef", "name"), text, ("default_branch",), nullable=True),
    Fact(
        "topics",
        f"repositoryTopics(first: {_MAX_TOPICS}) {{ nodes {{ topic {{ name }} }} }}",
        ("repositoryTopics", "nodes"),
        _topics,
        ("topics",),
    ),
    Fact("ci", _ROLLUP, _ROLLUP_PATH, lower, nullable=True, wanted_by="ci"),
    Fact("ci_success", _ROLLUP, _ROLLUP_PATH, _ci_success, nullable=True, wanted_by="ci"),
    Fact(
        "open_vulnerability_alerts",
        "vulnerabilityAlerts(states: OPEN) { totalCount }",
        ("vulnerabilityAlerts", "totalCount"),
        count,
        wanted_by="security",
    ),
)

ALWAYS = "id nameWithOwner"
_OWNER = "owner { __typename ... on User { followers { totalCount } } }"
ON_REQUEST = {
    "downloads": (
        f"recentReleases: releases(first: {_RECENT_RELEASES}, orderBy: {{field: CREATED_AT, direction: DESC}})"
        f" {{ nodes {{ databaseId releaseAssets(first: {_RECENT_ASSETS})"
        " { totalCount nodes { downloadCount } } } }"
    ),
    "issues": (
        f"newIssues: issues(first: {_RECENT_ISSUES}, orderBy: {{field: CREATED_AT, direction: DESC}})"
        " { pageInfo { hasNextPage endCursor } nodes { number title url createdAt } }"
    ),
    "traffic": "viewerPermission",
}
"""What the facts chosen by `with:` need beside the table."""


def selections(wanted: frozenset[str]) -> list[str]:
    """All that GraphQL must be asked for, each once."""
    facts = [fact.selection for fact in REPOSITORY_FACTS if not fact.wanted_by or fact.wanted_by in wanted]
    return list(dict.fromkeys([_OWNER, *facts, *(text for word, text in ON_REQUEST.items() if word in wanted)]))
