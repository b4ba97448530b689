"""A history in which every text is new, and whatever is remembered beside it, stops growing when all of it is kept.

With `--full` it is a year of 20,000 rounds.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from colter.app.history.upkeep import Upkeep
from colter.config.schema.config import Config
from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.core.model import AlertState, Beat, BeatKind, Delivery, EndpointState, Refusal, Round, Sample, Silence
from colter.store import bounds
from colter.store.sql import SqlStore
from tests.config.opening import locked
from tests.fakes.clock import FakeClock
from tests.full import FULL
from tests.store.making import BY_PYTHON, METRICS, answer, look

DAYS, A_DAY = (365, 55) if FULL else (40, 9)
KEPT = 30 if FULL else 10
SELDOM = 5 if FULL else 3
CONFIG = f"""
endpoints: [{{name: api, url: "https://api.example.org/"}}, {{name: web, url: "https://web.example.org/"}}]
state: {{keep: {{results: {KEPT}d, readings: {KEPT}d, hours: {KEPT}d}}}}
"""
MOST = {
    "refusal": bounds.MOST_REFUSALS,
    "outbox": bounds.MOST_DEAD_LETTERS + bounds.ARRIVED_KEPT.days * A_DAY,
    "silence": (bounds.SILENCES_KEPT.days + 1) * A_DAY // SELDOM,
    "phrase": 1000 + 2 * A_DAY * (KEPT + 2),
    "outcome": 1000 + 2 * A_DAY * (KEPT + 2),
    "size": 2**20,
    "log": 2 * 2**20,
}
"""Rows, and bytes, that there may be of what takes longer to reach its bound than a short form lasts."""
FOR_EVER = {"daily_tally": 2, "reading": 1, "sample": 1, "phrase": 3, "round": 1, "outage": A_DAY, "size": 4_000}
"""Rows, and bytes, that a day may leave behind by design: of two endpoints, of one repository, and of each outage.

The bytes are those of refused measurements too, which have not become 10,000 yet. Texts would take ten times as many.
"""


def test_a_history_of_ever_new_texts_stops_growing(tmp_path: Path) -> None:
    path, clock = tmp_path / "state.db", FakeClock()

    async def story() -> tuple[Mapping[str, int], Mapping[str, int]]:
        store = SqlStore(path, clock, METRICS)
        await store.open()
        upkeep = Upkeep(_config(), store, clock)
        found = {}
        for day in range(DAYS):
            for number in range(day * A_DAY, (day + 1) * A_DAY):
                await _live(store, number, clock.now())
                clock.advance(timedelta(days=1) / A_DAY)
            await upkeep.tend(timedelta(hours=1))
            if day in (DAYS // 2, DAYS - 1):
                log = path.with_name(f"{path.name}-wal").stat().st_size
                found[day] = _rows(path) | {"size": path.stat().st_size, "log": log}
            if FULL and day % 30 == 0:
                print(day, path.stat().st_size, _rows(path), flush=True)  # noqa: T201  for whoever waits for it
        await store.close()
        before, after = found.values()
        return before, after

    before, after = asyncio.run(story())
    for what, amount in after.items():
        more = FOR_EVER.get(what, 0) * DAYS / 2
        assert amount <= max(before[what] * 1.1 + 10 + more, MOST.get(what, 0)), what
    assert after["target"] == after["target_name"] == 3


async def _live(store: SqlStore, number: int, now: datetime) -> None:
    """What a daemon does in one round, and now and then what comes of it."""
    done = _round(number, now)
    api = done.results[0].target
    owed = Delivery(f"{done.key}:influx", "sink", "influx", now, round_key=done.key)
    alert = AlertState(api, f"rule {number}", "firing", now, incident=f"i{number}")
    gone = AlertState(api, f"rule {number - 1}", "gone", now)
    await store.commit(done, [alert, gone], [owed])
    if number % SELDOM:
        await store.settle([owed.key])
        return
    told, lost = (Delivery(f"i{number}:{key}:ops", "channel", "ops", now, f"{number} bytes") for key in "12")
    refused = Refusal("influx", done.key, api, now, f"line {number}", f"bad line {number}")
    await store.exchange([told, lost], given_up={lost.key: f"refused: {number}"})
    await store.settle([owed.key, told.key], [refused])
    await store.note("sink", "influx", f"busy with {number}")
    await store.keep_silence(Silence(f"s{number}", "api", now, now + timedelta(hours=1), f"because {number}"))
    await store.keep_beat(Beat("backup", now, BeatKind.SUCCESS, text=f"{number} files"))


def _round(number: int, now: datetime) -> Round:
    """No text or address of it was ever there before."""
    text = f"connection reset after {number} bytes"
    reading = replace(look(problem=text if number % 4 else None), at=now, info={"note": text}, missing={"stars": text})
    samples = (Sample(BY_PYTHON, number, {"python": text}),)
    state = EndpointState.DOWN if number % 5 == 0 else EndpointState.UP
    results = [
        replace(answer(endpoint=name, state=state), at=now, ip=f"2001:db8::{number:x}", detail=text)
        for name in ("api", "web")
    ]
    key = f"{int(now.timestamp() * 1000):012x}-{number:016x}"
    readings = [] if number % 2 else [replace(reading, samples=samples)]
    return Round(key, now, now + timedelta(seconds=1), readings, results, "here")


def _config() -> Config:
    return make_settings(parse_document(CONFIG.encode(), "test.yaml"), {}, locked).config


def _rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for (table,) in tables}
