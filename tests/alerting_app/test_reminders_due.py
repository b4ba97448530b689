"""A daemon reminds when it is due, also between two looks."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.runtime import open_runtime
from colter.core.model import EndpointState, ProbeResult, Reason, Round, Silence
from tests.alerting_app.conftest import AtWork
from tests.alerting_app.deskwork import MINUTE, Work, config
from tests.config.opening import load
from tests.fakes.clock import START, FakeClock
from tests.sending.receiver import Receiver, receiving

HOURLY = {"name": "api", "interval": "1h", "down_after": 1}
ROUTES = [{"notify": ["chat"], "remind": ["10m", "20m"]}]


async def passed(work: Work, minutes: float) -> list[str]:
    """So long without a look; what was said by its end."""
    said = await work.keep(await work.desk.remind())
    work.clock.advance(minutes * MINUTE)
    return said + await work.keep(await work.desk.remind())


def test_a_reminder_comes_so_long_after_the_message_before_it_whenever_the_looks_are(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("ud") == ["firing api"]
        assert await passed(work, 9.9) == []
        assert await passed(work, 0.1) == ["reminder api"]
        assert await passed(work, 19.9) == []
        await work.begin()  # a restart changes nothing
        assert await passed(work, 0.1) == ["reminder api"]
        assert work.told[-1].reminders == 2

    at_work(config(HOURLY, routes=ROUTES), story)


def test_a_look_and_the_time_between_looks_do_not_count_twice(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.looks("ud")
        assert await passed(work, 5) == []
        assert await work.looks("d") == []
        assert await passed(work, 3.9) == []  # with the minute behind that look
        assert await passed(work, 0.1) == ["reminder api"]

    at_work(config(HOURLY, routes=ROUTES), story)


@pytest.mark.parametrize("looks", ["ud?", "uddu", "uddu?"])
def test_nobody_is_reminded_of_what_may_be_over(at_work: AtWork, looks: str) -> None:
    async def story(work: Work) -> None:
        await work.looks(looks)
        assert [await passed(work, 5) for _ in range(10)] == [[]] * 10

    at_work(config(HOURLY, routes=ROUTES), story)


def test_nobody_is_reminded_when_nobody_looks_any_more_nor_in_a_silence_nor_while_a_parent_is_down(
    at_work: AtWork,
) -> None:
    async def story(work: Work) -> None:
        await work.look(api="u", gateway="u")
        await work.look(api="d")
        await passed(work, 0)
        await work.look(gateway="d")
        assert "reminder api" not in [said for _ in range(3) for said in await passed(work, 5)]
        await work.look(gateway="u")
        assert await passed(work, 0) == ["reminder api"]  # it is long due
        now = work.clock.now()
        await work.store.keep_silence(Silence("1", "api", now, now + 12 * MINUTE))
        assert await passed(work, 11) == []
        assert await passed(work, 9) == []  # its end is no reminder
        assert await passed(work, 2) == ["reminder api"]
        assert [await passed(work, 15) for _ in range(3)] == [["reminder api"], [], []]  # an hour after the last look

    gateway = {"name": "gateway", "interval": "1h", "down_after": 1, "up_after": 1}
    at_work(config({**HOURLY, "needs": ["gateway"]}, gateway, routes=[{"notify": ["chat"], "remind": ["10m"]}]), story)


CONFIG = """\
endpoints: [{{name: api, url: "https://api.example.org/", interval: 1d, down_after: 1}}]
alerts: {{channels: {{hook: {{type: webhook, url: "{url}"}}}}, routes: [{{notify: [hook], remind: [1m, 5m]}}]}}
"""


def test_the_daemon_sends_reminders_without_a_look(tmp_path: Path) -> None:
    with receiving(Receiver()) as receiver:
        settings = load(tmp_path, CONFIG.format(url=receiver.url))
        clock = FakeClock()

        async def story() -> list[float]:
            state = tmp_path / "state"
            async with open_runtime(settings, clock, state_dir=state, rhythm=timedelta(minutes=15)) as runtime:
                await runtime.take_charge()
                down = ProbeResult("api", "", clock.now(), EndpointState.DOWN, Reason.CONNECT_REFUSED)
                await runtime.keep(Round("1", clock.now(), clock.now(), results=[down]))
                serving = asyncio.create_task(runtime.serve())
                arrived: list[float] = []
                while len(arrived) < 3:
                    await asyncio.sleep(0)  # noqa: TID251  the clock runs as fast as it can
                    if len(receiver.titles) > len(arrived):
                        arrived.append((clock.now() - START) / MINUTE)
                serving.cancel()
                await asyncio.wait([serving])
                return arrived

        first, second, third = asyncio.run(story())
    assert [title.split()[0] for title in receiver.titles[:3]] == ["api"] * 3
    assert second - first >= 1
    assert third - second >= 5
