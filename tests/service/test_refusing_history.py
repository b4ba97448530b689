"""A history that takes nothing is told once, past it, and what is measured goes on; damage is not minded for ever."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest

from colter.app.history.guard import HistoryGuard, Lost, Signs
from colter.core.alerting.own_events import OwnEvent
from colter.core.errors import ColterError, DamagedError, FullError, StateError
from tests.fakes.clock import FakeClock

SECOND = timedelta(seconds=1)
READ_ONLY, FULL = StateError("state.db cannot be written"), FullError("no space left")


@dataclass
class Scene:
    """A history, how it is known to be at certain seconds, and what is told of it."""

    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    refusal: ColterError | None = None
    damage: DamagedError | None = None
    told: list[tuple[OwnEvent, str]] = field(default_factory=list)

    def play(self, deeds: Mapping[int, Callable[[], object]], *, mends_from: float = -inf, seconds: int = 600) -> Lost:
        """What became of it; nothing, in so many seconds, is an error."""

        async def tell(kind: OwnEvent, what: str) -> None:
            self.told.append((kind, what))

        async def work() -> None:
            for second in range(seconds):
                deeds.get(second, int)()
                await self.clock.sleep(SECOND)
            raise TimeoutError

        async def live() -> Lost:
            signs = Signs(lambda: self.damage, lambda: self.refusal)
            return await HistoryGuard(self.path, signs, tell, self.clock, mends_from).beside(work())

        return asyncio.run(live())

    def refuse(self, why: ColterError | None) -> Callable[[], None]:
        return lambda: setattr(self, "refusal", why)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    path = tmp_path / "state" / "state.db"
    path.parent.mkdir()
    path.touch()
    return Scene(path)


def test_it_is_told_after_a_minute_and_when_it_takes_again_what_is_measured(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TimeoutError):
        scene.play({10: scene.refuse(READ_ONLY), 400: scene.refuse(None)})
    assert scene.told == [
        (OwnEvent.UNUSABLE_HISTORY, "state.db cannot be written; what is measured waits in memory"),
        (OwnEvent.KEPT_AGAIN, "it takes again what is measured"),
    ]
    assert [record.getMessage() for record in caplog.records] == [
        "state.db cannot be written: nothing is kept; what is measured waits in memory",
        "the history takes again what is measured",
    ]


@pytest.mark.parametrize(
    ("why", "until"), [(READ_ONLY, 20), (FULL, 590)], ids=["a few seconds", "a full disk, which others tell"]
)
def test_of_this_nobody_is_told(scene: Scene, why: StateError, until: int) -> None:
    with pytest.raises(TimeoutError):
        scene.play({10: scene.refuse(why), until: scene.refuse(None)})
    assert scene.told == []


def test_one_that_is_removed_or_in_whose_place_there_is_another_is_lost(scene: Scene) -> None:
    for lose in (scene.path.unlink, scene.path.touch, lambda: scene.path.parent.rename(scene.path.parents[1] / "old")):
        lost = scene.play({10: lose})
        assert (lost.damaged, f"{scene.path} was removed" in lost.why) == (False, True)


def test_one_that_comes_back_at_once_is_not(scene: Scene) -> None:
    away = scene.path.with_name("away")
    with pytest.raises(TimeoutError):
        scene.play({10: lambda: scene.path.rename(away), 11: lambda: away.rename(scene.path)})


def test_damage_is_minded_only_from_some_time_on(scene: Scene) -> None:
    scene.damage = DamagedError("state.db is damaged")
    assert scene.play({}) == Lost("state.db is damaged", damaged=True)
    begun = scene.clock.monotonic()
    scene.play({}, mends_from=begun + 300)
    assert 300 <= scene.clock.monotonic() - begun < 600
    with pytest.raises(TimeoutError):
        scene.play({}, mends_from=inf)
