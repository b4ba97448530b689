"""What looking at 100 packages costs, in requests and CPU, next to a loop that asks as the predecessor did.

Usage: python bench/pypi.py [PACKAGES]

Both speak to the same loopback server, which is a process of its own, through the same HTTP client. The loop asks for
the JSON page and for seven tables of statistics: recent by day, week and month, overall, by major and minor version of
Python, and by system. The waits that the limit of the statistics server brings are virtual; the minutes are their sum.
"""

import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

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

Row = tuple[int, float, float]
"""Requests, seconds of CPU, minutes of waiting."""


def main() -> None:
    packages = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    names = [f"package-{number}" for number in range(packages)]
    with server() as url:
        rows = {"loop, like the predecessor's": asyncio.run(loop(url, names)), **asyncio.run(colter(url, names))}
    asked, spent, _ = rows["loop, like the predecessor's"]
    print(f"{f'{packages} packages':<42} {'requests':>9} {'fewer':>7} {'CPU s':>7} {'less CPU':>9} {'min waited':>11}")
    for name, (requests, cpu, minutes) in rows.items():
        fewer = f"{asked / requests:.1f}x" if requests else "all"
        print(f"{name:<42} {requests:>9} {fewer:>7} {cpu:>7.2f} {spent / cpu:>8.1f}x {minutes:>11.1f}")


async def loop(url: str, names: Sequence[str]) -> Row:
    async with Http(FakeClock()) as http:
        start = time.process_time()
        for name in names:
            (await http.send(Request(f"{url}/pypi/{name}/json"))).json()
            for table in TABLES:
                (await http.send(Request(f"{url}/api/packages/{name}/{table}"))).json()
        statistics = len(TABLES) * len(names)
        return http.requests, time.process_time() - start, statistics / LIMIT


async def colter(url: str, names: Sequence[str]) -> dict[str, Row]:
    """The first look of a day, further ones, and the first look of the next day."""
    clock, store = FakeClock(), MemoryStore()
    looks: Sequence[tuple[str, timedelta, frozenset[str]]] = (
        ("Colter, first look", timedelta(), frozenset()),
        ("Colter, again within five minutes", timedelta(), frozenset()),
        ("Colter, again after an hour", timedelta(hours=1), frozenset()),
        ("Colter, the next day", timedelta(days=1), frozenset()),
        ("Colter, the day after, with both splits", timedelta(days=1), frozenset({"python", "system"})),
    )
    rows = {}
    async with Http(clock) as http:
        for row, later, splits in looks:
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
            requests, now, start = http.requests, clock.now(), time.process_time()
            await source.collect(readings.append)
            rows[row] = (
                http.requests - requests,
                time.process_time() - start,
                (clock.now() - now) / timedelta(minutes=1),
            )
            check(readings, len(names))
            await store.commit(Round(row, now, now, tuple(readings)))
    return rows


def check(readings: Sequence[Reading], expected: int) -> None:
    wrong = [reading for reading in readings if reading.missing or reading.values.get("downloads_week") != 700]
    if wrong or len(readings) != expected:
        raise SystemExit(f"wrong: {len(readings)} readings, of them {len(wrong)} without their numbers")


@contextmanager
def server() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.terminate()
    process.join()


def serve(parent: Connection) -> None:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    parent.send(httpd.server_port)
    httpd.serve_forever()


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

    def do_GET(self) -> None:
        """Any page of any package; an ETag that is known is a 304."""
        first, name, *_ = parts = self.path.partition("?")[0].strip("/").removeprefix("api/").split("/")
        statistics = PAGES.get(parts[-1])
        page = simple if first == "simple" else json_page if first == "pypi" else statistics
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
