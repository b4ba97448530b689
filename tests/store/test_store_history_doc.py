"""docs/history.md tells of every table, and its queries run."""

import asyncio
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from colter.core.alerting.policy import Threshold
from colter.core.model import DailyCount, Delivery, EndpointState
from colter.core.uptime.pace import Pace
from colter.store.schema import VERSION_TABLE
from colter.store.tables import metadata
from tests.fakes.clock import START
from tests.store.making import STARS, answer, at, done, look, opened

DOCUMENT = Path(__file__, "../../../docs/history.md").resolve().read_text(encoding="utf-8")


def test_every_table_is_told_of_and_no_other() -> None:
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)^\| (`.*?) \|", DOCUMENT))))
    assert told == {*metadata.tables, VERSION_TABLE}


@pytest.mark.parametrize("query", re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL))
def test_every_query_finds_what_it_is_for(tmp_path: Path, query: str) -> None:
    path = tmp_path / "state.db"
    asyncio.run(_fill(path))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(query).fetchall()


def test_every_way_to_back_up_gives_a_whole_file(tmp_path: Path) -> None:
    path, copy, small = (tmp_path / name for name in ("state.db", "copy.db", "small.db"))
    asyncio.run(_fill(path))
    with closing(sqlite3.connect(path)) as connection, closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
        connection.execute("VACUUM INTO ?", (str(small),))
    for backup in (copy, small):
        assert asyncio.run(_targets(backup)) == ["github:pallets/flask", "probe:api"]


async def _fill(path: Path) -> None:
    async with opened(path) as store:
        reading = replace(look(values={STARS: 1}), daily=[DailyCount("downloads", START.date(), 7)])
        seen = done("one", reading, answer(state=EndpointState.DOWN))
        owed = Delivery("one:influx", "sink", "influx", at(0), round_key="one")
        await store.commit(seen, deliveries=[owed, Delivery("incident:1:ops", "channel", "ops", at(0), "api is down")])
        await store.roll_up(lambda _: Pace(down_after=Threshold(1, 1)), most=10)


async def _targets(path: Path) -> list[str]:
    async with opened(path) as store:
        return [str(status.target) for status in await store.status()]
