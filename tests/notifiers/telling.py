"""What the tests of all channels share: a message, and a notifier that sends it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from colter.core.errors import DeliveryError
from colter.core.message import Alert, Message, MessageKind
from colter.core.ports import Notifier
from colter.net.http import Http
from tests.fakes.clock import FakeClock

AT = datetime(2026, 5, 4, 11, 59, tzinfo=UTC)
ALERT = Alert(
    target="probe:api",
    source="probe",
    name="api",
    rule="down",
    state="firing",
    reason="connect_refused",
    since="2026-05-04T11:58:00.000Z",
    incident="01JTDOWN",
    sequence=1,
    tags=["prod", "web"],
)
DOWN = Message(
    key="01JTDOWN:1:ops",
    kind=MessageKind.FIRING,
    title="api is down: connect_refused",
    at=AT,
    lines=["https://api.example.org/health", "3 looks in a row failed"],
    alerts=[ALERT],
    thread="01JTDOWN",
)
UP = Message(
    key="01JTDOWN:2:ops",
    kind=MessageKind.RESOLVED,
    title="api is up again after 1m",
    at=AT,
    alerts=[Alert(**{**ALERT, "state": "ok", "sequence": 2, "until": "2026-05-04T11:59:00.000Z"})],
    thread="01JTDOWN",
)

Make = Callable[[Http, FakeClock], Notifier]


def tell(make: Make, *messages: Message, clock: FakeClock | None = None) -> None:
    """Send these, one after the other; DeliveryError from the first that is not taken."""
    clock = clock or FakeClock()

    async def run() -> None:
        async with Http(clock) as http:
            notifier = make(http, clock)
            try:
                for message in messages:
                    await notifier.send(message)
            finally:
                await notifier.close()
                await notifier.close()

    asyncio.run(run())


def failure(make: Make, message: Message = DOWN) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        tell(make, message)
    return raised.value
