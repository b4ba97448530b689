"""What results share is kept once, and remembered within bounds."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from colter.core.model import Delivery, EndpointState
from colter.store.sql import SqlStore
from colter.store.write import results
from tests.store.making import FOR_EVER, answer, at, done
from tests.store.using import use


def test_a_slow_endpoint_does_not_swell_the_history_by_telling_another_latency_each_time(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    slow = [
        replace(answer(number, state=EndpointState.DEGRADED), detail=f"the answer took {number} ms")
        for number in range(50)
    ]

    async def story(store: SqlStore) -> None:
        for number, result in enumerate(slow):
            await store.commit(done(f"round {number}", result, minutes=number))
        assert [each.results for each in await store.rounds(*FOR_EVER)] == [(result,) for result in slow]

    use(path, story)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM outcome").fetchone() == (1,)


def test_a_round_that_failed_is_not_remembered_in_part(tmp_path: Path) -> None:
    stray = Delivery("a key", "sink", "influx", at(0), round_key="no such round")

    async def story(store: SqlStore) -> None:
        with pytest.raises(IntegrityError):
            await store.commit(done("one", answer(endpoint="a")), deliveries=[stray])
        later = [done("two", answer(endpoint="b"), minutes=2), done("three", answer(endpoint="a"), minutes=3)]
        for each in later:
            await store.commit(each)
        assert await store.rounds(*FOR_EVER) == later

    use(tmp_path / "state.db", story)


def test_outcomes_are_not_remembered_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_MOST_REMEMBERED", 3)

    async def story(store: SqlStore) -> None:
        rounds = [
            done(f"round {minutes}", *(answer(minutes, endpoint) for endpoint in "abcde"), minutes=minutes)
            for minutes in range(3)
        ]
        for each in rounds:
            await store.commit(each)
            assert len(store._outcomes._ids) <= 3
        assert await store.rounds(*FOR_EVER) == rounds

    use(tmp_path / "state.db", story)
