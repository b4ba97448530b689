"""What GitHub's REST API tells strangers about a repository."""

from typing import Any

from tests.fakes.github_server import Told


def repository(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "full_name": name,
        "node_id": f"R_{name}".replace("/", "_"),
        "stargazers_count": 101,
        "watchers_count": 101,
        "subscribers_count": 13,
        "forks_count": 12,
        "open_issues_count": 29,
        "pushed_at": "2026-05-01T10:00:00Z",
        "created_at": "2020-01-01T00:00:00Z",
        "size": 18,
        "language": None,
        "license": None,
        "visibility": "public",
        "archived": False,
        "fork": False,
        "default_branch": "main",
        "topics": ["monitoring", "uptime"],
        **changes,
    }


def row(number: int, **changes: Any) -> dict[str, Any]:
    at = f"2026-05-02T00:{number:02}:00Z"
    return {
        "number": number,
        "title": f"Issue {number}",
        "created_at": at,
        "html_url": "https://example.com",
        **changes,
    }


ISSUES = "/issues?state=all&sort=created&direction=desc&per_page=100&page=1"


def all_of(name: str, **changes: Any) -> dict[str, Any]:
    last = '<https://api.github.com/repositories/1/x?per_page=1&page=2>; rel="next", <{}>; rel="last"'
    return {
        f"/repos/{name}": repository(name, **changes),
        f"/repos/{name}/pulls?state=open&per_page=1": Told(
            [{}], headers={"link": last.format("https://api.github.com/repositories/1/pulls?per_page=1&page=15")}
        ),
        f"/repos/{name}/branches?per_page=1": Told([{}]),
        f"/repos/{name}/tags?per_page=1": Told([]),
        f"/repos/{name}/releases?per_page=100&page=1": [{"id": 1, "assets": [{"download_count": 5}]}],
        f"/repos/{name}{ISSUES}": [row(3, pull_request={}), row(2), row(1)],
        f"/users/{name.partition('/')[0]}": {"followers": 9},
    }
