"""What is old goes, and what anybody may still need stays, in every store."""

from dataclasses import replace
from datetime import datetime, timedelta

from colter.core.model import DailyCount, Delivery, Event, Round
from colter.core.ports import Store
from tests.fakes.clock import START
from tests.store.making import FLASK, FOR_EVER, STARS, Tell, answer, at, done, look
from tests.store.packing import LATER, count_all, endpoint, minutes, pack_all

DAY = 24 * 60


async def retire(
    store: Store,
    *,
    results: datetime | None = None,
    readings: datetime | None = None,
    tallies: datetime | None = None,
    most: int = 7,
) -> int:
    """Everything that may go, in small pieces."""
    total = 0
    while gone := await store.retire(results=results, readings=readings, tallies=tallies, most=most):
        total += gone
    return total


async def keys(store: Store) -> list[str]:
    return [each.key for each in await store.rounds(*FOR_EVER)]


async def looks(store: Store) -> list[datetime]:
    return [reading.at for each in await store.rounds(*FOR_EVER) for reading in each.readings]


def test_old_results_go_packed_or_not_and_younger_ones_stay(tell: Tell) -> None:
    async def story(store: Store) -> None:
        history = list(minutes(100))
        for each in history:
            await store.commit(each)
        await pack_all(store, most=30, before=at(60))
        await retire(store, results=at(80))
        left = await store.rounds(*FOR_EVER)
        assert left == [each for each in history if each.finished >= at(80)]
        assert await store.entries(*FOR_EVER) == 3 * len(left)
        assert len(await store.status()) == 5

    tell(story)


def test_the_newest_result_of_every_endpoint_stays(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("gone", answer(0, "api"), answer(0, "old"), minutes=0))
        await store.commit(done("old", answer(1, "old"), minutes=1))
        await store.commit(done("api", answer(2, "api"), minutes=2))
        before = await store.status(), await store.latest()
        await count_all(store)
        await retire(store, results=LATER)
        assert await keys(store) == ["old", "api"]
        assert (await store.status(), await store.latest()) == before

    tell(story)


def test_what_is_not_counted_yet_stays(tell: Tell) -> None:
    async def story(store: Store) -> None:
        history = list(minutes(10))
        for each in history:
            await store.commit(each)
        assert await retire(store, results=LATER) == 0
        assert await store.rounds(*FOR_EVER) == history
        await count_all(store)
        assert await retire(store, results=LATER) >= 24

    tell(story)


def test_what_is_owed_stays_until_it_has_arrived_or_was_given_up(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(6):
            key = str(number)
            owed = [Delivery(key, "sink", "influx", at(0), round_key=key)] if number in (1, 2) else []
            seen = [answer(number)] if number % 2 else [look(number)]
            await store.commit(done(key, *seen, minutes=number), (), owed)
        await count_all(store)
        await retire(store, results=LATER, readings=LATER)
        assert await keys(store) == ["1", "2", "4", "5"]
        assert await store.rounds_by_key(["1"]) == [done("1", answer(1), minutes=1)]
        await store.settle(["1"])
        await store.drop("influx", before=LATER, most=0)
        await retire(store, results=LATER)
        assert "1" not in await keys(store)

    tell(story)


def test_of_old_days_the_last_good_reading_stays(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("morning", look(0, values={STARS: 1}), look(0, "b/b"), minutes=0))
        await store.commit(done("noon", look(60, values={STARS: 2}), minutes=60))
        await store.commit(done("evening", look(120, problem="out of reach"), minutes=120))
        await store.commit(done("next day", look(DAY, values={STARS: 3}), look(DAY, "b/b"), minutes=DAY))
        await store.commit(done("young", look(2 * DAY, values={STARS: 4}), minutes=2 * DAY))
        await store.commit(done("younger", look(2 * DAY + 1, values={STARS: 5}), minutes=2 * DAY + 1))
        before = await store.status()
        assert await retire(store, readings=at(2 * DAY)) == 2
        kept = await store.values([FLASK], ["stars"], START)
        assert [value for _, value in kept[FLASK]["stars"]] == [2, 3, 4, 5]
        assert await keys(store) == ["morning", "noon", "next day", "young", "younger"]
        assert [each.target.name for each in (await store.rounds(*FOR_EVER))[0].readings] == ["b/b"]
        assert await store.entries(*FOR_EVER) == 6
        assert await store.status() == before

    tell(story)


def test_a_day_that_is_not_over_at_that_moment_stays_whole(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(4):
            await store.commit(done(str(number), look(60 * number), minutes=60 * number))
        assert await retire(store, readings=at(150)) == 0
        assert len(await looks(store)) == 4

    tell(story)


def test_what_brought_an_event_or_a_day_stays(tell: Tell) -> None:
    async def story(store: Store) -> None:
        seen = [
            replace(look(0), events=[Event("issue", "1", "It breaks", START)]),
            replace(look(10), daily=[DailyCount("downloads", START.date(), 7)]),
            look(20),
            look(30),
        ]
        for number, reading in enumerate(seen):
            await store.commit(done(str(number), reading, minutes=10 * number))
        await store.commit(done("new", look(5 * DAY), minutes=5 * DAY))
        assert await retire(store, readings=LATER) == 1
        assert await keys(store) == ["0", "1", "3", "new"]
        rounds = await store.rounds(*FOR_EVER)
        assert rounds[0].readings[0].events
        assert rounds[1].readings[0].daily == (DailyCount("downloads", START.date(), 7),)
        assert await store.daily(FLASK, "downloads") == {START.date(): 7}

    tell(story)


def test_a_target_that_cannot_be_read_any_more_is_still_known(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("good", look(0, values={STARS: 1}), minutes=0))
        for number in range(1, 4):
            await store.commit(done(str(number), look(DAY * number, problem="gone"), minutes=DAY * number))
        before = await store.status()
        await retire(store, readings=LATER)
        assert await keys(store) == ["good", "3"]
        assert await store.status() == before

    tell(story)


def test_hours_go_and_days_and_outages_stay(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(8):
            await store.commit(done(str(number), answer(60 * number, "endpoint 0"), minutes=60 * number))
        await count_all(store)
        target = endpoint(0)
        days = await store.tallies([target], *FOR_EVER, "day")
        hours = (await store.tallies([target], *FOR_EVER, "hour"))[target]
        assert await retire(store, tallies=at(180), most=2) == 3
        assert (await store.tallies([target], *FOR_EVER, "hour"))[target] == hours[3:]
        assert await store.tallies([target], *FOR_EVER, "day") == days

    tell(story)


def test_for_ever_is_for_ever(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(5):
            await store.commit(done(str(number), look(number), answer(number), minutes=number))
        await count_all(store)
        before = await store.rounds(*FOR_EVER)
        assert await retire(store) == 0
        assert await store.rounds(*FOR_EVER) == before

    tell(story)


def test_an_empty_round_that_is_old_goes_with_the_results(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("told", minutes=0))
        await store.commit(replace(done("all", answer(1), minutes=1), complete=frozenset({"probe"})))
        await store.commit(done("new", answer(2), minutes=2))
        await count_all(store)
        await retire(store, results=LATER)
        assert await keys(store) == ["all", "new"]  # what is not shown by the one is not watched any more
        assert [len(each.entries) for each in await store.rounds(*FOR_EVER)] == [0, 1]

    tell(story)


def test_a_round_never_gets_the_number_of_one_that_went(tell: Tell) -> None:
    """It would be taken for counted."""

    async def story(store: Store) -> None:
        await store.commit(done("a", answer(0, "endpoint 0"), minutes=0))
        await store.commit(done("told", minutes=1))
        await count_all(store)
        await retire(store, results=LATER)
        await store.commit(Round("b", at(3), at(3), (), [answer(3, "endpoint 0")]))
        await count_all(store)
        tallies = (await store.tallies([endpoint(0)], *FOR_EVER, "day"))[endpoint(0)]
        assert sum(tally.up for _, tally in tallies) == 2

    tell(story)


def test_retiring_goes_on_where_it_ended(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(40):
            minute = 30 * number
            await store.commit(done(str(number), look(minute), look(minute, "b/b"), minutes=minute))
        steps = [
            await store.retire(results=None, readings=at(minute), tallies=None, most=3)
            for minute in range(0, 5 * DAY, 60)
        ]
        assert sum(steps) == 80 - 4
        assert await looks(store) == [at(690), at(690), at(1170), at(1170)]

    tell(story)


def test_days_are_those_of_utc(tell: Tell) -> None:
    async def story(store: Store) -> None:
        midnight = START + timedelta(hours=12)
        for number, moment in enumerate((midnight - timedelta(milliseconds=1), midnight)):
            reading = replace(look(), at=moment)
            await store.commit(Round(str(number), moment, moment, [reading]))
        await store.commit(done("new", look(9 * DAY), minutes=9 * DAY))
        assert await retire(store, readings=LATER) == 0

    tell(story)
