"""Histories that are packed: counted first, then in pieces; and all that can be read of them."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from colter.core.model import EndpointState, Phases, ProbeResult, Reason, Round, Target
from colter.core.ports import Store
from colter.core.uptime.pace import Pace
from colter.store.sql import SqlStore
from colter.store.tables import pack
from tests.fakes.clock import START
from tests.store.making import FOR_EVER, opened

LATER = START + timedelta(days=30)
"""By then everything of these histories is old."""
DETAIL = "the answer took 1234 ms: zażółć\x00\x1b[2J"


def probed(number: int, size: int = 3, *, every: timedelta = timedelta(seconds=1)) -> Round:
    """A round as a daemon makes it, with some of a handful of endpoints, not all of them well."""
    at = START + number * every
    key = f"{int(at.timestamp() * 1000):012x}-{number:016x}"
    results = tuple(_result(number * size + place, at + timedelta(milliseconds=place)) for place in range(size))
    return Round(key, at, at + timedelta(seconds=1), (), results, machine="here")


def minutes(count: int, size: int = 3) -> Iterator[Round]:
    """So many rounds, a minute apart."""
    return (probed(number, size, every=timedelta(minutes=1)) for number in range(count))


async def count_all(store: Store) -> None:
    """Only what is counted may be packed or go."""
    while await store.roll_up(lambda _: Pace(), most=1000):
        pass


async def pack_all(store: Store, *, most: int = 100, before: datetime = LATER) -> int:
    """Count and pack whatever can be; returns how many results were packed."""
    await count_all(store)
    total = 0
    while packed := await store.pack(before, most=most):
        total += packed
    return total


async def readable(store: Store, keys: Collection[str]) -> list[object]:
    """All that any reader finds, in windows and pages of several sizes."""
    whole = await store.rounds(*FOR_EVER)
    moments = sorted({done.finished for done in whole}) or [START]
    middle, end = moments[len(moments) // 2], moments[-1]
    return [
        whole,
        await store.rounds(middle, end),
        await store.rounds(START, middle),
        await store.rounds_by_key([*keys, "no such key"]),
        [await paged(store, most) for most in (5, 50)],
        [await store.entries(*window) for window in (FOR_EVER, (middle, end), (START, middle))],
        [await store.entries(*FOR_EVER, after=done.key) for done in whole[:: len(whole) // 5 + 1]],
        [await store.rounds(START, end, after=done.key, most=5) for done in whole[:: len(whole) // 5 + 1]],
        await store.rounds(START, end, after="no such key", most=5),
        await store.latest(),
        await store.status(),
        await store.owed(),
    ]


async def paged(store: Store, most: int) -> list[Round]:
    """Everything, page by page, as exports read it."""
    found: list[Round] = []
    while page := await store.rounds(*FOR_EVER, after=found[-1].key if found else None, most=most):
        found += page
    return found


async def packs(path: Path) -> list[tuple[int, int, datetime, datetime]]:
    """Rounds and results of every pack, and when its first and its last round finished."""

    def look(connection: Connection) -> list[tuple[int, int, datetime, datetime]]:
        columns = (pack.c.rounds, pack.c.entries, pack.c.since, pack.c.until)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(pack.c.id))]

    async with opened(path) as store:
        return await store._read(look)


async def plain(store: SqlStore) -> list[str]:
    """Keys of the rounds that are in no pack, in the order in which they were kept."""

    def look(connection: Connection) -> list[str]:
        return list(connection.exec_driver_sql("SELECT round_key FROM round ORDER BY id").scalars())

    return await store._read(look)


def _result(number: int, at: datetime) -> ProbeResult:
    endpoint = f"endpoint {number % 5}"
    down = number % 7 == 0
    return ProbeResult(
        endpoint,
        f"https://{endpoint[-1]}.example.org/",
        at,
        EndpointState.DOWN if down else EndpointState.UP,
        Reason.HTTP_STATUS if down else None,
        f"{DETAIL} {number}" if down else None,
        503 if down else 200,
        latency_ms=None if number % 11 == 0 else number / 1000,
        phases=Phases(None, number / 500, None, 2.5, number % 3),
        size=None if down else 1256 + number % 5,
        group="group",
    )


def endpoint(number: int) -> Target:
    """One of those that are looked at."""
    return Target("probe", f"endpoint {number}")
