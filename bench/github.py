"""What reading 1,000 repositories costs, in requests and CPU, next to a loop over the REST API as the predecessor's.

Usage: python bench/github.py [REPOSITORIES]

Both speak to the same loopback server, which is a process of its own, through the same HTTP client. The loop asks as
PyGithub 2.10 does: repository, branches, pulls, issues, releases, and the assets of each of ten releases. It is run
over a tenth of the repositories and multiplied.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

from bench.loopback import serving
from colter.core.clock import SystemClock
from colter.core.model import Reading, Round
from colter.core.secret import Secret
from colter.net.http import Http, Request
from colter.sources.github.facts import FACTS
from colter.sources.github.source import GitHub
from colter.store.memory import MemoryStore

RELEASES = 10
SHARE = 10
LOOKS: dict[str, tuple[frozenset[str], int]] = {
    "Colter, core facts, first sight": (frozenset(), 25),
    "Colter, core facts, by node id": (frozenset(), 25),
    "Colter, all that can be batched": (frozenset(FACTS), 50),
}
"""Facts and the most requests that they may take for 1,000 repositories."""
ASSETS = [{"downloadCount": 7, "download_count": 7}] * 3
COUNT = {"totalCount": 17}
NODE = {
    "owner": {"__typename": "User", "followers": COUNT},
    "stargazerCount": 101, "forkCount": 12, "watchers": COUNT, "openIssues": COUNT, "openPRs": COUNT, "branches": COUNT,
    "tags": COUNT, "releases": {"totalCount": RELEASES}, "pushedAt": "2026-05-01T10:00:00Z", "diskUsage": 18,
    "createdAt": "2020-01-01T00:00:00Z", "latestRelease": {"tagName": "v1", "publishedAt": "2026-04-01T00:00:00Z"},
    "primaryLanguage": {"name": "Python"}, "licenseInfo": {"spdxId": "MIT"}, "visibility": "PUBLIC",
    "isArchived": False, "isFork": False, "defaultBranchRef": {"name": "main"}, "viewerPermission": "READ",
    "repositoryTopics": {"nodes": [{"topic": {"name": "monitoring"}}]},
    "ciHead": {"target": {"statusCheckRollup": {"state": "SUCCESS"}}}, "vulnerabilityAlerts": COUNT,
    "newIssues": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []},
    "recentReleases": {
        "nodes": [
            {"databaseId": release, "releaseAssets": {"totalCount": 3, "nodes": ASSETS}} for release in range(RELEASES)
        ]
    },
}  # fmt: skip


def main() -> None:
    repositories = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    names = [f"owner/repository-{number}" for number in range(repositories)]
    with serving(Handler) as url:
        rows = {
            "loop over REST, like the predecessor's": asyncio.run(loop(url, names[: len(names) // SHARE])),
            **asyncio.run(colter(url, names)),
        }
    requests, cpu = rows["loop over REST, like the predecessor's"]
    rows["loop over REST, like the predecessor's"] = requests, cpu = requests * SHARE, cpu * SHARE
    title = f"{repositories} repositories"
    print(f"{title:<42} {'requests':>9} {'must':>5} {'fewer':>7} {'CPU s':>7} {'less CPU':>9}")
    for name, (asked, spent) in rows.items():
        must = LOOKS[name][1] if name in LOOKS and repositories == 1000 else ""
        print(f"{name:<42} {asked:>9} {must:>5} {requests / asked:>6.0f}x {spent:>7.2f} {cpu / spent:>8.0f}x")


async def colter(url: str, names: Sequence[str]) -> dict[str, tuple[int, float]]:
    """Core facts at first sight and again, then everything that goes into batches."""
    clock, store = SystemClock(), MemoryStore()
    rows = {}
    async with Http(clock) as http:
        for row, (facts, _) in LOOKS.items():
            source = GitHub(
                targets=names, facts=facts, token=Secret("x"), api_url=url, http=http, recall=store, clock=clock
            )
            readings: list[Reading] = []
            before, start = http.requests, time.process_time()
            await source.collect(readings.append)
            rows[row] = http.requests - before, time.process_time() - start
            wrong = [reading for reading in readings if reading.values.get("stars") != 101]
            if wrong or len(readings) != len(names):
                raise SystemExit(f"wrong: {len(readings)} readings, {len(wrong)} of them without their stars")
            now = clock.now()
            await store.commit(Round(row, now, now, tuple(readings)))
    return rows


async def loop(url: str, names: Sequence[str]) -> tuple[int, float]:
    async with Http(SystemClock()) as http:
        start = time.process_time()
        for name in names:
            for part in ("", "/branches", "/pulls", "/issues"):
                (await http.send(Request(f"{url}/repos/{name}{part}"))).json()
            releases = await http.send(Request(f"{url}/repos/{name}/releases"))
            for release in releases.json():
                (await http.send(Request(f"{url}/repos/{name}/releases/{release['id']}/assets"))).json()
        return http.requests, time.process_time() - start


class Handler(BaseHTTPRequestHandler):
    """Fills a template in; GraphQL by the variables alone."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """GraphQL."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["variables"]
        if "ids" in asked:
            self.tell({"data": {"nodes": [{**NODE, **known(identity[2:])} for identity in asked["ids"]]}})
            return
        names = {key[1:]: f"{asked['o' + key[1:]]}/{name}" for key, name in asked.items() if key.startswith("n")}
        self.tell({"data": {f"r{key}": {**NODE, **known(name)} for key, name in names.items()}})

    def do_GET(self) -> None:
        """REST."""
        listing = re.fullmatch(r"/repos/[^/]+/[^/]+/(\w+)(/\d+/assets)?", self.path)
        releases = [{"id": release, "assets": ASSETS} for release in range(RELEASES)]
        self.tell(releases if listing and listing[1] == "releases" and not listing[2] else ASSETS)

    def tell(self, answer: Any) -> None:
        """Send it as JSON."""
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the log would be most of the work."""


def known(name: str) -> dict[str, str]:
    return {"id": f"R_{name}", "nameWithOwner": name}


if __name__ == "__main__":
    main()
