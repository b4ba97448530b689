"""How long a report over thirty days of 500 endpoints takes, beside the same from raw rows in SQLite.

    python bench/reports.py [ROUNDS]

One day of looks, one a minute at each endpoint, is committed and counted for real, a quarter of an hour at a time as a
daemon counts. The other days are copies of its tallies: 21.6 million results altogether. The peer has the same looks
at some of the endpoints, as rows of small numbers in the order in which a report wants them; its time is multiplied.
"""

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

from colter.app.reports.window import window_of
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult, Reason, Round, Target
from colter.core.uptime.pace import Pace
from colter.core.uptime.tally import Tally
from colter.store.sql import SqlStore

ENDPOINTS = 500
DAYS = 30
LOOKS = 1440
AT_ONCE = 15
PEER_ENDPOINTS = 20
SHARES = (0.5, 0.95, 0.99)
LAST_DAY = datetime(2026, 5, 30, tzinfo=UTC)
FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)
PACE = Pace(timedelta(minutes=1))
NAMES = [Target("probe", f"endpoint {number}") for number in range(ENDPOINTS)]
Looks = list[list[tuple[int, int | None]]]
"""By endpoint: when after the beginning of the day (ms), and how long the answer took (us); None: it failed."""
Answer = tuple[float, list[float]]
"""Share of the time, or of the looks, and the latencies in milliseconds."""


def looks() -> Looks:
    """A day. Some endpoints are quick and steady, others are slow and scattered; each is down now and then."""
    chance = random.Random(1)
    day: Looks = []
    for _ in range(ENDPOINTS):
        middle, scatter = chance.uniform(1, 5), chance.uniform(0.05, 0.8)
        outage = chance.randrange(LOOKS)
        day.append(
            [
                (
                    60_000 * look + chance.randrange(5_000),
                    None
                    if outage <= look < outage + 10 or chance.random() < 0.002
                    else round(1000 * chance.lognormvariate(middle, scatter)),
                )
                for look in range(LOOKS)
            ]
        )
    return day


async def count(store: SqlStore, day: Looks) -> float:
    """Commit and count them; CPU seconds of counting."""
    spent = 0.0
    for look in range(LOOKS):
        results = [_result(name, *seen[look]) for name, seen in zip(NAMES, day, strict=True)]
        at = LAST_DAY + timedelta(minutes=look)
        await store.commit(Round(f"round {look}", at, at + timedelta(seconds=5), results=results))
        if (look + 1) % AT_ONCE == 0:
            begun = time.process_time()
            while await store.roll_up(lambda _: PACE, most=200_000):
                pass
            spent += time.process_time() - begun
    return spent


def _result(name: Target, at: int, latency_us: int | None) -> ProbeResult:
    moment, url = LAST_DAY + timedelta(milliseconds=at), f"https://{name.name.replace(' ', '-')}.example.org/"
    if latency_us is None:
        return ProbeResult(name.name, url, moment, EndpointState.DOWN, Reason.TIMEOUT_TOTAL)
    return ProbeResult(name.name, url, moment, EndpointState.UP, status_code=200, latency_ms=latency_us / 1000)


def repeat(path: Path) -> None:
    """Let all days be like the last one."""
    with closing(sqlite3.connect(path)) as history:
        for table in ("hourly_tally", "daily_tally"):
            columns = [row[1] for row in history.execute(f"PRAGMA table_info({table})")]
            shifted = ", ".join("begins - ?" if column == "begins" else column for column in columns)
            for back in range(1, DAYS):
                history.execute(
                    f"INSERT INTO {table} SELECT {shifted} FROM {table} WHERE begins >= ?",
                    (back * 86_400_000, int(LAST_DAY.timestamp() * 1000)),
                )
        history.commit()


async def ours(store: SqlStore, since: datetime, until: datetime) -> list[Answer]:
    """Availability and percentiles of every endpoint, as `colter report` asks for them."""
    counted: dict[Target, list[Tally]] = {name: [] for name in NAMES}
    for part in window_of(since, until, until).parts:
        for name, tallies in (await store.tallies(NAMES, part.since, part.until, part.step)).items():
            counted[name] += (tally for _, tally in tallies)
    return [_answer(Tally.total(tallies)) for tallies in counted.values()]


def _answer(tally: Tally) -> Answer:
    return tally.availability or 0.0, [latency or 0.0 for latency in tally.percentiles_ms(SHARES)]


def fill(path: Path, day: Looks) -> None:
    """The peer's table: a row of small numbers for each look."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE look (endpoint, at, latency, PRIMARY KEY (endpoint, at)) WITHOUT ROWID")
        begins = int(FIRST_DAY.timestamp() * 1000)
        rows = (
            (endpoint, begins + 86_400_000 * back + at, latency)
            for endpoint in range(PEER_ENDPOINTS)
            for back in range(DAYS)
            for at, latency in day[endpoint]
        )
        raw.executemany("INSERT INTO look VALUES (?, ?, ?)", rows)
        raw.commit()


def peer(path: Path) -> list[Answer]:
    """Share of good looks and percentiles of its endpoints; sorting in Python is quicker than in SQLite."""
    begins, ends = (int(moment.timestamp() * 1000) for moment in (FIRST_DAY, LAST_DAY + timedelta(days=1)))
    asked = "SELECT latency FROM look WHERE endpoint = ? AND at >= ? AND at < ?"
    found = []
    with closing(sqlite3.connect(path)) as raw:
        for endpoint in range(PEER_ENDPOINTS):
            seen = [latency for (latency,) in raw.execute(asked, (endpoint, begins, ends))]
            good = sorted(latency for latency in seen if latency is not None)
            ranked = [good[ceil(share * len(good)) - 1] / 1000 for share in SHARES]
            found.append((len(good) / len(seen), ranked))
    return found


@dataclass
class Timer:
    """Milliseconds of several runs, and of CPU: on a busy machine only that means something."""

    factor: int = 1
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take the time of what is done within."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.walls.append((time.perf_counter() - wall) * 1000 * self.factor)
        self.cpus.append((time.process_time() - cpu) * 1000 * self.factor)

    @property
    def cpu(self) -> float:
        """The middle one."""
        return statistics.median(self.cpus)

    def __str__(self) -> str:
        return f"{statistics.median(self.walls):8,.0f} ms, {self.cpu:,.0f} ms of CPU"


def worst_error(found: Sequence[Answer], truth: Sequence[Answer]) -> float:
    """The largest of all percentiles."""
    pairs = (
        pair for (_, told), (_, right) in zip(found, truth, strict=False) for pair in zip(told, right, strict=True)
    )
    return max(abs(told - right) / right for told, right in pairs)


async def main(rounds: int, folder: Path) -> None:
    day = looks()
    store = SqlStore(folder / "state.db", SystemClock(), {})
    await store.open()
    counting = await count(store, day)
    repeat(folder / "state.db")
    fill(folder / "raw.db", day)
    midnight, afternoon = LAST_DAY + timedelta(days=1), LAST_DAY + timedelta(hours=15, minutes=20)
    days, report, raw = Timer(), Timer(), Timer(ENDPOINTS // PEER_ENDPOINTS)
    found: list[Answer] = []
    truth: list[Answer] = []
    for _ in range(rounds):
        with days.running():
            found = await ours(store, FIRST_DAY, midnight)
        with report.running():
            await ours(store, afternoon - timedelta(days=DAYS), afternoon)
        with raw.running():
            truth = peer(folder / "raw.db")
    await store.close()
    results = ENDPOINTS * LOOKS
    print(f"counting            {results / counting:,.0f} results/s, {counting / results * 1e6:.1f} us of CPU each")
    print(f"thirty whole days   {days} (must: 500 ms)")
    print(f"as `colter report`  {report}: from 15:20 to 15:20, by the hour at both ends")
    print(f"raw rows            {raw}: {PEER_ENDPOINTS} endpoints, times {raw.factor}")
    print(f"raw rows take {raw.cpu / days.cpu:.0f} x as much CPU")
    print(f"largest error of p50, p95 and p99: {100 * worst_error(found, truth):.2f} % (must: 1 %)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, Path(folder)))
