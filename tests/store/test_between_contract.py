"""What reports ask of a store: numbers at both ends of a time, and what happened in it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from colter.core.model import Event, Reading, Target
from colter.core.ports import Store
from tests.store.making import BY_PYTHON, FLASK, FORKS, STARS, Tell, at, done, look


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (0, 100, [(0, 10), (30, 40)]),
        (1, 30, [(10, 20), (20, 30)]),
        (10, 11, [(10, 20)]),
        (11, 20, []),
        (31, 100, []),
    ],
)
def test_the_first_and_the_last_of_a_number_are_those_within(
    tell: Tell, since: int, until: int, expected: list[tuple[int, int]]
) -> None:
    async def story(store: Store) -> None:
        for place in range(4):
            await store.commit(done(f"{place}", look(10 * place, values={STARS: 10 + 10 * place}), minutes=10 * place))
        found = await store.first_and_last([FLASK], ["stars"], at(since), at(until))
        series = [(at(minutes), value) for minutes, value in expected]
        assert found == ({FLASK: {"stars": series}} if series else {})

    tell(story)


def test_each_number_has_ends_of_its_own_and_a_failed_look_has_none(tell: Tell) -> None:
    async def story(store: Store) -> None:
        looks = [{STARS: 1}, {STARS: 2, FORKS: 5}, {STARS: 3, BY_PYTHON: 7}, {}]
        for place, values in enumerate(looks):
            await store.commit(done(f"{place}", look(place, values=values, problem=None if values else "503")))
        found = await store.first_and_last([FLASK], ["stars", "forks", "by_python", "tags"], at(0), at(9))
        assert found == {FLASK: {"stars": [(at(0), 1), (at(2), 3)], "forks": [(at(1), 5)]}}
        assert await store.first_and_last([FLASK], ["forks"], at(0), at(9)) == {FLASK: {"forks": [(at(1), 5)]}}

    tell(story)


def test_what_was_read_late_stands_where_it_belongs(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for key, minutes in (("late", 9), ("early", 1), ("middle", 5)):
            await store.commit(done(key, look(minutes, values={STARS: minutes})))
        found = await store.first_and_last([FLASK], ["stars"], at(0), at(10))
        assert found == {FLASK: {"stars": [(at(1), 1), (at(9), 9)]}}

    tell(story)


def test_events_are_told_by_when_they_happened_each_once(tell: Tell) -> None:
    async def story(store: Store) -> None:
        issues = [Event("issue", str(minutes), "It breaks", at(minutes)) for minutes in (-5, 0, 3)]
        release = Event("release", "1.0", "1.0", at(2), "https://example.org/1.0")
        await store.commit(done("one", _with(look(4), issues)))
        await store.commit(done("two", _with(look(5), [*issues, release])))
        assert await store.events([FLASK], at(0), at(3)) == {FLASK: [issues[1], release]}
        assert await store.events([FLASK, Target("pypi", "flask")], at(4), at(9)) == {}

    tell(story)


def test_numbers_and_events_follow_a_rename_under_the_names_that_were_asked_for(tell: Tell) -> None:
    async def story(store: Store) -> None:
        event = Event("issue", "1", "It breaks", at(0))
        await store.commit(done("one", _with(look(0, identity="R_1", values={STARS: 1}), [event])))
        await store.commit(done("two", look(1, "pallets/new", identity="R_1", values={STARS: 2})))
        names = [FLASK, Target("github", "pallets/new"), Target("github", "pallets/never")]
        found = await store.first_and_last(names, ["stars"], at(0), at(9))
        assert found == {name: {"stars": [(at(0), 1), (at(1), 2)]} for name in names[:2]}
        assert await store.events(names, at(0), at(9)) == {name: [event] for name in names[:2]}

    tell(story)


def _with(reading: Reading, events: Sequence[Event]) -> Reading:
    return replace(reading, events=tuple(events))
