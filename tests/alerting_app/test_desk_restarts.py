"""P5 and P13: a restart at any point, or a configuration that is read again, is as if nothing had happened."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import read_plan
from colter.app.registry import catalogue
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.notice import Notice
from colter.core.alerting.outgoing import divert
from colter.core.model import EndpointState, ProbeResult, Reading, Sample, Silence, Target
from colter.core.ports import Store
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.alerting.reference import Look, Seen, reference
from tests.alerting_app.conftest import AtWork
from tests.alerting_app.deskwork import BOTH, MINUTE, NO_WAIT, Work, config
from tests.fakes.clock import START, FakeClock
from tests.full import FULL

HOOK = {"hook": BOTH["hook"]}
_RUNS = 400 if FULL else 12
OFFICE = config(
    {"name": "api", "needs": ["db"], "tags": ["prod"], "down_after": "2 of 3"},
    {"name": "web", "interval": "5m", "down_after": 2, "up_after": 1},
    "db",
    channels=BOTH,
    routes=[{"match": {"state": "down"}, "notify": ["chat", "hook"], "remind": ["5m", "15m"]}],
    rules=[
        {"match": "github:*", "when": when}
        for when in ("stars > 100", "stars_new > 0", "stars_new > 20 in 10m", "stars > 90 for 3m")
    ],
    maintenance=[{"match": {"name": "web"}, "cron": "*/30 * * * *", "duration": "4m"}],
)


class Step(NamedTuple):
    """A minute of a run."""

    letters: dict[str, str]
    stars: float | None
    silence: Silence | None
    gap: timedelta


def steps(chance: random.Random, count: int = 80) -> list[Step]:
    moods = dict.fromkeys(("api", "web", "db"), "u")
    found = []
    for number in range(count):
        for name in moods:
            if chance.random() < 0.25:
                moods[name] = chance.choice("uuuddw?")
        letters = {name: mood for name, mood in moods.items() if chance.random() < 0.9}
        silence = None
        if chance.random() < 0.03:
            begins = FakeClock().now() + number * MINUTE
            silence = Silence(str(number), chance.choice(["@prod", "github:*"]), begins, begins + 7 * MINUTE)
        gap = timedelta(hours=2) if chance.random() < 0.02 else timedelta(0)
        stars = chance.choice([None, 80.0, 95.0, 101.0, 130.0])
        found.append(Step(letters, stars, silence, gap))
    return found


async def run(store: Store, clock: FakeClock, todo: Sequence[Step], restarts: frozenset[int]) -> list[Notice]:
    """What is told over these steps; before some of them there is a restart."""
    work = Work(store, clock, OFFICE)
    await work.begin()
    for number, step in enumerate(todo):
        clock.advance(step.gap)
        if step.silence:
            await store.keep_silence(step.silence)
        if number in restarts:
            desk = Desk(read_plan(OFFICE, rhythm=work.rhythm), store, clock, wait=NO_WAIT)
            assert (await desk.load()).empty, "a restart has something to say"
            work.desk = desk
        await work.look(**step.letters)
        if step.stars is not None:
            samples = [Sample(catalogue()["github", "stars"], step.stars)]
            await work.read(Reading(Target("github", "ada/engine"), clock.now(), samples, identity="R_1"))
    return work.told


def same(told: Sequence[Notice]) -> list[Notice]:
    """Without the ids of incidents, which are new each time, but with which notices share one."""
    ids = {incident: str(place) for place, incident in enumerate(dict.fromkeys(each.incident for each in told))}
    return [replace(each, incident=ids[each.incident]) for each in told]


@pytest.mark.parametrize("seed", range(_RUNS))
def test_a_restart_at_any_point_is_no_restart(seed: int) -> None:
    chance = random.Random(seed)
    todo = steps(chance)
    restarts = frozenset(number for number in range(len(todo)) if chance.random() < 0.2)
    whole, broken = FakeClock(), FakeClock()
    straight = asyncio.run(run(MemoryStore(whole), whole, todo, frozenset()))
    assert len(straight) > 5
    assert same(asyncio.run(run(MemoryStore(broken), broken, todo, restarts))) == same(straight)


def test_nor_is_it_one_with_a_history_on_the_disk(tmp_path: Path) -> None:
    todo = steps(random.Random(77), 30)

    async def kept(name: str, restarts: frozenset[int]) -> list[Notice]:
        clock = FakeClock()
        store = SqlStore(tmp_path / name / "state.db", clock, catalogue())
        await store.open()
        try:
            return await run(store, clock, todo, restarts)
        finally:
            await store.close()

    straight = asyncio.run(kept("whole", frozenset()))
    assert same(asyncio.run(kept("broken", frozenset(range(len(todo)))))) == same(straight)


def test_reading_the_same_configuration_again_changes_nothing(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.look(api="d", web="u", db="d")
        await work.look(api="d", web="u", db="d")
        before = await work.store.alert_states()
        assert await work.begin() == []
        assert await work.store.alert_states() == before

    at_work(OFFICE, story)


def test_what_is_taken_out_is_forgotten_and_whoever_was_told_is_told_so(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        for _ in range(3):
            await work.look(api="d", web="u", db="u")
        assert await work.begin(config("web", channels=BOTH)) == ["removed api", "removed api"]
        removed = work.told[-1]
        assert removed.until == work.clock.now()
        assert await work.states() == {"web down": "ok", "web degraded": "ok"}
        assert await work.begin() == []

    at_work(config("api", "web", "db", channels=BOTH), story)


def test_a_channel_that_is_taken_out_is_told_nothing_any_more(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.looks("ddd")
        await work.keep(work.desk.channel("hook", "gone", work.clock.now()))
        assert await work.begin(config("api")) == ["removed hook"]
        assert await work.states("channel") == {}
        assert await work.looks("uu") == ["resolved api"]

    at_work(config("api", channels=BOTH), story)


@pytest.mark.parametrize("before", [[], ["chat"]], ids=["nobody", "a channel that is gone"])
def test_when_nobody_who_was_told_is_left_others_are_told_anew(at_work: AtWork, before: list[str]) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("dddd") == ["firing api"] * len(before)
        await work.begin(config("api", channels=HOOK))
        assert await work.looks("ddd") == ["firing api"]
        assert work.told[-1].since == START
        await work.begin()
        assert await work.looks("duu") == ["resolved api"]
        assert [notice.key for notice in work.told[-2:]] == [f"{work.told[-1].incident}:{n}" for n in (1, 2)]

    at_work(config("api", channels={name: BOTH[name] for name in before}), story)


def test_when_nobody_who_was_told_is_left_and_it_is_over_nothing_is_said(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("ddd") == ["firing api"]
        await work.begin(config("api", channels=HOOK))
        assert await work.looks("uuuu") == []

    at_work(config("api"), story)


def test_what_a_channel_that_is_gone_is_owed_is_told_elsewhere_and_not_anew(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.looks("dd")
        last = work.round(results=[ProbeResult("api", "", work.clock.now(), EndpointState.DOWN)])
        decided = await work.desk.decide(last)
        await work.store.commit(last, decided.states, decided.deliveries)
        work.desk = Desk(read_plan(config("api", channels=HOOK)), work.store, work.clock, wait=NO_WAIT)
        await work.desk.load()
        [row] = map(from_delivery, decided.deliveries)
        other = divert(row, {}, ["hook"], work.clock.now())
        assert other
        [state] = work.desk.diverted(row, other)
        assert state.incident == row.notice.incident

    at_work(config("api"), story)


def test_one_shots_go_on_where_the_last_one_was_whenever_that_was(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        work.rhythm = None
        said = []
        for letter in "uddduu":
            await work.begin()
            said += await work.looks(letter)
            work.clock.advance(timedelta(hours=5))
        assert said == ["firing api", "resolved api"]

    at_work(config("api"), story)


def test_in_a_daemon_what_was_counted_long_ago_does_not_count_any_more(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.looks("udd")
        work.clock.advance(timedelta(hours=5))  # asleep, or stopped: it makes no difference
        assert await work.looks("dd") == []
        assert await work.looks("d") == ["firing api"]
        await work.begin()
        work.clock.advance(timedelta(hours=5))
        assert await work.looks("ud") == []
        assert await work.looks("uu") == ["resolved api"]

    at_work(config("api"), story)


@pytest.mark.parametrize("seed", range(_RUNS))
def test_the_short_way_for_what_is_well_says_what_the_reference_says(seed: int) -> None:
    chance = random.Random(seed)
    letters = "".join(chance.choice("uuud?") * chance.choice([1, 1, 2, 5, 30]) for _ in range(60))
    verdicts: dict[str, Seen] = {"u": "good", "d": "bad", "?": "unknown"}
    expected = reference([Look(verdicts[letter]) for letter in letters], (2, 3), (2, 2))

    async def said() -> list[tuple[int, str]]:
        clock = FakeClock()
        work = Work(MemoryStore(clock), clock, config({"name": "api", "down_after": "2 of 3"}))
        await work.begin()
        found: list[tuple[int, str]] = []
        for place, letter in enumerate(letters):
            before = len(work.told)
            await work.look(api=letter)
            found.extend((place, notice.claim.value) for notice in work.told[before:])
        return found

    assert asyncio.run(said()) == expected
