"""The clock was days ahead, and is set right: from then on what is seen is the newest, though it is dated earlier."""

from dataclasses import replace
from datetime import timedelta

from colter.core.model import EndpointState
from colter.core.ports import Store
from tests.fakes.clock import FakeClock
from tests.store.making import STARS, Tell, answer, done, look

DAYS_AHEAD = 3 * 24 * 60  # minutes
WATCHED = frozenset({"github", "probe"})


def test_what_was_seen_by_a_clock_that_was_ahead_is_not_the_newest_any_more(tell: Tell) -> None:
    async def story(store: Store) -> None:
        seen = look(DAYS_AHEAD, values={STARS: 1}), answer(DAYS_AHEAD, state=EndpointState.DOWN)
        await store.commit(replace(done("ahead", *seen, minutes=DAYS_AHEAD), complete=WATCHED))
        again = look(1, values={STARS: 2}), answer(1)
        await store.commit(replace(done("right", *again, minutes=1), complete=WATCHED))
        status = {str(each.target): each for each in await store.status()}
        assert [one for each in await store.latest() for one in (*each.readings, *each.results)] == list(again)
        assert (status["probe:api"].result, status["probe:api"].since) == (again[1], again[1].at)
        stars = status["github:pallets/flask"].values["stars"]
        assert (stars.value, stars.at, stars.before) == (2, again[0].at, 1)

    tell(story)


def test_who_is_not_watched_since_the_clock_was_set_right_is_not_shown(tell: Tell) -> None:
    async def story(store: Store) -> None:
        ahead = done("ahead", answer(DAYS_AHEAD), answer(DAYS_AHEAD, "gone"), minutes=DAYS_AHEAD)
        await store.commit(replace(ahead, complete=WATCHED))
        await store.commit(replace(done("right", answer(1), minutes=1), complete=WATCHED))
        await store.commit(replace(done("later", answer(2), minutes=2), complete=WATCHED))
        (probes,) = await store.latest()
        assert probes.results == (answer(2),)

    tell(story)


def test_what_comes_late_is_older_all_the_same(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        clock.advance(timedelta(hours=2))
        await store.commit(done("new", answer(120, state=EndpointState.DOWN), minutes=120))
        await store.commit(done("late", answer(1), minutes=1))
        (status,) = await store.status()
        assert status.result == answer(120, state=EndpointState.DOWN)

    tell(story)
