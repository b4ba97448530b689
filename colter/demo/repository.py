"""A sample repository as GitHub's GraphQL shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from colter.demo.graphql import Fields

Sample = Mapping[str, Any]
"""One entry of samples.json."""


def repository(sample: Sample, owner: Fields, start: datetime) -> Fields:
    """The fields of one repository, with times that lie before `start`."""
    pushed = _ago(start, hours=sample["pushed_hours_ago"])
    releases = [_release(sample, each, start) for each in sample["releases"]]
    issues = [_issue(sample, each, start) for each in sample["issues"]]
    topics = [node("RepositoryTopic", topic=node("Topic", name=name)) for name in sample["topics"]]
    return node(
        "Repository",
        id=sample["id"],
        databaseId=sample["number"],
        name=sample["name"].partition("/")[2],
        nameWithOwner=sample["name"],
        owner=owner,
        url=_url(sample),
        description=sample["about"],
        visibility="PUBLIC",
        viewerPermission="ADMIN",
        **dict.fromkeys(("isArchived", "isFork", "isDisabled", "isMirror", "isTemplate", "isPrivate"), False),
        createdAt=_ago(start, days=900),
        updatedAt=pushed,
        pushedAt=pushed,
        archivedAt=None,
        diskUsage=sample["size_kb"],
        stargazerCount=sample["stars"],
        forkCount=sample["forks"],
        primaryLanguage=sample["language"] and node("Language", name=sample["language"]),
        licenseInfo=sample["license"] and node("License", spdxId=sample["license"]),
        watchers=connection("User", sample["watchers"]),
        issues=lambda given: connection("Issue", _count(sample, "issues", given), issues[: given.get("first")]),
        pullRequests=lambda given: connection("PullRequest", _count(sample, "pull_requests", given)),
        refs=lambda given: connection("Ref", sample["tags" if "tags" in given["refPrefix"] else "branches"]),
        releases=lambda given: connection("Release", len(releases), releases[: given.get("first")]),
        latestRelease=releases[0] if releases else None,
        repositoryTopics=connection("RepositoryTopic", len(topics), topics),
        defaultBranchRef=_branch(sample, pushed),
        hasVulnerabilityAlertsEnabled=True,
        vulnerabilityAlerts=connection("RepositoryVulnerabilityAlert", sample["vulnerabilities"]),
    )


def node(kind: str, **fields: Any) -> Fields:
    """An object of that type."""
    return {"__typename": kind, **fields}


def connection(kind: str, total: int, nodes: Sequence[Fields] = ()) -> Fields:
    """A list of objects of that type, all on one page."""
    page = node("PageInfo", hasNextPage=False, endCursor=None)
    return node(f"{kind}Connection", totalCount=total, nodes=list(nodes), pageInfo=page)


def _count(sample: Sample, what: str, given: Mapping[str, Any]) -> int:
    """How many are in the states that were asked for; all when none was."""
    states = given.get("states") or ("OPEN", "CLOSED")
    asked = (states,) if isinstance(states, str) else states
    return sum(int(sample[f"open_{what}" if state == "OPEN" else f"done_{what}"]) for state in asked)


def _issue(sample: Sample, issue: Sample, start: datetime) -> Fields:
    number = issue["number"]
    return node(
        "Issue",
        id=f"I_{sample['number']}_{number}",
        number=number,
        title=issue["title"],
        url=f"{_url(sample)}/issues/{number}",
        createdAt=_ago(start, days=issue["days_ago"]),
        author=node("User", login="sample-user"),
        labels=connection("Label", 0),
    )


def _release(sample: Sample, release: Sample, start: datetime) -> Fields:
    tag = release["tag"]
    published = _ago(start, days=release["days_ago"])
    assets = [
        node(
            "ReleaseAsset",
            id=f"RA_{tag}_{each['name']}",
            name=each["name"],
            size=100_000,
            downloadCount=each["downloads"],
        )
        for each in release["assets"]
    ]
    return node(
        "Release",
        id=f"RE_{sample['number']}_{tag}",
        databaseId=release["number"],
        tagName=tag,
        name=tag,
        isDraft=False,
        isPrerelease=False,
        createdAt=published,
        publishedAt=published,
        url=f"{_url(sample)}/releases/tag/{tag}",
        releaseAssets=connection("ReleaseAsset", len(assets), assets),
    )


def _branch(sample: Sample, pushed: str) -> Fields:
    checks = sample["ci"] and node("StatusCheckRollup", state=sample["ci"])
    history = connection("Commit", sample["done_pull_requests"])
    commit = node("Commit", oid="5a" * 20, committedDate=pushed, history=history, statusCheckRollup=checks)
    return node("Ref", name="main", target=commit)


def _url(sample: Sample) -> str:
    return f"https://github.com/{sample['name']}"


def _ago(start: datetime, *, days: float = 0, hours: float = 0) -> str:
    return (start - timedelta(days=days, hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
