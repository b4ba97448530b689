"""What an outage leaves behind: how fast it is delivered and in how much memory, beside other ways of writing it.

    python bench/delivery.py [RESULTS]

A history is made in which so many probe results (a million) are owed to a sink. Then one command is run, `colter probe`
of one address, which has to bring them all there as well. To databases it is a fifth as many.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg

from bench import store as ways
from colter.app.cycle import commit
from colter.core.clock import SystemClock
from colter.core.model import Round
from colter.store.sql import SqlStore
from tests.servers.postgres import postgres
from tests.servers.victoriametrics import VictoriaMetrics, victoriametrics

MILLION = 1_000_000
PER_ROUND = 2 * ways.ENDPOINTS
MOST_SECONDS, MOST_MIB = 60, 150
COLTER = str(Path(sys.executable).with_name("colter"))
COUNT = "SELECT count(*) FROM probe_result"


class Cost(NamedTuple):
    """What a command took; of `seconds`, so many on a processor."""

    seconds: float
    cpu: float
    mib: float


def main(results: int) -> None:
    fewer = results // 5
    with victoriametrics() as server:
        to_victoria(server, results)
        to_sqlite(server, fewer)
        to_postgres(server, fewer)
    batches = [ways.results(batch) for batch in range(ways.BATCHES)]
    predecessor = ways.rate(ways.predecessor, [batches[0][: ways.PREDECESSOR_RESULTS]])
    print(f"{'raw executemany':16} {ways.rate(ways.raw, batches):10,.0f} results/s into an SQLite file")
    print(f"{'predecessor':16} {predecessor:10,.0f} results/s into an SQLite file: a session and a look-up each")


def to_victoria(server: VictoriaMetrics, results: int) -> None:
    cost = delivered(server.port, results, "influx", INFLUXDB__URL=server.url, INFLUXDB__ORG="o", INFLUXDB__BUCKET="b")
    tell("VictoriaMetrics", results, cost, distinct_points(server))
    print(f"{'':16} must: at most {MOST_SECONDS * results / MILLION:g} s and {MOST_MIB} MiB")


def to_sqlite(server: VictoriaMetrics, results: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shared.db")
        cost = delivered(server.port, results, "database", DATABASE__DRIVER="sqlite", DATABASE__NAME=str(path))
        with closing(sqlite3.connect(path)) as connection:
            tell("SQLite file", results, cost, connection.execute(COUNT).fetchone()[0])


def to_postgres(server: VictoriaMetrics, results: int) -> None:
    with postgres() as shared:
        name = shared.new_database()
        url = shared.url(name)
        cost = delivered(server.port, results, "database", DATABASE__URL=url)
        with psycopg.connect(url) as connection:
            ((found,),) = connection.execute(COUNT.encode()).fetchall()
            tell("PostgreSQL", results, cost, found)


def delivered(port: int, results: int, sink: str, **settings: str) -> Cost:
    """Owe a sink so many results, and run the command that brings them there; it probes this port."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        in_a_child(lambda: asyncio.run(owe(state, sink, results)))  # its memory is not to be counted
        argv = [COLTER, "--state", folder, "probe", f"tcp://127.0.0.1:{port}", "-o", sink, "-q"]
        return run(argv, {"HOME": folder, **{f"COLTER_{key}": value for key, value in settings.items()}})


async def owe(state: Path, sink: str, results: int) -> None:
    """A history all of whose results are owed to this sink."""
    store = SqlStore(state / "state.db", SystemClock(), {})
    await store.open()
    for number in range(results // PER_ROUND):
        seen = (*ways.results(2 * number), *ways.results(2 * number + 1))
        assert await commit(store, Round(f"round-{number:08d}", seen[0].at, seen[-1].at, results=seen), [sink]) is None
    await store.close()


def run(argv: list[str], env: Mapping[str, str]) -> Cost:
    begun = time.perf_counter()
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(argv[0], argv, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **env}, file_actions=silent)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def distinct_points(server: VictoriaMetrics) -> int:
    return sum(len({at for at, _ in series.samples}) for series in server.export("endpoint_probe_up"))


def tell(where: str, results: int, cost: Cost, found: int) -> None:
    print(
        f"{where:16} {results / cost.seconds:10,.0f} results/s: {results:,} in {cost.seconds:.1f} s"
        f" ({cost.cpu:.1f} s of CPU), {cost.mib:.0f} MiB at most"
    )
    if found != results + 1:  # the command's own
        sys.exit(f"{where}: {found:,} are there, not {results + 1:,}")


def in_a_child(work: Callable[[], object]) -> None:
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit("the history could not be made")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MILLION)
