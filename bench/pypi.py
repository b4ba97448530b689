"""What looking at 100 packages costs, in requests and CPU, next to a loop that asks as the predecessor did.

Usage: python bench/pypi.py [PACKAGES]

Both speak to the same loopback server, which is a process of its own, through the same HTTP client. The loop asks for
the JSON page and for seven tables of statistics: recent by day, week and month, overall, by major and minor version of
Python, and by system. The waits that the limit of the statistics server brings are virtual; the minutes are their sum.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from bench.loopback import serving
from colter.core.model import Reading, Round
from colter.net.http import Http, Request
from colter.sources.pypi.source import PyPI
from colter.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.pypi import YESTERDAY

LIMIT = 30  # statistics requests a minute
TABLES = (
    "recent?period=day",
    "recent?period=week",
    "recent?period=month",
    "overall",
    "python_major",
    "python_minor",
    "system",
)
DAYS = [(YESTERDAY - timedelta(days=back)).isoformat() for back in range(180)]
VERSIONS = [f"{major}.{minor}.0" for major in range(8) for minor in range(10)]

LOOKS: dict[str, tuple[timedelta, frozenset[str], int]] = {
    "Colter, first look": (timedelta(), frozenset(), 1),
    "Colter, again within five minutes": (timedelta(), frozenset(), 0),
    "Colter, again after an hour": (timedelta(hours=1), frozenset(), 0),
    "Colter, the next day": (timedelta(days=1), frozenset(), 1),
    "Colter, the day after, with both splits": (timedelta(days=1), frozenset({"python", "system"}), 3),
}
"""How long after the one before, with which splits, and the most statistics requests that a package may cost."""
LOOP = "loop, like the predecessor's"


@dataclass(frozen=True)
class Cost:
    """What one look at all packages took."""

    requests: int
    statistics: int
    cpu: float
    waited: timedelta


def main() -> None:
    packages = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    names = [f"package-{number}" for number in range(packages)]
    with serving(Handler) as url:
        costs = {LOOP: asyncio.run(loop(url, names)), **asyncio.run(colter(url, names))}
    peer = costs[LOOP]
    heads = (
        f"{'requests':>9} {'statistics':>11} {'must':>5} {'fewer':>7} {'CPU s':>7} {'less CPU':>9} {'min waited':>11}"
    )
    print(f"{f'{packages} packages':<42} {heads}")
    for name, cost in costs.items():
        must = LOOKS[name][2] * packages if name in LOOKS else ""
        fewer = f"{peer.requests / cost.requests:.1f}x" if cost.requests else "all"
        print(
            f"{name:<42} {cost.requests:>9} {cost.statistics:>11} {must:>5} {fewer:>7} {cost.cpu:>7.2f}"
            f" {peer.cpu / cost.cpu:>8.1f}x {cost.waited / timedelta(minutes=1):>11.1f}"
        )


async def loop(url: str, names: Sequence[str]) -> Cost:
    async with Http(FakeClock()) as http:
        start = time.process_time()
        for name in names:
            (await http.send(Request(f"{url}/pypi/{name}/json"))).json()
            for table in TABLES:
                (await http.send(Request(f"{url}/api/packages/{name}/{table}"))).json()
        statistics = len(TABLES) * len(names)
        return Cost(http.requests, statistics, time.process_time() - start, timedelta(minutes=statistics / LIMIT))


async def colter(url: str, names: Sequence[str]) -> dict[str, Cost]:
    """The first look of a day, further ones, and the first look of the next day."""
    clock, store = FakeClock(), MemoryStore()
    costs = {}
    async with Http(clock) as http:
        for look, (later, splits, _) in LOOKS.items():
            clock.advance(later)
            source = PyPI(
                packages=names,
                splits=splits,
                index_url=f"{url}/simple/",
                stats_url=url,
                http=http,
                recall=store,
                clock=clock,
            )
            readings: list[Reading] = []
            requests, asked, now = http.requests, await statistics_asked(http, url), clock.now()
            start = time.process_time()
            await source.collect(readings.append)
            cpu = time.process_time() - start
            # Of the requests, one was the question how many there were.
            costs[look] = Cost(
                http.requests - requests - 1, await statistics_asked(http, url) - asked, cpu, clock.now() - now
            )
            check(readings, len(names))
            await store.commit(Round(look, now, now, tuple(readings)))
    return costs


async def statistics_asked(http: Http, url: str) -> int:
    """How many requests for statistics the server has seen so far."""
    return int((await http.send(Request(f"{url}/asked/so-far"))).json())


def check(readings: Sequence[Reading], expected: int) -> None:
    wrong = [reading for reading in readings if reading.missing or reading.values.get("downloads_week") != 700]
    if wrong or len(readings) != expected:
        raise SystemExit(f"wrong: {len(readings)} readings, of them {len(wrong)} without their numbers")


def simple(name: str) -> Any:
    names = [f"{name}-{version}{ending}" for version in VERSIONS for ending in (".tar.gz", "-py3-none-any.whl")]
    rest = {"hashes": {"sha256": "0" * 64}, "size": 1, "yanked": False, "upload-time": "2026-01-01T00:00:00Z"}
    files = [
        {"filename": file, "url": f"https://files.example.org/packages/{'0' * 62}/{file}", **rest} for file in names
    ]
    return {"meta": {"api-version": "1.4"}, "name": name, "versions": VERSIONS, "files": files}


def json_page(name: str) -> Any:
    releases = {version: [{"filename": f"{name}-{version}.tar.gz", "comment_text": "x" * 1200}] for version in VERSIONS}
    return {"info": {"version": VERSIONS[-1]}, "releases": releases, "vulnerabilities": []}


def asked(_name: str) -> int:
    return Handler.statistics_asked


def rows_of(*categories: str) -> Callable[[str], Any]:
    rows = [{"category": category, "date": day, "downloads": 100} for category in categories for day in DAYS]
    return lambda name: {"data": rows, "package": name}


PAGES: dict[str, Callable[[str], Any]] = {
    "overall": rows_of("with_mirrors", "without_mirrors"),
    "python_major": rows_of("2", "3", "null"),
    "python_minor": rows_of("2.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "null"),
    "system": rows_of("Windows", "Linux", "Darwin", "other", "null"),
    "recent": lambda name: {"data": {"last_day": 100, "last_month": 3000, "last_week": 700}, "package": name},
}


class Handler(BaseHTTPRequestHandler):
    """Sizes are those of a middling project: 40 kB of Simple page, 100 kB of JSON page, 25 kB of statistics."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    statistics_asked = 0

    def do_GET(self) -> None:
        """Any page of any package; an ETag that is known is a 304."""
        first, name, *_ = parts = self.path.partition("?")[0].strip("/").removeprefix("api/").split("/")
        statistics = PAGES.get(parts[-1])
        Handler.statistics_asked += statistics is not None
        page = {"simple": simple, "pypi": json_page, "asked": asked}.get(first, statistics)
        known = statistics is None and self.headers.get("if-none-match") == '"1"'
        body = b"" if known or page is None else json.dumps(page(name)).encode()
        self.send_response(304 if known else 200)
        self.send_header("etag", '"1"')
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    main()
