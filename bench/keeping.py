"""How many bytes a kept result takes: a day of 500 endpoints, looked at once a minute, as a daemon lays it down.

    python bench/keeping.py [HOURS]

The predecessor's table takes 91 bytes for a result (measured with its own writer; its addresses are in every row).
"""

import asyncio
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bench.store import ENDPOINTS, START, one_result
from colter.core.clock import SystemClock
from colter.core.model import ProbeResult, Round
from colter.core.uptime.pace import Pace
from colter.store.sql import SqlStore
from colter.store.write.entries import append

PREDECESSOR = 91
KEPT = timedelta(days=30)
PLAIN = timedelta(hours=2)
SECOND = timedelta(seconds=1)
_AT_ONCE = 1000


@dataclass(frozen=True)
class Bytes:
    """For each result, with all tables and indexes."""

    plain: float
    tallies: float
    packed: float
    """With the tallies."""

    @property
    def kept(self) -> float:
        """Of 30 days, the last two hours of which are not packed."""
        share = PLAIN / KEPT
        return self.packed + share * self.plain


def measure(hours: int) -> Bytes:
    """Keep so many hours, count them, pack them."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder) / "state" / "state.db", hours))


async def _measure(path: Path, hours: int) -> Bytes:
    store = SqlStore(path, SystemClock(), {})
    await store.open()
    empty = _used(path)
    results = _lay_down(path, hours)
    plain = _used(path) - empty
    while await store.roll_up(lambda _: Pace(timedelta(minutes=1)), most=100_000):
        pass
    tallies = _used(path) - empty - plain
    while await store.pack(START + timedelta(days=hours), most=5000):
        pass
    packed = _used(path) - empty
    await store.close()
    return Bytes(plain / results, tallies / results, packed / results)


def _lay_down(path: Path, hours: int) -> int:
    """Many rounds in one transaction: a day of commits of one second each would take minutes."""
    from sqlalchemy import URL, create_engine

    engine = create_engine(URL.create("sqlite", database=str(path)))
    rounds, results = _rounds(hours), 0
    while some := list(islice(rounds, _AT_ONCE)):
        with engine.begin() as connection:
            append(connection, [entry for done in some for entry in done.entries])
        results += sum(len(done.results) for done in some)
    engine.dispose()
    return results


def _rounds(hours: int) -> Iterator[Round]:
    """A round each second: every endpoint has its own moment in the minute, and keeps it to some milliseconds."""
    chance = random.Random(1)
    moments = sorted((chance.randrange(60_000), number) for number in range(ENDPOINTS))
    for second in range(hours * 3600):
        begins = START + second * SECOND
        due = [(at, number) for at, number in moments if at // 1000 == second % 60]
        found = tuple(_look(number, begins, at, chance) for at, number in due)
        if found:
            key = f"{int(found[0].at.timestamp() * 1000):012x}-{chance.getrandbits(64):016x}"
            ends = begins + SECOND + timedelta(milliseconds=chance.randrange(20))
            yield Round(key, found[0].at, ends, (), found, machine="a-machine")


def _look(number: int, begins: datetime, at: int, chance: random.Random) -> ProbeResult:
    return one_result(number, begins + timedelta(milliseconds=at % 1000 + chance.randrange(5)), chance)


def _used(path: Path) -> int:
    """Bytes of all pages that hold anything."""
    with closing(sqlite3.connect(path)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def main(hours: int) -> None:
    found = measure(hours)
    print(f"{PREDECESSOR:6.1f} bytes per result in the predecessor's table")
    print(f"{found.plain:6.1f} as they come: eight results to a round, one round a second")
    print(f"{found.tallies:6.1f} more for tallies by the hour and by the day")
    print(f"{found.packed:6.1f} packed, with the tallies")
    print(f"{found.kept:6.1f} per result of 30 days, the last two hours of which are not packed (must: at most 40)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
