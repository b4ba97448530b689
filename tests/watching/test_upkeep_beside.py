"""Rounds are kept while the history is counted, packed and thinned out: none of them waits until that is done."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from colter.app.history.upkeep import Upkeep
from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.core.model import EndpointState, ProbeResult, Round
from colter.store.sql import SqlStore
from tests.config.opening import locked
from tests.fakes.clock import START, FakeClock

MANY, OLD = 5_000, START - timedelta(days=30)
ROUNDS = 6
CONFIG = b"state: {keep: {results: 8d, hours: 8d}}"


def test_while_much_waits_for_upkeep_rounds_are_kept_between_its_steps(tmp_path: Path) -> None:
    async def story() -> tuple[int, int]:
        clock = FakeClock()
        store = SqlStore(tmp_path / "state.db", clock, {})
        await store.open()
        for number in range(ROUNDS):
            await store.commit(_round(f"old {number}", OLD + timedelta(minutes=number), MANY))
        config = make_settings(parse_document(CONFIG, "test.yaml"), {}, locked).config
        at_work = asyncio.create_task(Upkeep(config, store, clock).tend(timedelta(days=1)))
        while await store.uncounted() == ROUNDS * MANY:
            await clock.sleep(timedelta(0))
        for number in range(ROUNDS):
            await store.commit(_round(f"new {number}", START, 1))
        found = await store.uncounted(), len(await store.rounds(START, START + timedelta(days=1)))
        at_work.cancel()
        await asyncio.wait([at_work])
        await store.close()
        return found

    waiting, kept = asyncio.run(story())
    assert kept == ROUNDS
    assert waiting > ROUNDS, "upkeep was still at work on what is old"


def _round(key: str, at: datetime, many: int) -> Round:
    return Round(key, at, at, (), _results(at, many))


def _results(at: datetime, many: int) -> Sequence[ProbeResult]:
    return [
        ProbeResult(f"e{number}", "https://example.org/", at, EndpointState.UP, latency_ms=1.0)
        for number in range(many)
    ]
