"""A GitHub whose GraphQL API is the official schema, executed by graphql-core over repositories made of their names."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, execute_sync, parse, validate

from tests.fakes.github_server import Asked, Told

NOT_FOUND = "Could not resolve to a Repository with the name '{}'."


@cache
def schema(path: Path) -> GraphQLSchema:
    """The schema, built once; it has slips about interfaces, hence `assume_valid`."""
    return build_schema(path.read_text(), assume_valid=True)


def number(name: str, what: str, below: int = 10_000) -> int:
    """A number that belongs to a repository for ever."""
    return int.from_bytes(hashlib.sha256(f"{name} {what}".encode()).digest()[:6], "big") % below


def node_id(name: str) -> str:
    return f"R_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


@dataclass
class GitHubBySchema:
    """An answer function for `serve`."""

    schema: GraphQLSchema
    names: Sequence[str]
    organizations: frozenset[str] = frozenset()
    too_many: int = 1000
    """More repositories than this in one question are a 502."""
    forbidden: Mapping[str, str] = field(default_factory=dict)
    """By repository: a field that the token may not read."""
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By repository: fields with values of their own."""
    sizes: list[int] = field(default_factory=list)
    """How many repositories each question asked for."""

    def __call__(self, asked: Asked) -> Told:
        if asked.path == "/graphql" and asked.method == "POST":
            return self._graphql(asked.json())
        if found := re.fullmatch(r"/users/([\w-]+)", asked.path):
            return Told({"login": found[1], "followers": number(found[1], "followers")})
        return Told({"message": "Not Found"}, 404)

    def repository(self, name: str) -> dict[str, Any]:
        owner = name.partition("/")[0]
        kind = "Organization" if owner in self.organizations else "User"
        fields: dict[str, Any] = {
            "__typename": "Repository",
            "id": node_id(name),
            "nameWithOwner": name,
            "owner": {
                "__typename": kind,
                "login": owner,
                "followers": {"totalCount": number(owner, "followers")},
            },
            "stargazerCount": number(name, "stars"),
            "forkCount": number(name, "forks"),
            "watchers": {"totalCount": number(name, "watchers")},
            "issues": lambda _info, **_: {
                "totalCount": number(name, "open_issues"),
                "nodes": [],
                "pageInfo": {"hasNextPage": False},
            },
            "pullRequests": {"totalCount": number(name, "open_pull_requests")},
            "refs": lambda _info, refPrefix, **_: {  # noqa: N803  the schema's name
                "totalCount": number(name, "branches" if refPrefix == "refs/heads/" else "tags")
            },
            "releases": {"totalCount": number(name, "releases", 10), "nodes": self._releases(name)},
            "latestRelease": None,
            "pushedAt": "2026-05-01T10:00:00Z",
            "createdAt": "2020-01-01T00:00:00Z",
            "diskUsage": number(name, "size"),
            "primaryLanguage": {"name": "Python"},
            "licenseInfo": {"spdxId": "MIT"},
            "visibility": "PUBLIC",
            "isArchived": False,
            "isFork": False,
            "defaultBranchRef": {
                "name": "main",
                "target": {"__typename": "Commit", "statusCheckRollup": {"state": "SUCCESS"}},
            },
            "repositoryTopics": {"nodes": [{"topic": {"name": "monitoring"}}]},
            "vulnerabilityAlerts": {"totalCount": number(name, "open_vulnerability_alerts")},
            "viewerPermission": "READ",
            **self.changes.get(name, {}),
        }
        if denied := self.forbidden.get(name):
            fields[denied] = _refuse
        return fields

    def _releases(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "databaseId": index + 1,
                "releaseAssets": {
                    "totalCount": 2,
                    "nodes": [{"downloadCount": number(name, f"asset {index} {asset}")} for asset in range(2)],
                },
            }
            for index in range(number(name, "releases", 10))
        ]

    def _graphql(self, question: Mapping[str, Any]) -> Told:
        variables = question["variables"]
        size = len(variables.get("ids", ())) or variables.get("first") or sum(key.startswith("o") for key in variables)
        self.sizes.append(size)
        if size > self.too_many:
            return Told({"message": "Something went wrong while executing your query."}, 502)
        document = parse(question["query"])
        if problems := validate(self.schema, document):
            return Told({"errors": [_formatted(problem) for problem in problems]})
        result = execute_sync(self.schema, document, self._root(), variable_values=variables)
        told: dict[str, Any] = {"data": result.data}
        if result.errors:
            told["errors"] = [_formatted(error) for error in result.errors]
        return Told(told)

    def _root(self) -> dict[str, Any]:
        by_name = {name.lower(): name for name in self.names}
        by_id = {node_id(name): name for name in self.names}

        def repository(_info: object, owner: str, name: str, **_: object) -> dict[str, Any]:
            found = by_name.get(f"{owner}/{name}".lower())
            if found is None:
                raise NotFoundError(NOT_FOUND.format(f"{owner}/{name}"))
            return self.repository(found)

        def nodes(_info: object, ids: Sequence[str]) -> list[Any]:
            return [
                self.repository(by_id[identity]) if identity in by_id else NotFoundError(f"no node {identity}")
                for identity in ids
            ]

        def owned(login: str, first: int, after: str | None) -> dict[str, Any]:
            names = [name for name in self.names if name.partition("/")[0] == login]
            start = int(after or 0)
            return {
                "nodes": [self.repository(name) for name in names[start : start + first]],
                "pageInfo": {"hasNextPage": start + first < len(names), "endCursor": str(start + first)},
            }

        def owner(_info: object, login: str) -> dict[str, Any] | None:
            if login not in {name.partition("/")[0] for name in self.names}:
                return None
            repositories = lambda _info, first, after=None, **_: owned(login, first, after)  # noqa: E731  a field
            return {"__typename": "User", "login": login, "repositories": repositories}

        viewer = self.names[0].partition("/")[0]
        limits = {"cost": 1, "limit": 5000, "remaining": 4000, "used": 1000, "resetAt": "2026-05-04T13:00:00Z"}
        return {
            "repository": repository,
            "nodes": nodes,
            "repositoryOwner": owner,
            "viewer": lambda info: owner(info, viewer),
            "rateLimit": limits,
        }


class NotFoundError(GraphQLError):
    """Becomes an error of type NOT_FOUND."""


class ForbiddenError(GraphQLError):
    """Becomes an error of type FORBIDDEN."""


def _refuse(_info: object, **_: object) -> Any:
    raise ForbiddenError("Resource not accessible by personal access token")


def _formatted(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error or error
    kind = {"NotFoundError": "NOT_FOUND", "ForbiddenError": "FORBIDDEN"}.get(type(cause).__name__)
    return {**({"type": kind} if kind else {}), **error.formatted}
