"""When the file is read: not while it is being written, again when it was bad, and when somebody asks."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.watching.change import Change, after_restart, read_change
from colter.app.watching.plan import WatchPlan, read_watch_plan
from colter.app.watching.reload import Reload, stamp
from colter.config.settings import Settings, load_settings
from colter.core.errors import ConfigError
from tests.config.opening import locked
from tests.fakes.clock import FakeClock

GOOD, BETTER, BAD = "endpoints: [https://one.example.org]", "endpoints: [https://two.example.org]", "endpoints: ["
EVERY = timedelta(minutes=15)


class Story(FakeClock):
    """Does something at certain seconds, and ends a while after the last."""

    def __init__(self, deeds: Mapping[int, Callable[[], object]]) -> None:
        super().__init__()
        self._deeds = deeds
        self.second = 0

    async def sleep(self, length: timedelta) -> None:
        await super().sleep(length)
        self.second += 1
        self._deeds.get(self.second, int)()
        if self.second > max(self._deeds, default=0) + 10:
            raise asyncio.CancelledError


def follow(path: Path, deeds: Mapping[int, Callable[[], object]], *, asked: int = 0) -> list[str]:
    """What came of it: the second, and the first endpoint of what is in use or what is wrong."""
    said: list[str] = []
    before = read_watch_plan(_settings(path), EVERY)
    clock = Story({**deeds, asked: lambda: reload.ask()})  # noqa: PLW0108  it is made below

    def tell(problem: str | None) -> None:
        if problem:
            said.append(f"{clock.second} {problem.partition(': ')[2][:20]}")

    async def adopt(change: Change) -> None:
        said.append(f"{clock.second} {change.plan.endpoints[0].check.name}")

    def read() -> Change:
        return read_change(_settings(path), before)

    async def run() -> None:
        with suppress(asyncio.CancelledError):
            await reload.run(adopt)

    reload = Reload(path, stamp(path), read, clock, told=tell)
    asyncio.run(run())
    return said


def _settings(path: Path) -> Settings:
    return load_settings(path, {}, locked)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    return path


def test_a_file_that_nobody_touches_is_not_read_again(path: Path) -> None:
    assert follow(path, {}) == []


def test_it_is_read_when_it_has_not_changed_for_a_second(path: Path) -> None:
    assert follow(path, {3: lambda: path.write_text(BETTER)}) == ["4 two.example.org"]


def test_while_it_changes_it_is_left_alone(path: Path) -> None:
    pieces = {second: lambda: path.write_text(path.read_text() + "\n#") for second in range(4, 9)}
    assert follow(path, {3: lambda: path.write_text(BETTER), **pieces}) == ["9 two.example.org"]


def test_half_a_file_is_waited_for(path: Path) -> None:
    assert follow(path, {3: lambda: path.write_text(BAD), 7: lambda: path.write_text(BETTER)}) == ["8 two.example.org"]


def test_a_bad_file_is_told_once_after_some_seconds(path: Path) -> None:
    [told] = follow(path, {3: lambda: path.write_text(BAD), 30: int})
    assert told.startswith("9 ")


def test_a_file_that_is_gone_is_told_and_followed_when_it_is_back(path: Path) -> None:
    said = follow(path, {3: path.unlink, 20: lambda: path.write_text(BETTER)})
    assert [each.partition(" ")[0] for each in said] == ["9", "21"]


def test_who_asks_has_it_read_though_it_is_the_same(path: Path) -> None:
    assert follow(path, {}, asked=5) == ["5 one.example.org"]


def test_who_asks_is_told_again_what_is_wrong(path: Path) -> None:
    said = follow(path, {3: lambda: path.write_text(BAD)}, asked=20)
    assert [each.partition(" ")[0] for each in said] == ["9", "25"]


def test_a_plan_without_anything_in_it_is_refused(path: Path) -> None:
    before = WatchPlan([], {}, [], EVERY)
    path.write_text("log: {level: info}")
    with pytest.raises(ConfigError, match="nothing to watch"):
        read_change(_settings(path), before)


def test_an_endpoint_that_is_as_it_was_is_not_made_anew(path: Path) -> None:
    path.write_text("endpoints: [https://one.example.org, https://two.example.org]")
    before = read_watch_plan(_settings(path))
    path.write_text("endpoints: [https://one.example.org, {name: two.example.org, url: https://three.example.org}]")
    one, two = read_change(_settings(path), before).plan.endpoints
    assert one is before.endpoints[0]
    assert two.check.url.startswith("https://three.example.org")


def test_what_a_running_daemon_does_not_heed_is_named(path: Path) -> None:
    before = _settings(path).config
    path.write_text(f"{GOOD}\ndaemon: {{listen: '127.0.0.1:1', every: 1h}}\nstate: {{max_size: 2GiB}}\n")
    assert after_restart(before, _settings(path).config) == ["daemon.listen", "state.max_size"]
    assert after_restart(before, before) == []
