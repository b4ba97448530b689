"""A store of one run that may last for weeks does not grow, and loses nothing that is owed."""

import asyncio
from datetime import timedelta

from colter.core.model import Delivery, EndpointState, ProbeResult, Round
from colter.store.passing import PassingStore
from tests.fakes.clock import FakeClock

SECOND = timedelta(seconds=1)


async def measure(store: PassingStore, clock: FakeClock, count: int) -> list[str]:
    keys = []
    for _ in range(count):
        now = clock.now()
        clock.advance(SECOND)
        keys.append(f"{int(now.timestamp()):012x}")
        result = ProbeResult("api", "https://api.example.org/", now, EndpointState.UP)
        done = Round(keys[-1], now, now, results=[result])
        await store.commit(done, (), [Delivery(f"{done.key}:db", "sink", "db", due=now, round_key=done.key)])
    return keys


def test_rounds_that_have_arrived_are_forgotten() -> None:
    async def story() -> None:
        clock = FakeClock()
        store = PassingStore(clock)
        for _ in range(40):
            await measure(store, clock, 100)
            await store.settle([each.key for each in await store.owed()])
        assert await store.entries(clock.now() - timedelta(days=1), clock.now()) <= 2000
        assert len(await store.status()) == 1

    asyncio.run(story())


def test_rounds_that_are_owed_stay_in_order_however_many() -> None:
    async def story() -> None:
        clock = FakeClock()
        store = PassingStore(clock)
        keys = await measure(store, clock, 5000)
        owed = await store.next_owed("sink", "db", most=10_000)
        assert [each.round_key for each in owed] == keys
        assert [done.key for done in await store.rounds_by_key(keys[::-1])] == keys
        await store.settle([each.key for each in owed[:2500]])
        await measure(store, clock, 5000)
        assert len(await store.rounds_by_key(keys[2500:])) == 2500

    asyncio.run(story())
