"""Puts a history into the state of a machine."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from colter.app.history.opening import DATABASE
from colter.core.model import Delivery, Refusal, Round
from colter.store.sql import SqlStore
from tests.cli.running import Machine
from tests.export.histories import METRICS
from tests.fakes.clock import START, FakeClock


def fill(
    machine: Machine,
    rounds: Iterable[Round],
    *,
    owed_to: Sequence[str] = (),
    refusals: Sequence[Refusal] = (),
) -> None:
    """Commit them to the machine's history; owed to these sinks, refused by those."""

    async def work() -> None:
        store = SqlStore(machine.home / "state" / "colter" / DATABASE, FakeClock(), METRICS)
        await store.open()
        try:
            for done in rounds:
                owed = [Delivery(f"{sink}:{done.key}", "sink", sink, START, round_key=done.key) for sink in owed_to]
                await store.commit(done, (), owed)
            if refusals:
                await store.settle((), refusals)
        finally:
            await store.close()

    asyncio.run(work())


def database(machine: Machine) -> Path:
    """Where its history is."""
    return machine.home / "state" / "colter" / DATABASE
