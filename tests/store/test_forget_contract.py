"""A target is forgotten with everything that there is of it, and nothing of any other, in every store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from colter.core.model import (
    AlertState,
    Beat,
    BeatKind,
    DailyCount,
    Delivery,
    Event,
    Holding,
    ProbeResult,
    Reading,
    Refusal,
    Silence,
    Target,
)
from colter.core.ports import Store
from tests.fakes.clock import START
from tests.store.making import FLASK, FOR_EVER, STARS, Tell, answer, at, done, look
from tests.store.packing import LATER, count_all, endpoint, minutes, pack_all, paged

API, WEB = Target("probe", "api"), Target("probe", "web")


async def forget(store: Store, name: Target) -> int:
    return sum([gone async for gone in store.forget(name)])


async def of(store: Store, targets: Sequence[Target]) -> list[object]:
    """Everything that any reader tells of these."""
    rounds = await store.rounds(*FOR_EVER)
    return [
        [entry.what for each in rounds for entry in each.entries if entry.what.target in targets],
        [status for status in await store.status() if status.target in targets],
        [await store.marks(target) for target in targets],
        [await store.daily(target, "downloads") for target in targets],
        [state for state in await store.alert_states() if state.target in targets],
        await store.tallies(targets, *FOR_EVER, "hour"),
        await store.tallies(targets, *FOR_EVER, "day"),
        await store.outages(targets, *FOR_EVER),
        await store.values(targets, ["stars"], START - timedelta(days=1)),
        await store.events(targets, *FOR_EVER),
        [await store.holding(target) for target in targets],
        [beats for beats in await store.last_beats() if Target("probe", beats.endpoint) in targets],
        [refusal for refusal in await store.refusals() if refusal.target in targets],
    ]


NOTHING: list[object] = [[], [], [{}], [{}], [], {}, {}, [], {}, {}, [None], [], []]


def test_nothing_of_it_is_left_and_all_of_the_others(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for each in minutes(50):
            await store.commit(each)
        await pack_all(store, most=40, before=at(30))
        gone, others = endpoint(3), [endpoint(number) for number in (0, 1, 2, 4)]
        before = await of(store, others)
        assert await store.holding(gone) == Holding(gone, 0, 30)
        assert await forget(store, gone) == 30
        assert await of(store, [gone]) == NOTHING
        assert await of(store, others) == before
        assert await store.entries(*FOR_EVER) == 120
        assert [len(each.results) for each in await paged(store, 7)] == [
            len(each.results) for each in await store.rounds(*FOR_EVER)
        ]

    tell(story)


def test_a_repository_is_forgotten_with_its_events_days_and_marks(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number, name in enumerate(("pallets/flask", "b/b", "pallets/flask", "b/b")):
            reading = replace(
                look(number, name, values={STARS: number}, identity=f"R_{name}"),
                events=[Event("issue", str(number), "It breaks", at(number))],
                daily=[DailyCount("downloads", START.date(), 7 + number)],
                marks={"issue": str(number)},
            )
            state = AlertState(reading.target, "stars", "firing", at(number), incident=name)
            await store.commit(done(str(number), reading, minutes=number), [state])
        refusals = [
            Refusal("influx", "0", Target("github", name), at(0), "x", "no") for name in ("pallets/flask", "b/b")
        ]
        await store.settle([], refusals)
        before = await of(store, [Target("github", "b/b")])
        assert await forget(store, FLASK) == 2
        assert await of(store, [FLASK]) == NOTHING
        assert await of(store, [Target("github", "b/b")]) == before
        assert await store.identities("github") == {"b/b": "R_b/b"}
        assert [each.key for each in await store.rounds(*FOR_EVER)] == ["1", "3"]

    tell(story)


def test_a_former_name_means_it_too(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("1", look(0, "old/name", identity="R_1")))
        await store.commit(done("2", look(1, "new/name", identity="R_1"), minutes=1))
        await store.commit(done("3", look(2), minutes=2))
        holding = await store.holding(Target("github", "old/name"))
        assert holding == Holding(Target("github", "new/name"), 2, 0)
        assert await forget(store, Target("github", "old/name")) == 2
        assert await store.identities("github") == {}
        assert [str(status.target) for status in await store.status()] == ["github:pallets/flask"]

    tell(story)


def test_beats_and_silences_that_name_only_it_go(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("1", answer(0, "api"), answer(0, "web")))
        for name in ("api", "web", "probe:api", "ap*", "@prod"):
            await store.keep_silence(Silence(name, name, at(0), at(60)))
        for name in ("api", "web"):
            await store.keep_beat(Beat(name, at(0), BeatKind.SUCCESS))
        await forget(store, API)
        assert {silence.name for silence in await store.silences()} == {"web", "ap*", "@prod"}
        assert [beats.endpoint for beats in await store.last_beats()] == ["web"]

    tell(story)


def test_who_is_owed_something_of_it_is_known(tell: Tell) -> None:
    async def story(store: Store) -> None:
        looks: list[Reading | ProbeResult] = [answer(0, "api"), answer(1, "web"), look(2)]
        for number, seen in enumerate(looks):
            owed = [Delivery(f"{number}{to}", "sink", to, at(0), round_key=str(number)) for to in ("influx", "file")]
            await store.commit(done(str(number), seen, minutes=number), (), owed)
        await store.settle(["0file", "1influx", "2influx", "2file"])
        found = [await store.holding(target) for target in (API, WEB, FLASK)]
        assert [holding and holding.owed_to for holding in found] == [{"influx"}, {"file"}, frozenset()]

    tell(story)


def test_what_is_owed_of_it_does_not_get_there_and_what_else_is_owed_does(tell: Tell) -> None:
    async def story(store: Store) -> None:
        owed = [Delivery("d", "sink", "influx", at(0), round_key="1")]
        await store.commit(done("1", answer(0, "api"), answer(1, "web")), (), owed)
        await forget(store, API)
        assert [each.round_key for each in await store.next_owed("sink", "influx", most=9)] == ["1"]
        assert [each.results for each in await store.rounds_by_key(["1"])] == [(answer(1, "web"),)]

    tell(story)


def test_what_nobody_knows_is_forgotten_already(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("1", answer(0, "web")))
        assert await store.holding(API) is None
        assert await forget(store, API) == 0
        assert len(await store.rounds(*FOR_EVER)) == 1

    tell(story)


def test_watched_again_it_begins_anew(tell: Tell) -> None:
    """Also for one who has seen it before, and remembers which rows were its own."""

    async def story(store: Store) -> None:
        for number in range(5):
            await store.commit(done(str(number), answer(number, "web"), answer(number, "api"), minutes=number))
        await count_all(store)
        await pack_all(store)
        await store.rounds(*FOR_EVER)
        await forget(store, API)
        await store.commit(done("new", answer(7, "new"), minutes=7))
        await store.commit(done("again", answer(8, "api"), answer(8, "web"), minutes=8))
        await count_all(store)
        assert (await store.rounds(at(6), LATER))[-1].results == (answer(8, "api"), answer(8, "web"))
        assert (await store.rounds(at(6), LATER))[0].results == (answer(7, "new"),)
        assert await store.holding(API) == Holding(API, 0, 1)
        assert [len(each) for each in (await store.tallies([API], *FOR_EVER, "day")).values()] == [1]

    tell(story)
