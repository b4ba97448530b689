"""F1: `kill -9` at any moment: what was acknowledged is in the history and in every sink, and never twice."""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from colter.core.clock import SystemClock
from colter.core.model import Round
from colter.store.sql import SqlStore
from tests.faults.killing import Toll, kill_lives
from tests.faults.life import Plan
from tests.faults.numbered import METRICS, Fact, facts, key_of, numbered
from tests.faults.places import (
    file_place,
    mariadb_place,
    newest,
    postgres_place,
    pushgateway_place,
    sqlite_place,
    victoria_place,
)
from tests.full import FULL
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.pushgateway import Pushgateway
from tests.servers.victoriametrics import VictoriaMetrics
from tests.store.making import FOR_EVER

KILLS = 1000 if FULL else 40
ONCE = ("postgresql", "mariadb", "sqlite")
"""Where nothing may be twice, however often it is sent."""


def test_whatever_is_killed_nothing_is_lost_and_nothing_doubled(
    postgres: Postgres, mariadb: MariaDB, victoria: VictoriaMetrics, pushgateway: Pushgateway, tmp_path: Path
) -> None:
    places = {
        "influx": victoria_place(victoria),
        "postgresql": postgres_place(postgres),
        "mariadb": mariadb_place(mariadb),
        "sqlite": sqlite_place(tmp_path / "shared.db"),
        "file": file_place(tmp_path / "all.jsonl"),
        "prometheus": pushgateway_place(pushgateway),
    }
    plan = Plan(str(tmp_path), {name: (place.sink, place.env) for name, place in places.items()})
    toll = kill_lives(plan, KILLS, seed=3)
    assert toll.kills == KILLS
    assert set(toll.phases) == {"commit", "send", "settle"}
    kept = facts(_history(plan, toll))
    found = {name: place.read() for name, place in places.items()}
    doubled = {name: len(each) - len(set(each)) for name, each in found.items()}
    sys.stdout.write(f"{toll.kills} kills, in {dict(toll.phases)}; {len(kept)} measurements; {doubled=}\n")
    assert sorted(found.pop("prometheus")) == sorted(newest(kept))
    for name, each in found.items():
        assert sorted(set(each)) == sorted(kept), name
    assert not any(doubled[name] + _repeats(found[name]) for name in ONCE)
    assert _repeats(found["file"]) <= toll.kills


def _repeats(lines: Sequence[Fact]) -> int:
    """How often a file goes back to rounds that it had before; else it goes on in order."""
    return sum(1 for before, after in pairwise(lines) if after.round < before.round)


def _history(plan: Plan, toll: Toll) -> Sequence[Round]:
    """All of it, which must be whole rounds, and all that were acknowledged."""

    async def read() -> Sequence[Round]:
        store = SqlStore(plan.state, SystemClock(), METRICS)
        await store.open()
        try:
            assert not await store.owed()
            return await store.rounds(*FOR_EVER)
        finally:
            await store.close()

    with closing(sqlite3.connect(plan.state)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    kept = asyncio.run(read())
    keys = {done.key for done in kept}
    assert {key_of(number) for number in toll.kept} <= keys <= {key_of(number) for number in toll.begun}
    assert facts(kept) == facts(numbered(int(done.key)) for done in kept)
    return kept
