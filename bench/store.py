"""How fast rounds of probe results are kept, beside raw SQLite and beside the predecessor's way of writing.

    python bench/store.py [ROUNDS]

Each way writes the same results into a file of its own, in turn, in this one process. Only ratios mean something.
"""

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, String, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from colter.core.clock import SystemClock
from colter.core.model import EndpointState, Phases, ProbeResult, Round
from colter.store.sql import SqlStore

ENDPOINTS = 500
BATCHES = 40
PREDECESSOR_RESULTS = 200
Way = Callable[[Path, Sequence[Sequence[ProbeResult]]], float]
START = datetime(2026, 5, 4, tzinfo=UTC)


def results(batch: int) -> list[ProbeResult]:
    """One look at every endpoint over HTTPS, one in a hundred of them down."""
    chance = random.Random(batch)
    at = START + timedelta(minutes=batch)
    return [
        one_result(number, at + timedelta(milliseconds=chance.randrange(5000)), chance) for number in range(ENDPOINTS)
    ]


def one_result(number: int, at: datetime, chance: random.Random) -> ProbeResult:
    """A look at one of the endpoints."""
    down = chance.random() < 0.01
    phases = [
        chance.randint(*span) / 1000 for span in ((50, 900), (500, 20_000), (900, 40_000), (5000, 50_000), (10, 900))
    ]
    return ProbeResult(
        endpoint=f"endpoint {number}",
        url=f"https://host{number:04d}.example.org/api/health",
        at=at,
        state=EndpointState.DOWN if down else EndpointState.UP,
        status_code=503 if down else 200,
        http_version="2",
        ip=f"192.0.2.{number % 256}",
        latency_ms=sum(phases),
        phases=Phases(*phases),
        size=1256,
        certificate_expires=START + timedelta(days=60),
    )


def ours(folder: Path, batches: Sequence[Sequence[ProbeResult]]) -> float:
    """Seconds that `SqlStore.commit` takes; everything that status and history need is kept."""

    async def write() -> float:
        store = SqlStore(folder / "ours" / "state.db", SystemClock(), {})
        await store.open()
        rounds = [
            Round(f"round-{number}", batch[0].at, batch[0].at, results=batch) for number, batch in enumerate(batches)
        ]
        begun = time.perf_counter()
        for done in rounds:
            await store.commit(done)
        seconds = time.perf_counter() - begun
        await store.close()
        return seconds

    return asyncio.run(write())


def raw(folder: Path, batches: Sequence[Sequence[ProbeResult]]) -> float:
    """Seconds that `sqlite3.executemany` takes for the numbers of the same results, as durably, in one bare table."""
    with _bare_table(folder / "raw.db") as connection:
        begun = time.perf_counter()
        for number, batch in enumerate(batches):
            _insert(connection, _rows(number, batch))
        return time.perf_counter() - begun


def raw_rows(folder: Path, batches: Sequence[Sequence[ProbeResult]]) -> float:
    """The same, with the rows made beforehand: the limit, which no program that has to make them can reach."""
    made = [_rows(number, batch) for number, batch in enumerate(batches)]
    with _bare_table(folder / "raw_rows.db") as connection:
        begun = time.perf_counter()
        for rows in made:
            _insert(connection, rows)
        return time.perf_counter() - begun


@contextmanager
def _bare_table(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        names = "round, position, outcome, at, latency, resolve, connect, tls, processing, transfer, size"
        connection.execute(f"CREATE TABLE result ({names}, PRIMARY KEY (round, position)) WITHOUT ROWID")
        yield connection


def _insert(connection: sqlite3.Connection, rows: Sequence[Sequence[int | None]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")


def _rows(number: int, batch: Sequence[ProbeResult]) -> list[tuple[int | None, ...]]:
    return [(number, position, position, *_numbers(result)) for position, result in enumerate(batch)]


def _numbers(result: ProbeResult) -> tuple[int | None, ...]:
    phases = result.phases
    times = (result.latency_ms, phases.resolve, phases.connect, phases.tls, phases.processing, phases.transfer)
    return ((result.at - START) // timedelta(milliseconds=1), *(round((ms or 0) * 1000) for ms in times), result.size)


class _Base(DeclarativeBase):
    """The predecessor's two tables."""


class _EndpointStatus(_Base):
    __tablename__ = "endpoint_status"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2083), unique=True)
    current_status: Mapped[str] = mapped_column(String(50))
    last_updated: Mapped[datetime]


class _MonitorHistory(_Base):
    __tablename__ = "monitor_history"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2083))
    timestamp: Mapped[datetime]
    status_code: Mapped[int]
    latency: Mapped[float]
    success: Mapped[bool]
    error: Mapped[str | None] = mapped_column(String(255))


def predecessor(folder: Path, batches: Sequence[Sequence[ProbeResult]]) -> float:
    """Seconds of the predecessor's way of writing, into an SQLite file."""
    url = make_url(f"sqlite+aiosqlite:///{folder / 'predecessor.db'}")
    return asyncio.run(write_one_by_one(url, [result for batch in batches for result in batch]))


async def write_one_by_one(url: URL, results: Sequence[ProbeResult]) -> float:
    """Seconds of one ORM session, one look-up and one commit per result, as clockwerk 0.1.2 writes."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_Base.metadata.create_all)
    sessions = async_sessionmaker(engine)
    begun = time.perf_counter()
    for result in results:
        async with sessions() as session:
            await _write_one(session, result)
    seconds = time.perf_counter() - begun
    await engine.dispose()
    return seconds


async def _write_one(session: AsyncSession, result: ProbeResult) -> None:
    at = result.at.replace(tzinfo=None)
    session.add(
        _MonitorHistory(
            url=result.url,
            timestamp=at,
            status_code=result.status_code,
            latency=result.latency_ms,
            success=result.state is EndpointState.UP,
        )
    )
    known = await session.scalar(select(_EndpointStatus).where(_EndpointStatus.url == result.url))
    if known is None:
        session.add(_EndpointStatus(url=result.url, current_status="UP", last_updated=at))
    else:
        known.last_updated = at
    await session.commit()


def rate(way: Way, batches: Sequence[Sequence[ProbeResult]]) -> float:
    """Results per second of one way of writing, into a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return sum(map(len, batches)) / way(Path(folder), batches)


def main(rounds: int) -> None:
    batches = [results(batch) for batch in range(BATCHES)]
    few = [batches[0][:PREDECESSOR_RESULTS]]
    ways: list[tuple[Way, Sequence[Sequence[ProbeResult]]]] = [
        (raw_rows, batches),
        (raw, batches),
        (ours, batches),
        (predecessor, few),
    ]
    rates: dict[str, list[float]] = {way.__name__: [] for way, _ in ways}
    for _ in range(rounds):
        for way, work in ways:
            rates[way.__name__].append(rate(way, work))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    for name, speed in middle.items():
        print(f"{name:12} {speed:10,.0f} results/s")
    print(f"ours is {middle['ours'] / middle['predecessor']:.0f} x the predecessor (must: 100 x)")
    print(f"raw is {middle['raw'] / middle['ours']:.2f} x ours (must: at most 3 x)")
    print(f"raw with rows ready made is {middle['raw_rows'] / middle['ours']:.2f} x ours")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
