"""How fast probe results get into each kind of database, beside the predecessor's way of writing.

    python bench/database.py [ROUNDS]

Servers of its own, which do not wait for the disk. Only ratios mean something.
"""

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bench import store as ways
from colter.core.model import Entry, Round
from colter.core.secret import Secret
from colter.sinks.database import Database, address
from tests.servers.mariadb import mariadb
from tests.servers.postgres import postgres

RESULTS = 20_000
Places = Callable[[], Secret]
"""A new database each time."""


@contextmanager
def sqlite_files() -> Iterator[Places]:
    with tempfile.TemporaryDirectory() as folder:
        names = itertools.count()
        yield lambda: Secret(f"sqlite:///{Path(folder) / f'{next(names)}.db'}")


@contextmanager
def postgres_server() -> Iterator[Places]:
    with postgres() as server:
        yield lambda: Secret(server.url(server.new_database()))


@contextmanager
def mariadb_server() -> Iterator[Places]:
    with mariadb() as server:
        login = f"{server.user}:{quote(server.password)}"
        yield lambda: Secret(f"mysql://{login}@{server.host}:{server.port}/{server.new_database()}")


async def ours(where: Secret, run: int) -> float:
    """Results per second through the sink, in batches as a long backlog is sent."""
    sink = Database(address(where))
    await sink.send([])
    entries = _entries(run)
    begun = time.perf_counter()
    for start in range(0, len(entries), sink.batch):
        await sink.send(entries[start : start + sink.batch])
    seconds = time.perf_counter() - begun
    await sink.close()
    return len(entries) / seconds


async def predecessor(where: Secret, run: int) -> float:
    """Results per second, each in its own ORM session."""
    few = ways.results(run)[: ways.PREDECESSOR_RESULTS]
    return len(few) / await ways.write_one_by_one(address(where), few)


def _entries(run: int) -> Sequence[Entry]:
    batches = [ways.results(run * RESULTS + number) for number in range(RESULTS // ways.ENDPOINTS)]
    rounds = [
        Round(f"round-{run}-{number}", batch[0].at, batch[0].at, results=batch) for number, batch in enumerate(batches)
    ]
    return [entry for done in rounds for entry in done.entries]


def main(rounds: int) -> None:
    for place in (sqlite_files, postgres_server, mariadb_server):
        rates: dict[str, list[float]] = {way.__name__: [] for way in (ours, predecessor)}
        with place() as new:
            for run in range(rounds):
                for way in (ours, predecessor):
                    rates[way.__name__].append(asyncio.run(way(new(), run)))
        middle = {name: statistics.median(values) for name, values in rates.items()}
        times = middle["ours"] / middle["predecessor"]
        figures = "   ".join(f"{name} {rate:8,.0f} results/s" for name, rate in middle.items())
        print(f"{place.__name__:16} {figures}   {times:.0f} x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
