"""Jobs are judged by what any store has kept of them."""

import asyncio
from pathlib import Path

import pytest

from colter.app.history.beats import keep_beat
from colter.app.history.opening import DATABASE
from colter.core.errors import StateError
from colter.core.model import Beat, BeatKind, EndpointState, Reason
from colter.core.ports import Store
from colter.sources.heartbeat.judge import judge_beats
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.beats.jobs import NAME, job, minutes
from tests.fakes.clock import START, FakeClock


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore(FakeClock()) if request.param == "memory" else SqlStore(tmp_path / DATABASE, FakeClock(), {})


def test_a_job_is_judged_by_its_last_reports(store: Store) -> None:
    clock, endpoint = FakeClock(), job(grace="5m", max_runtime="10m")
    other = endpoint.model_copy(update={"name": "other"})

    async def thought() -> tuple[EndpointState, Reason | None, float | None]:
        results = await judge_beats([other, endpoint], store, clock)
        assert [(each.endpoint, each.at) for each in results] == [("other", clock.now()), (NAME, clock.now())]
        assert results[0].detail == "has not reported yet"
        return results[1].state, results[1].reason, results[1].latency_ms

    async def story() -> None:
        await store.open()
        assert await thought() == (EndpointState.UNKNOWN, None, None)
        await store.keep_beat(Beat(NAME, clock.now(), BeatKind.START))
        clock.advance(minutes(2))
        assert await thought() == (EndpointState.UNKNOWN, None, None)
        await store.keep_beat(Beat(NAME, clock.now(), BeatKind.SUCCESS, minutes(2), 0))
        assert await thought() == (EndpointState.UP, None, 120_000)
        clock.advance(minutes(60))
        await store.keep_beat(Beat(NAME, clock.now(), BeatKind.START))
        clock.advance(minutes(10.1))
        assert await thought() == (EndpointState.DOWN, Reason.BEAT_OVERRUN, 120_000)
        await store.keep_beat(Beat(NAME, clock.now(), BeatKind.FAILURE, minutes(10.1), 1, "no"))
        assert await thought() == (EndpointState.DOWN, Reason.BEAT_FAILED, 606_000)
        await store.keep_beat(Beat(NAME, clock.now(), BeatKind.SUCCESS))
        assert await thought() == (EndpointState.UP, None, None)
        clock.advance(minutes(65.1))
        assert await thought() == (EndpointState.DOWN, Reason.BEAT_LATE, None)
        await store.close()

    asyncio.run(story())


def test_a_history_that_cannot_be_read_makes_jobs_unknown(tmp_path: Path) -> None:
    [result] = asyncio.run(judge_beats([job()], SqlStore(tmp_path / DATABASE, FakeClock(), {}), FakeClock()))
    assert (result.state, result.reason) == (EndpointState.UNKNOWN, None)
    assert "is not open" in str(result.detail)


@pytest.mark.parametrize(
    ("reports", "ran"),
    [
        ([("start", 0), ("success", 3)], 3),
        ([("start", 0), ("failure", 3)], 3),
        ([("success", 3)], None),
        ([("start", 0), ("success", 3), ("success", 9)], None),
        ([("start", 5), ("success", 3)], None),
        ([("start", 0), ("start", 2), ("success", 3)], 1),
    ],
    ids=["done", "failed", "no start", "twice", "clock set back", "two starts"],
)
def test_an_end_is_told_how_long_the_run_took_when_its_start_is_known(
    tmp_path: Path, reports: list[tuple[str, int]], ran: int | None
) -> None:
    async def story() -> None:
        clock = FakeClock()
        for kind, minute in reports:
            await keep_beat(Beat(NAME, START + minutes(minute), BeatKind(kind)), tmp_path, clock)
        store = SqlStore(tmp_path / DATABASE, clock, {})
        await store.open()
        [last] = await store.last_beats()
        await store.close()
        assert last.ended
        assert last.ended.ran == (None if ran is None else minutes(ran))

    asyncio.run(story())


def test_a_beat_that_cannot_be_kept_says_why(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database, and longer than a header of one is" * 10)
    with pytest.raises(StateError, match="is not a Colter database"):
        asyncio.run(keep_beat(Beat(NAME, START, BeatKind.SUCCESS), tmp_path, FakeClock()))
