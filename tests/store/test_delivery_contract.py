"""What `colter.core.ports.Store` promises to those who deliver and export, over every store there is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from colter.core.model import DailyCount, EndpointState, Latest, ProbeResult, Reading, Round, Sample, Target, Transfer
from colter.core.ports import Store
from colter.store import bounds
from tests.fakes.clock import START
from tests.store.making import BY_PYTHON, FLASK, FOR_EVER, STARS, Tell, answer, at, done, look

UNKNOWN = EndpointState.UNKNOWN
GITHUB, PROBE = frozenset({"github"}), frozenset({"probe"})


def keys(rounds: Sequence[Round]) -> list[str]:
    return [each.key for each in rounds]


async def commit_many(store: Store, *entries: int) -> None:
    """Rounds `0`, `1` and so on, of so many results each, a minute apart."""
    for key, number in enumerate(entries):
        seen = [answer(key, f"endpoint {each}") for each in range(number)]
        await store.commit(done(str(key), *seen, minutes=key))


def names(latest: Sequence[Latest], source: str) -> list[str]:
    (found,) = (each for each in latest if each.source == source)
    return [each.target.name for each in found.readings] + [each.target.name for each in found.results]


def test_a_round_tells_which_machine_looked_and_what_it_read_completely(tell: Tell) -> None:
    async def story(store: Store) -> None:
        whole = replace(done("one", look(), answer()), machine="büro-3", complete=frozenset({"github", "probe"}))
        await store.commit(whole)
        await store.commit(done("two", minutes=1))
        assert await store.rounds(*FOR_EVER) == [whole, done("two", minutes=1)]
        assert await store.rounds_by_key(["one"]) == [whole]

    tell(story)


def test_a_day_stands_in_the_round_that_last_raised_it(tell: Tell) -> None:
    def day(number: int, count: int) -> DailyCount:
        return DailyCount("downloads", START.date() + timedelta(days=number), count)

    async def story(store: Store) -> None:
        for minutes, days in enumerate([(day(0, 5), day(1, 3)), (day(0, 5), day(1, 8), day(2, 1)), (day(1, 2),)]):
            await store.commit(done(f"at {minutes}", replace(look(minutes), daily=days), minutes=minutes))
        found = [each.readings[0].daily for each in await store.rounds(*FOR_EVER)]
        assert found == [(day(0, 5),), (day(1, 8), day(2, 1)), ()]

    tell(story)


@pytest.mark.parametrize(
    ("after", "most", "expected"),
    [
        (None, None, ["0", "1", "2", "3"]),
        (None, 5, ["0", "1"]),
        (None, 4, ["0"]),
        (None, 0, ["0"]),
        ("0", 3, ["1", "2"]),
        ("1", None, ["2", "3"]),
        ("3", 100, []),
    ],
    ids=["all", "two", "less than two", "one in any case", "after", "rest", "end"],
)
def test_rounds_come_in_parts_of_so_many_entries(
    tell: Tell, after: str | None, most: int | None, expected: list[str]
) -> None:
    async def story(store: Store) -> None:
        await commit_many(store, 3, 2, 1, 2)
        assert keys(await store.rounds(*FOR_EVER, after=after, most=most)) == expected

    tell(story)


def test_rounds_that_ended_at_the_same_moment_are_each_in_one_part(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for key in "dacb":
            await store.commit(done(key, answer()))
        found: list[str] = []
        while part := await store.rounds(*FOR_EVER, after=found[-1] if found else None, most=1):
            found += keys(part)
        assert found == ["d", "a", "c", "b"]

    tell(story)


def test_entries_counts_what_rounds_would_bring(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await commit_many(store, 3, 2, 1, 2)
        for since, until, after in [(*FOR_EVER, None), (*FOR_EVER, "1"), (at(1), at(2.5), None), (at(1), at(3), "1")]:
            found = await store.rounds(since, until, after=after)
            assert await store.entries(since, until, after=after) == sum(len(each.entries) for each in found)
        assert await store.entries(at(10), at(20)) == 0

    tell(story)


def test_latest_is_the_newest_look_at_each_target_with_all_its_numbers(tell: Tell) -> None:
    async def story(store: Store) -> None:
        split = replace(look(1), samples=(Sample(STARS, 5), Sample(BY_PYTHON, 7, {"python": "3.11"})))
        await store.commit(done("one", split, look(1, "b/b", values={STARS: 1}), answer(1, "web"), answer(1)))
        await store.commit(done("two", look(2, "b/b", problem="timed out"), answer(2), minutes=2))
        assert await store.latest() == [
            Latest("github", (look(2, "b/b", problem="timed out"), split)),
            Latest("probe", (), (answer(2), answer(1, "web"))),
        ]

    tell(story)


def test_latest_of_an_empty_store_is_nothing(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.latest() == []

    tell(story)


def test_latest_leaves_out_what_a_complete_round_has_not_seen(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(0, "a/a"), look(0, "b/b"), answer(0), answer(0, "web")))
        await store.commit(replace(done("two", look(2, "b/b"), minutes=2), complete=GITHUB))
        assert names(await store.latest(), "github") == ["b/b"]
        assert names(await store.latest(), "probe") == ["api", "web"]
        await store.commit(replace(done("three", answer(4, "web"), minutes=4), complete=PROBE))
        assert names(await store.latest(), "github") == ["b/b"]
        assert names(await store.latest(), "probe") == ["web"]

    tell(story)


def test_latest_keeps_what_a_later_partial_round_has_not_looked_at(tell: Tell) -> None:
    async def story(store: Store) -> None:
        whole = done("one", look(1, "a/a"), look(1, "b/b"), answer(1), answer(1, "web"), minutes=1)
        await store.commit(replace(whole, complete=GITHUB | PROBE))
        await store.commit(done("two", look(2, "b/b"), look(2, "c/c"), answer(2), minutes=2))
        assert names(await store.latest(), "github") == ["a/a", "b/b", "c/c"]
        assert names(await store.latest(), "probe") == ["api", "web"]

    tell(story)


def test_latest_tells_of_a_source_of_which_nothing_is_watched_any_more(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1), minutes=1))
        await store.commit(replace(done("two", minutes=2), complete=GITHUB))
        assert await store.latest() == [Latest("github", earlier_success=at(1))]

    tell(story)


def test_latest_shows_a_renamed_target_once_under_its_new_name(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1, "old/name", identity="R_1", values={STARS: 1})))
        await store.commit(done("two", look(2, "new/name", identity="R_1", values={STARS: 2}), minutes=2))
        assert await store.latest() == [Latest("github", (look(2, "new/name", identity="R_1", values={STARS: 2}),))]

    tell(story)


def test_latest_leaves_out_a_target_whose_name_another_has_taken(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1, identity="R_1", values={STARS: 1})))
        await store.commit(done("two", look(2, identity="R_2", values={STARS: 2}), minutes=2))
        (found,) = await store.latest()
        assert [(each.target, each.identity) for each in found.readings] == [(FLASK, "R_2")]

    tell(story)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ((look(2, problem="timed out"), answer(2, state=UNKNOWN)), {"github": at(1), "probe": at(1)}),
        ((look(2), answer(2, state=EndpointState.DOWN)), {"github": at(2), "probe": at(2)}),
    ],
    ids=["failed", "read"],
)
def test_latest_knows_when_a_source_was_last_read(
    tell: Tell, second: Sequence[Reading | ProbeResult], expected: dict[str, datetime]
) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1), answer(1), minutes=1))
        for number in range(3):  # as often as you like
            await store.commit(done(f"again {number}", *second, minutes=2))
        assert {each.source: each.last_success for each in await store.latest()} == expected

    tell(story)


def test_a_source_that_was_never_read_has_no_last_success(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1, problem="timed out"), answer(1, state=UNKNOWN)))
        assert [each.last_success for each in await store.latest()] == [None, None]

    tell(story)


def test_an_export_goes_on_where_it_was(tell: Tell) -> None:
    async def story(store: Store) -> None:
        first = Transfer("influx --since 30d", at(0), at(9))
        other = Transfer("file --since 30d", at(0), at(9), "2", 20, 4096)
        assert await store.transfer(first.key) is None
        for each in (first, other, later := replace(first, after="1", sent=10)):
            await store.keep_transfer(each)
        assert await store.transfer(first.key) == later
        for _ in range(2):
            await store.end_transfer(first.key)
        assert await store.transfer(first.key) is None
        assert await store.transfer(other.key) == other

    tell(story)


def test_exports_that_nobody_goes_on_with_do_not_become_more_and_more(tell: Tell) -> None:
    async def story(store: Store) -> None:
        oldest = Transfer("the one that is going on", at(0), at(0))
        await store.keep_transfer(oldest)
        for number in range(bounds.MOST_TRANSFERS + 5):
            await store.keep_transfer(Transfer(f"export {number}", at(0), at(number + 1)))
            await store.keep_transfer(oldest)
        kept = [
            each for number in range(bounds.MOST_TRANSFERS + 5) if (each := await store.transfer(f"export {number}"))
        ]
        assert [each.key for each in kept] == [f"export {number}" for number in range(6, bounds.MOST_TRANSFERS + 5)]
        assert await store.transfer(oldest.key) == oldest

    tell(story)


def test_an_export_in_parts_brings_everything_once(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await commit_many(store, *(number % 4 for number in range(30)))
        told = Transfer("influx", *FOR_EVER)
        await store.keep_transfer(told)
        arrived: list[str] = []
        while (found := await store.transfer("influx")) and (
            part := await store.rounds(found.since, found.until, after=found.after, most=4)
        ):
            arrived += keys(part)
            await store.keep_transfer(replace(found, after=arrived[-1], sent=found.sent + 1))
        assert arrived == [str(number) for number in range(30)]

    tell(story)


def test_a_source_is_not_complete_because_one_with_a_longer_name_is(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", replace(look(0), target=Target("git", "a"))))
        await store.commit(replace(done("two", minutes=5), complete=GITHUB))
        assert names(await store.latest(), "git") == ["a"]

    tell(story)
