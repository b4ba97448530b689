"""What `colter.core.ports.History.status` promises, over every store there is."""

from dataclasses import replace

from colter.core.model import (
    EndpointState,
    Target,
)
from colter.core.ports import Store
from tests.store.making import FLASK, FOR_EVER, FORKS, FULL_READING, STARS, Tell, answer, at, done, look


def test_status_knows_each_number_with_the_one_before(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1, values={STARS: 10, FORKS: 3})))
        await store.commit(done("two", look(2, values={STARS: 12})))
        (status,) = await store.status()
        stars, forks = status.values["stars"], status.values["forks"]
        assert (stars.target, stars.key, stars.value, stars.at, stars.before) == (FLASK, "stars", 12, at(2), 10)
        assert (forks.value, forks.at, forks.before) == (3, at(1), None)
        assert status.at == at(2)

    tell(story)


def test_a_failed_look_hides_no_number_and_tells_its_problem(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", replace(FULL_READING, events=[])))
        await store.commit(done("two", look(2, problem="timed out")))
        (status,) = await store.status()
        assert (status.problem, status.at, status.missing) == ("timed out", at(2), {})
        assert status.info == FULL_READING.info
        assert status.values["stars"].at == at(0)

    tell(story)


def test_splits_are_history_but_no_status(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", FULL_READING))
        (status,) = await store.status()
        assert set(status.values) == {"stars", "forks"}

    tell(story)


def test_what_comes_late_is_history_but_no_status(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("new", look(5, values={STARS: 5}), answer(5)))
        await store.commit(done("old", look(1, values={STARS: 1}), answer(1, state=EndpointState.DOWN)))
        flask, api = await store.status()
        assert (flask.at, flask.values["stars"].value, flask.values["stars"].before) == (at(5), 5, None)
        assert api.result == answer(5)
        assert api.since == at(5)
        assert len(await store.rounds(*FOR_EVER)) == 2

    tell(story)


def test_an_endpoint_is_known_by_its_last_result_and_since_when(tell: Tell) -> None:
    async def story(store: Store) -> None:
        up, down = EndpointState.UP, EndpointState.DOWN
        for minutes, state in enumerate((up, down, down, down)):
            await store.commit(done(f"at {minutes}", answer(minutes, state=state)))
        (status,) = await store.status()
        assert (status.target, status.at, status.since) == (Target("probe", "api"), at(3), at(1))
        assert status.result == answer(3, state=down)
        assert (status.values, status.problem) == ({}, None)

    tell(story)


def test_several_results_of_one_round_count_in_the_order_of_their_times(tell: Tell) -> None:
    async def story(store: Store) -> None:
        down, up = answer(2, state=EndpointState.DOWN), answer(3)
        await store.commit(done("one", up, down, answer(1)))
        (status,) = await store.status()
        assert (status.result, status.since) == (up, at(3))

    tell(story)


def test_status_is_ordered_by_target(tell: Tell) -> None:
    async def story(store: Store) -> None:
        names = ["zed/z", "Alpha/a", "beta/b"]
        await store.commit(done("one", answer(), *(look(name=name) for name in names)))
        assert [str(status.target) for status in await store.status()] == [
            "github:Alpha/a",
            "github:beta/b",
            "github:zed/z",
            "probe:api",
        ]

    tell(story)
