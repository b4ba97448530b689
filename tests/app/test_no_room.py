"""That there is no room is told once for each time of fullness; without the history where it cannot be written."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.alerting.bypass import Bypass
from colter.app.runtime import Runtime, open_runtime
from colter.app.settings_in_use import SettingsInUse
from colter.app.workshop import Workshop
from colter.core.alerting.deliveries import from_delivery, to_delivery
from colter.core.alerting.outgoing import queue
from colter.core.alerting.own_events import OwnEvent, own_event
from colter.core.model import Delivery, EndpointState, ProbeResult, Round
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.config.opening import load
from tests.fakes.clock import START, FakeClock
from tests.sending.receiver import Receiver, receiving

MINUTE = timedelta(minutes=1)
CONFIG = """\
endpoints: [{{name: api, url: "https://api.example.org/"}}]
alerts: {{channels: {{hook: {{type: webhook, url: "{url}"}}, other: {{type: webhook, url: "{other}"}}}}}}
"""
TITLE = "No room for the history of Colter: it is full"


class Fullness:
    """A history that can be made full, and how often that is told."""

    def __init__(self, runtime: Runtime, clock: FakeClock) -> None:
        self._runtime = runtime
        self._clock = clock

    async def look(self, *, after: timedelta, full: bool) -> int:
        """How much there is to tell after a look."""
        assert isinstance(self._runtime.store, SqlStore)
        self._runtime.store._limit = 1 if full else 2**30
        self._clock.advance(after)
        now = self._clock.now()
        up = ProbeResult("api", "https://api.example.org/", now, EndpointState.UP)
        await self._runtime.keep(Round(f"{now:%H%M%S%f}", now, now, results=[up]))
        owed = [json.loads(each.body)["notice"] for each in await self._runtime.store.undelivered()]
        return sum(notice["rule"] == OwnEvent.NO_ROOM for notice in owed)


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([(1, True), (9, True), (12, True), (15, True)], 1),
        ([(1, True), (5, False), (4, True), (9, False), (1, True)], 1),
        ([(1, True), (5, False), (15, True)], 2),
        ([(1, False), (60, False)], 0),
    ],
    ids=["full all the time", "a little room now and then", "room for long, then full again", "never full"],
)
def test_it_is_told_once_for_each_time_of_fullness(tmp_path: Path, looks: list[tuple[int, bool]], told: int) -> None:
    async def story() -> None:
        clock = FakeClock()
        settings = load(tmp_path, CONFIG.format(url="http://127.0.0.1:1/", other="http://127.0.0.1:1/"))
        async with open_runtime(settings, clock, state_dir=tmp_path / "state", rhythm=MINUTE) as runtime:
            await runtime.take_charge()
            history = Fullness(runtime, clock)
            counts = [await history.look(after=minutes * MINUTE, full=full) for minutes, full in looks]
            assert counts[-1] == told * 2  # two channels

    asyncio.run(story())


class Desk:
    """A way without the history, two channels behind it, and what is written in the end."""

    def __init__(self, folder: Path, receivers: Sequence[Receiver]) -> None:
        self.settings = load(folder, CONFIG.format(url=receivers[0].url, other=receivers[1].url))
        self.receivers = receivers
        self.clock = FakeClock()
        self.written: list[Delivery] = []
        self.takes: list[bool] = []
        """Whether the history takes what is written, the next times; then always."""

    def tell(self, until: Callable[[Bypass], bool]) -> None:
        """Tell all channels, until this is so."""

        async def story() -> None:
            async with AsyncExitStack() as stack:
                workshop = Workshop(SettingsInUse(self.settings, ()), MemoryStore(self.clock), self.clock, stack)
                past = Bypass(workshop.notifier, self.clock, self._write)
                past.tell(self.owed())
                telling = asyncio.create_task(past.run())
                async with asyncio.timeout(300):
                    while not until(past):  # noqa: ASYNC110  servers in threads know of no event
                        await asyncio.sleep(0.01)  # noqa: TID251  the same
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

        asyncio.run(story())

    @staticmethod
    def owed() -> list[Delivery]:
        notice = own_event(OwnEvent.NO_ROOM, "it is full", START, "01", ("hook", "other"))
        return [to_delivery(row) for row in queue([notice], START)]

    async def _write(self, deliveries: Sequence[Delivery]) -> bool:
        taken = self.takes.pop(0) if self.takes else True
        if taken:
            self.written += deliveries
        return taken


def test_each_channel_is_told_past_the_history_and_one_that_fails_is_named_and_told_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving(Receiver()) as hook, receiving(Receiver(script=[503, 503])) as other:
        desk = Desk(tmp_path, [hook, other])
        with caplog.at_level(logging.WARNING):
            desk.tell(lambda _: bool(hook.titles and other.titles))
    assert (hook.titles, other.titles) == ([TITLE], [TITLE])
    keys = [{request.headers["idempotency-key"] for request in each.came} for each in (hook, other)]
    assert [len(each) for each in keys] == [1, 1]
    assert desk.written == []
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == ["not told without the history: other: the webhook answered 503: no_service"]


@pytest.mark.parametrize("refusal", [503, 400, 404])
def test_what_a_channel_has_not_taken_is_written_once_there_is_room(tmp_path: Path, refusal: int) -> None:
    with receiving(Receiver()) as hook, receiving(Receiver(otherwise=refusal)) as other:
        desk = Desk(tmp_path, [hook, other])
        desk.takes = [False, False]

        def written(past: Bypass) -> bool:
            if hook.came and other.came:
                past.there_is_room()
            return bool(desk.written)

        desk.tell(written)
    (row,) = map(from_delivery, desk.written)
    assert (row.key, row.begun) == ("01:1:other", "01:1:other")
    assert hook.titles == [TITLE]
