"""What a restart forgets of a channel that takes nothing: our own pauses, but not the time that it has asked for."""

import asyncio
from datetime import timedelta

import pytest

from colter.app.alerting.channel_health import ChannelHealth
from colter.core.errors import Answer, DeliveryError
from colter.store.memory import MemoryStore
from tests.fakes.clock import FakeClock

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("error", "before", "after"),
    [
        (DeliveryError("ops: 429", retry_after=10 * MINUTE), 10 * MINUTE, 10 * MINUTE),
        (DeliveryError("ops: 401", answer=Answer.PAUSE), 5 * MINUTE, 0 * MINUTE),
    ],
    ids=["it has asked for it", "wrong credentials"],
)
def test_after_a_restart_a_channel_is_left_alone_only_if_it_asked(
    error: DeliveryError, before: timedelta, after: timedelta
) -> None:
    """Whoever has put in another password, and starts the daemon anew, need not wait."""

    async def story() -> None:
        clock = FakeClock()
        store = MemoryStore(clock)
        health = ChannelHealth("ops", store, clock)
        await health.failed(error)
        assert await health.rests() == before
        anew = ChannelHealth("ops", store, clock)
        assert await anew.rests() == after
        clock.advance(after)
        assert await anew.rests() == timedelta(0)

    asyncio.run(story())
