"""What `colter.core.ports.Store` promises, over every store there is."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from colter.core.model import (
    AlertState,
    Delivery,
    EndpointState,
    Event,
    Evidence,
    Phases,
    ProbeResult,
    Reason,
    Round,
    Target,
)
from colter.core.ports import Cached, Store
from tests.fakes.clock import START
from tests.store.making import (
    FLASK,
    FOR_EVER,
    FORKS,
    FULL_READING,
    STARS,
    Tell,
    answer,
    at,
    day_of,
    done,
    look,
)

FULL_RESULT = ProbeResult(
    "api",
    "https://api.example.org/health",
    at(0.5),
    EndpointState.DEGRADED,
    Reason.CERT_EXPIRING,
    "the certificate expires in 3 days",
    200,
    "2",
    "2001:db8::1",
    123.456,
    Phases(0.001, 2, 3.5, 100, None),
    2,
    1256,
    at(3 * 1440),
    3,
    "backend",
)


def test_a_round_comes_back_as_it_was_committed(tell: Tell) -> None:
    async def story(store: Store) -> None:
        broken = look(name="pallets/gone", problem="404: not found")
        kept = done("one", FULL_READING, broken, FULL_RESULT, answer(endpoint="other"))
        assert await store.commit(kept)
        assert await store.rounds(*FOR_EVER) == [kept]

    tell(story)


def test_a_repeated_round_changes_nothing(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.commit(done("one", look(values={STARS: 1})))
        assert not await store.commit(done("one", look(5, values={STARS: 2}), answer()))
        (status,) = await store.status()
        assert status.values["stars"].value == 1
        assert len(await store.rounds(*FOR_EVER)) == 1

    tell(story)


def test_rounds_are_chosen_by_their_end_and_come_oldest_first(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for minutes in (3, 1, 2):
            await store.commit(done(f"at {minutes}", look(minutes), minutes=minutes))
        second = timedelta(seconds=1)
        found = await store.rounds(at(1) + second, at(3) + second)
        assert [each.key for each in found] == ["at 1", "at 2"]
        assert await store.rounds(at(10), at(20)) == []

    tell(story)


def test_an_empty_round_is_a_round(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.commit(done("empty"))
        assert await store.rounds(*FOR_EVER) == [done("empty")]
        assert await store.status() == []

    tell(story)


def test_the_same_reading_twice_in_one_round_is_harmless(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("zero", look(0, values={STARS: 1})))
        again = replace(look(1, values={STARS: 2}), events=FULL_READING.events, daily=[day_of("views", 1, 5)])
        await store.commit(done("one", again, again, answer(1), answer(1)))
        flask, api = await store.status()
        assert flask.values["stars"].before == 1
        assert api.since == at(1)
        (_, kept) = await store.rounds(*FOR_EVER)
        assert sum(len(reading.events) for reading in kept.readings) == 2

    tell(story)


def test_an_event_happens_once(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for minutes in (1, 2):
            reading = replace(look(minutes), events=FULL_READING.events[:minutes])
            await store.commit(done(f"at {minutes}", reading, minutes=minutes))
        found = [[event.key for event in each.readings[0].events] for each in await store.rounds(*FOR_EVER)]
        assert found == [["5901"], ["5902"]]

    tell(story)


def test_the_same_event_of_two_targets_is_two_events(tell: Tell) -> None:
    async def story(store: Store) -> None:
        events = FULL_READING.events
        await store.commit(
            done("one", replace(look(name="a/a"), events=events), replace(look(name="b/b"), events=events))
        )
        (kept,) = await store.rounds(*FOR_EVER)
        assert [len(reading.events) for reading in kept.readings] == [2, 2]

    tell(story)


def test_a_day_read_again_keeps_the_larger_number(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for key, count in (("one", 5), ("two", 9), ("three", 2)):
            await store.commit(done(key, replace(look(), daily=[day_of("views", 0, count), day_of("clones", 0, 1)])))
        assert await store.daily(FLASK, "views") == {START.date(): 9}
        assert await store.daily(FLASK, "nothing") == {}
        assert await store.daily(Target("pypi", "flask"), "views") == {}

    tell(story)


def test_half_a_year_of_days_builds_up_from_moving_windows(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for today in range(14, 200, 10):
            window = [day_of("views", day, 1 if day == today - 14 else day + 1) for day in range(today - 14, today)]
            await store.commit(done(f"day {today}", replace(look(today), daily=window)))
        daily = await store.daily(FLASK, "views")
        assert len(daily) == 194
        assert [count for day, count in sorted(daily.items())][1:] == list(range(2, 195))

    tell(story)


def test_marks_stay_until_they_are_moved(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.marks(FLASK) == {}
        await store.commit(done("one", replace(look(1), marks={"issue": "7", "release": "v1"})))
        await store.commit(done("two", replace(look(2), marks={"issue": "9"})))
        await store.commit(done("three", look(3, problem="timed out")))
        assert await store.marks(FLASK) == {"issue": "9", "release": "v1"}

    tell(story)


def test_alert_states_are_kept_per_target_and_rule(tell: Tell) -> None:
    async def story(store: Store) -> None:
        api = Target("probe", "api")
        first = AlertState(api, "down", "pending", at(1), 2)
        later = AlertState(api, "down", "firing", at(2), 3, "incident 1", 4)
        other = AlertState(FLASK, "stars", "ok", at(1))
        await store.commit(done("one", answer(1)), [first, other])
        await store.commit(done("two", answer(2)), [later])
        assert await store.alert_states() == [other, later]
        assert [str(status.target) for status in await store.status()] == ["probe:api"]

    tell(story)


def test_deliveries_are_owed_oldest_first_and_once_per_key(tell: Tell) -> None:
    async def story(store: Store) -> None:
        sink = Delivery("one:influx", "sink", "influx", at(1), round_key="one", created=at(0))
        notice = Delivery("incident 1:1:ops", "channel", "ops", at(0), "api is down", created=at(0))
        await store.commit(done("one", answer(1)), deliveries=[sink, notice])
        await store.commit(done("two", answer(2)), deliveries=[replace(notice, body="repeated")])
        assert await store.owed() == [sink, notice]

    tell(story)


def test_a_reply_is_recalled_until_a_newer_one_takes_its_place(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.cached("https://api.example.org/a") is None
        first = Cached(b"\x00\xff body", 'W/"1"', at(0), at(5))
        await store.cache("https://api.example.org/a", first)
        assert await store.cached("https://api.example.org/a") == first
        newer = Cached(b"", "", at(1), at(6))
        await store.cache("https://api.example.org/a", newer)
        await store.commit(done("one"))
        assert await store.cached("https://api.example.org/a") == newer

    tell(story)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_becomes_missing(tell: Tell, number: float) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(values={STARS: number, FORKS: 1})))
        (status,) = await store.status()
        assert set(status.values) == {"forks"}
        assert status.missing == {"stars": "not a finite number"}

    tell(story)


@pytest.mark.parametrize("number", [0, -1, 2**53, 0.1, 1e300])
def test_numbers_come_back_exactly(tell: Tell, number: float) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(values={STARS: number})))
        (status,) = await store.status()
        assert status.values["stars"].value == number

    tell(story)


def test_evidence_is_not_kept(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", replace(answer(), evidence=Evidence(log=["secret"]))))
        (status,) = await store.status()
        assert status.result == answer()

    tell(story)


def test_half_characters_and_controls_do_not_stop_a_round(tell: Tell) -> None:
    async def story(store: Store) -> None:
        nasty = "\ud800 \x00 \x1b[2J \u202e"
        reading = replace(
            look(problem=nasty), info={"language": nasty}, events=[Event("issue", nasty, nasty, at(0), nasty)]
        )
        assert await store.commit(done("one", reading, replace(answer(), detail=nasty)))
        assert len(await store.rounds(*FOR_EVER)) == 1

    tell(story)


def test_rounds_committed_at_once_are_all_kept(tell: Tell) -> None:
    async def story(store: Store) -> None:
        rounds: list[Round] = [done(f"round {number}", answer(number)) for number in range(50)]
        assert all(await asyncio.gather(*(store.commit(each) for each in rounds)))
        assert len(await store.rounds(*FOR_EVER)) == 50

    tell(story)
