"""P13 in memory: a configuration that is read while the desk works is as good as a restart with it, and no more."""

import asyncio
import random

import pytest

from colter.app.alerting.plan import read_plan
from colter.config.schema.config import Config
from colter.store.memory import MemoryStore
from tests.alerting_app.deskwork import BOTH, Work, config
from tests.alerting_app.test_desk_restarts import HOOK, OFFICE, Step, same, steps
from tests.fakes.clock import START, FakeClock

OTHERS = [
    config("web", "db", channels=BOTH),
    config({"name": "api", "down_after": 1}, "web", "db", "new", channels=HOOK),
    config("api", "web", "db", channels=BOTH, rules=[{"match": "github:*", "when": "stars > 100"}]),
]


async def change(work: Work, config: Config) -> list[str]:
    """Go on by another configuration at the same desk; what is said."""
    return await work.keep(await work.desk.adopt(read_plan(config, rhythm=work.rhythm)))


async def told(todo: list[Step], changes: frozenset[int]) -> Work:
    clock = FakeClock()
    work = Work(MemoryStore(clock), clock, OFFICE)
    await work.begin()
    for number, step in enumerate(todo):
        clock.advance(step.gap)
        if number in changes:
            assert await change(work, OFFICE) == []
        await work.look(**step.letters)
    return work


@pytest.mark.parametrize("seed", range(6))
def test_the_same_configuration_again_changes_nothing_whenever_it_comes(seed: int) -> None:
    chance = random.Random(seed)
    todo = steps(chance)
    straight = asyncio.run(told(todo, frozenset()))
    changed = asyncio.run(told(todo, frozenset(range(len(todo)))))
    assert same(changed.told) == same(straight.told)
    assert len(straight.told) > 3


@pytest.mark.parametrize("seed", range(6))
def test_a_change_while_it_works_is_what_a_restart_with_it_is(seed: int) -> None:
    async def run(*, restart: bool) -> Work:
        chance = random.Random(seed)
        clock = FakeClock()
        work = Work(MemoryStore(clock), clock, OFFICE)
        await work.begin()
        for step in steps(chance):
            if chance.random() < 0.2:
                other = chance.choice([OFFICE, *OTHERS])
                await (work.begin(other) if restart else change(work, other))
            await work.look(**step.letters)
        return work

    live, restarted = asyncio.run(run(restart=False)), asyncio.run(run(restart=True))
    assert same(live.told) == same(restarted.told)
    assert asyncio.run(live.states()) == asyncio.run(restarted.states())


def test_what_is_taken_out_is_told_as_removed_and_begins_anew_when_it_comes_back() -> None:
    async def story() -> None:
        clock = FakeClock()
        work = Work(MemoryStore(clock), clock, config("api", "web"))
        await work.begin()
        for _ in range(3):
            await work.look(api="d", web="d")
        assert await change(work, config("web")) == ["removed api"]
        assert await change(work, config("web", "api")) == []
        assert await work.looks("dd") == []
        assert await work.looks("d") == ["firing api"]
        assert await work.looks("uu", "web") == ["resolved web"]

    asyncio.run(story())


def test_counts_go_on_where_they_were() -> None:
    async def story() -> None:
        clock = FakeClock()
        work = Work(MemoryStore(clock), clock, config({"name": "api", "down_after": 4}))
        await work.begin()
        for _ in range(3):
            assert await work.looks("d") == []
            assert await change(work, config({"name": "api", "down_after": 4}, "new")) == []
        assert await work.looks("d") == ["firing api"]
        assert work.told[-1].since == START

    asyncio.run(story())


def test_when_nobody_who_was_told_is_left_others_are_told_anew() -> None:
    async def story() -> None:
        clock = FakeClock()
        work = Work(MemoryStore(clock), clock, config("api"))
        await work.begin()
        assert await work.looks("ddd") == ["firing api"]
        await change(work, config("api", channels=HOOK))
        assert await work.looks("d") == ["firing api"]

    asyncio.run(story())
