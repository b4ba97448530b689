"""A quick GitHub: GraphQL answers from a template, without a schema, for scripted faults and for benchmarks."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.github_schema import node_id
from tests.fakes.github_server import Asked, Told


def node(name: str, **changes: Any) -> dict[str, Any]:
    """Everything that may be asked of a repository, owned by a user."""
    return {
        "id": node_id(name),
        "nameWithOwner": name,
        "owner": {"__typename": "User", "followers": {"totalCount": 11}},
        "stargazerCount": 101,
        "forkCount": 12,
        "watchers": {"totalCount": 13},
        "openIssues": {"totalCount": 14},
        "openPRs": {"totalCount": 15},
        "branches": {"totalCount": 16},
        "tags": {"totalCount": 17},
        "releases": {"totalCount": 1},
        "pushedAt": "2026-05-01T10:00:00Z",
        "createdAt": "2020-01-01T00:00:00Z",
        "latestRelease": {"tagName": "v1.0", "publishedAt": "2026-04-01T00:00:00Z"},
        "diskUsage": 18,
        "primaryLanguage": {"name": "Python"},
        "licenseInfo": {"spdxId": "MIT"},
        "visibility": "PUBLIC",
        "isArchived": False,
        "isFork": False,
        "defaultBranchRef": {"name": "main"},
        "repositoryTopics": {"nodes": []},
        "ciHead": {"target": {"statusCheckRollup": {"state": "SUCCESS"}}},
        "vulnerabilityAlerts": {"totalCount": 0},
        "viewerPermission": "ADMIN",
        "recentReleases": {"nodes": [release(1, 5, 6)]},
        "newIssues": issues(),
        **changes,
    }


def release(number: int, *downloads: int, assets: int | None = None) -> dict[str, Any]:
    total = len(downloads) if assets is None else assets
    return {
        "databaseId": number,
        "releaseAssets": {"totalCount": total, "nodes": [{"downloadCount": count} for count in downloads]},
    }


def issues(*numbers: int, cursor: str | None = None) -> dict[str, Any]:
    """Open issues, as GitHub tells them: newest first. The number is also the minute of their creation."""
    return {"pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}, "nodes": list(map(issue, numbers))}


def issue(number: int) -> dict[str, Any]:
    hours, minutes = divmod(number, 60)
    return {
        "number": number,
        "title": f"Issue {number}",
        "url": f"https://github.example.com/issues/{number}",
        "createdAt": f"2026-05-02T{hours:02}:{minutes:02}:00Z",
    }


@dataclass
class GitHubByTemplate:
    """An answer function for `serve`."""

    nodes: list[dict[str, Any]]
    former: Mapping[str, str] = field(default_factory=dict)
    """Names of today, by former ones."""
    rest: dict[str, Any] = field(default_factory=dict)
    """REST answers by path; a Told is sent as it is."""
    instead: Callable[[Asked], Told | None] = lambda _asked: None
    """Answers first, where it has something to say."""

    def __call__(self, asked: Asked) -> Told:
        if told := self.instead(asked):
            return told
        if asked.path in ("/graphql", "/api/graphql"):
            return Told(self._graphql(asked.json()))
        found = self.rest.get(asked.path)
        if isinstance(found, Told):
            return found
        return Told({"message": "Not Found"}, 404) if found is None else Told(found)

    def _graphql(self, question: Mapping[str, Any]) -> dict[str, Any]:
        variables = question["variables"]
        if "ids" in variables:
            by_id = {node["id"]: node for node in self.nodes}
            return _told("nodes", [by_id.get(identity) for identity in variables["ids"]])
        by_name = {node["nameWithOwner"].lower(): node for node in self.nodes}
        wanted = re.findall(r"r(\d+): repository", question["query"])
        names = [f"{variables[f'o{index}']}/{variables[f'n{index}']}" for index in wanted]
        return _told(None, [by_name.get(self.former.get(name, name).lower()) for name in names])


def _told(key: str | None, nodes: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
    found = [deepcopy(node) for node in nodes]
    errors = [
        {"type": "NOT_FOUND", "path": [key, index] if key else [f"r{index}"], "message": "Could not resolve"}
        for index, node in enumerate(found)
        if node is None
    ]
    data = {key: found} if key else {f"r{index}": node for index, node in enumerate(found)}
    return {"data": data, **({"errors": errors} if errors else {})}
