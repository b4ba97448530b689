"""Who decides about alerts: one run at a time, and nothing of the others is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.alerting.lock import Lock
from colter.app.runtime import Runtime, open_runtime
from colter.core.errors import BusyError
from colter.core.model import EndpointState, ProbeResult, Reason, Round
from tests.config.opening import load
from tests.fakes.clock import FakeClock
from tests.sending.receiver import Receiver, receiving

NO_TIME, SHORT = timedelta(0), timedelta(minutes=1)
CONFIG = """\
probe: {{down_after: 2, up_after: 1}}
endpoints: [{{name: api, url: "https://api.example.org/"}}]
alerts: {{channels: {{hook: {{type: webhook, url: "{url}"}}}}}}
"""


class Place:
    """One history, and those who work on it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.settings = load(folder, CONFIG.format(url=url))
        self.state = folder / "state"
        self.clock = FakeClock()
        self.rounds = 0

    def run(self, work: Callable[[Runtime], Awaitable[None]], *, rhythm: timedelta | None = None) -> None:
        async def one() -> None:
            async with open_runtime(
                self.settings, self.clock, state_dir=self.state, alerts=True, rhythm=rhythm
            ) as runtime:
                await work(runtime)

        asyncio.run(one())

    async def look(self, runtime: Runtime, state: EndpointState, endpoint: str = "api") -> None:
        self.clock.advance(timedelta(minutes=1))
        self.rounds += 1
        now = self.clock.now()
        reason = Reason.CONNECT_REFUSED if state is EndpointState.DOWN else None
        result = ProbeResult(endpoint, "https://api.example.org/", now, state, reason)
        await runtime.keep(Round(f"r{self.rounds:03}", now, now, results=[result]))

    async def down(self, runtime: Runtime) -> None:
        await self.look(runtime, EndpointState.DOWN)
        await runtime.deliver(patience=NO_TIME)


def test_looks_by_several_commands_count_towards_one_alert(tmp_path: Path) -> None:
    with receiving(Receiver()) as receiver:
        place = Place(tmp_path, receiver.url)
        for _ in range(5):
            place.run(place.down)
        assert receiver.titles == ["api is down: connect_refused"]


def test_what_is_measured_beside_a_daemon_is_decided_by_the_daemon(tmp_path: Path) -> None:
    async def beside(daemon: Runtime) -> None:
        await daemon.take_charge()
        for _ in range(2):
            async with open_runtime(place.settings, place.clock, state_dir=place.state, alerts=True) as command:
                await place.down(command)
                assert not command.problems
        assert not receiver.titles
        assert [each.lane for each in await daemon.store.owing()] == ["desk"]
        await daemon.deliver(patience=NO_TIME)
        assert not [each for each in await daemon.store.owing() if each.lane == "desk"]

    with receiving(Receiver()) as receiver:
        place = Place(tmp_path, receiver.url)
        place.run(beside, rhythm=SHORT)
        place.clock.advance(SHORT)  # a daemon waits a little for more that may travel with it
        place.run(lambda runtime: place.look(runtime, EndpointState.DOWN))
        place.run(place.down)
        assert receiver.titles == ["api is down: connect_refused"]


def test_what_was_left_to_somebody_who_died_is_decided_by_the_next(tmp_path: Path) -> None:
    async def left_behind(runtime: Runtime) -> None:
        await place.look(runtime, EndpointState.DOWN)
        await place.look(runtime, EndpointState.DOWN)

    with receiving(Receiver()) as receiver:
        place = Place(tmp_path, receiver.url)
        place.state.mkdir(mode=0o700)
        with closing(_Held(place.state)):
            place.run(left_behind)
        place.run(place.down)
        assert receiver.titles == ["api is down: connect_refused"]


def test_two_daemons_cannot_decide_about_one_history(tmp_path: Path) -> None:
    async def second(first: Runtime) -> None:
        await first.take_charge()
        async with open_runtime(place.settings, place.clock, state_dir=place.state, rhythm=SHORT) as other:
            with pytest.raises(BusyError, match=r"another Colter \(process \d+\)"):
                await other.take_charge()

    with receiving(Receiver()) as receiver:
        place = Place(tmp_path, receiver.url)
        place.run(second, rhythm=SHORT)


def test_of_endpoints_that_are_not_configured_nobody_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    async def stranger(runtime: Runtime) -> None:
        for _ in range(3):
            await place.look(runtime, EndpointState.DOWN, "stranger")
        await runtime.deliver(patience=NO_TIME)
        assert not await runtime.store.owing()
        assert not await runtime.store.alert_states()

    with receiving(Receiver()) as receiver:
        place = Place(tmp_path, receiver.url)
        place.run(stranger)
        assert not receiver.came


def test_a_channel_that_takes_nothing_is_one_of_the_problems_and_told_by_the_next_run(tmp_path: Path) -> None:
    async def twice(runtime: Runtime) -> None:
        await place.look(runtime, EndpointState.DOWN)
        await place.down(runtime)
        assert [str(problem) for problem in runtime.problems if "the next run tells it" in str(problem)]

    with receiving(Receiver(otherwise=500)) as receiver:
        place = Place(tmp_path, receiver.url)
        place.run(twice)
        receiver.otherwise = 200
        place.clock.advance(timedelta(minutes=6))
        place.run(place.down)
        assert receiver.titles == ["api is down: connect_refused"]
        assert len({request.json["key"] for request in receiver.came}) == 1


class _Held:
    """The right to decide, in the hands of somebody who does nothing with it."""

    def __init__(self, state: Path) -> None:
        self._lock = Lock(state, FakeClock())
        assert asyncio.run(self._lock.acquire(NO_TIME))

    def close(self) -> None:
        self._lock.release()
