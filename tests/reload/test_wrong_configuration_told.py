"""A changed configuration that stays wrong is told to everybody, once; and once more when it is right again."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from colter.app.runtime import open_runtime
from colter.app.watching.health import Health
from colter.app.watching.wrong_configuration import PATIENCE, tell_of_wrong_configuration
from colter.config.settings import load_settings
from tests.config.opening import locked
from tests.fakes.clock import START, FakeClock
from tests.sending.receiver import Receiver, receiving

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PROBLEM = "/etc/colter/config.yaml:3:31: endpoints.fine.url: expected an address"


class Day(FakeClock):
    """Does something at certain minutes, and ends an hour after the last."""

    def __init__(self, deeds: Mapping[int, Callable[[], object]]) -> None:
        super().__init__()
        self._deeds = dict(deeds)
        self._end = START + (max(deeds) + 60) * MINUTE

    async def sleep(self, length: timedelta) -> None:
        await super().sleep(length)
        for minute in [each for each in self._deeds if START + each * MINUTE <= self.time]:
            self._deeds.pop(minute)()
        if self.time > self._end:
            raise asyncio.CancelledError


def told(*changes: tuple[int, str | None]) -> list[tuple[int, int, str | None]]:
    """What was told of configurations that were taken over or not: in which minute, since which, and what."""
    found: list[tuple[int, int, str | None]] = []

    async def tell(at: datetime, problem: str | None) -> None:
        found.append(((clock.now() - START) // MINUTE, (at - START) // MINUTE, problem))

    def deed(problem: str | None) -> Callable[[], None]:
        return lambda: health.reloaded(problem)

    async def live() -> None:
        with suppress(asyncio.CancelledError):
            await tell_of_wrong_configuration(health, tell, clock)

    clock = Day({minute: deed(problem) for minute, problem in changes})
    health = Health(clock)
    asyncio.run(live())
    assert found.pop(0) == (0, 0, None)  # in case somebody was told before a restart
    return found


def test_it_is_told_after_a_quarter_of_an_hour_and_when_it_is_right_again() -> None:
    assert PATIENCE == 15 * MINUTE
    assert told((10, "bad"), (100, None)) == [(25, 10, "bad"), (100, 100, None)]


def test_what_is_mended_before_is_told_to_nobody() -> None:
    assert told((10, "bad"), (24, None), (30, "bad"), (40, None)) == []


def test_one_mistake_after_the_other_is_one() -> None:
    assert told((10, "bad"), (20, "worse"), (40, "bad")) == [(25, 10, "worse")]


def test_it_reaches_the_channels_once_each_also_over_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()

    async def live(*problems: tuple[datetime, str | None]) -> None:
        async with open_runtime(settings, clock, state_dir=tmp_path / "state", rhythm=HOUR) as runtime:
            await runtime.take_charge()
            for at, problem in problems:
                await runtime.tell_configuration(at, problem)
                await runtime.deliver(patience=MINUTE)
                clock.advance(HOUR)

    with receiving(Receiver()) as hook:
        path = tmp_path / "config.yaml"
        path.write_text(
            f"endpoints: [https://example.org]\nalerts: {{channels: {{hook: {{type: webhook, url: '{hook.url}'}}}}}}\n"
        )
        settings = load_settings(path, {}, locked)
        asyncio.run(live((START, None), (START - 15 * MINUTE, PROBLEM)))
        assert hook.titles == ["the configuration is wrong, and the one before it in use"]
        alert = hook.taken[0].json["alerts"][0]
        assert (alert["target"], alert["state"], alert["detail"]) == ("colter:configuration", "firing", PROBLEM)
        assert alert["since"] == "2026-05-04T11:45:00.000Z"
        asyncio.run(live((clock.now(), None), (clock.now(), None)))
        [_, again] = hook.taken
        assert again.json["title"].startswith("the configuration is right again after ")
        assert again.json["alerts"][0]["incident"] == alert["incident"]
        asyncio.run(live((clock.now(), None)))
        assert len(hook.taken) == 2
