"""The history follows a target to its new name, over every store there is."""

from dataclasses import replace

from colter.core.model import (
    AlertState,
    Target,
)
from colter.core.ports import Store
from tests.store.making import FLASK, FOR_EVER, STARS, Tell, at, day_of, done, look


def test_a_renamed_target_keeps_its_history(tell: Tell) -> None:
    async def story(store: Store) -> None:
        old = replace(
            look(1, "old/name", identity="R_1", values={STARS: 1}), marks={"issue": "7"}, daily=[day_of("views", 1, 5)]
        )
        await store.commit(done("one", old))
        await store.commit(done("two", look(2, "new/name", identity="R_1", values={STARS: 2}), minutes=2))
        (status,) = await store.status()
        new = Target("github", "new/name")
        assert (status.target, status.values["stars"].before) == (new, 1)
        assert {each.readings[0].target for each in await store.rounds(*FOR_EVER)} == {new}
        assert await store.identities("github") == {"old/name": "R_1", "new/name": "R_1"}
        for name in (new, old.target):
            assert await store.marks(name) == {"issue": "7"}
            assert len(await store.daily(name, "views")) == 1

    tell(story)


def test_a_name_taken_over_by_another_project_begins_anew(tell: Tell) -> None:
    async def story(store: Store) -> None:
        first = replace(look(1, identity="R_1", values={STARS: 100}), marks={"issue": "57"})
        await store.commit(done("one", first))
        await store.commit(done("two", look(2, identity="R_2", values={STARS: 0}), minutes=2))
        (status,) = await store.status()
        assert (status.values["stars"].value, status.values["stars"].before) == (0, None)
        assert await store.marks(FLASK) == {}
        assert [each.readings[0].identity for each in await store.rounds(*FOR_EVER)] == ["R_1", "R_2"]
        assert await store.identities("github") == {FLASK.name: "R_2"}

    tell(story)


def test_a_target_seen_first_without_identity_gets_it_later(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1, problem="timed out")))
        await store.commit(done("two", look(2, identity="R_1", values={STARS: 1})))
        await store.commit(done("three", look(3, problem="timed out")))
        (status,) = await store.status()
        assert (status.at, status.problem, status.values["stars"].value) == (at(3), "timed out", 1)

    tell(story)


def test_a_failed_look_at_a_former_name_belongs_to_the_renamed_target(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one", look(1, "old/name", identity="R_1", values={STARS: 1})))
        await store.commit(done("two", look(2, "new/name", identity="R_1", values={STARS: 1})))
        await store.commit(done("three", look(3, "old/name", problem="timed out")))
        (status,) = await store.status()
        assert (status.target.name, status.problem) == ("new/name", "timed out")

    tell(story)


def test_two_names_of_one_identity_in_one_round_are_one_target(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(
            done("one", look(1, "a/a", identity="R_1", values={STARS: 4}), look(1, "b/b", identity="R_1"))
        )
        (status,) = await store.status()
        assert (status.target.name, status.values["stars"].value) == ("b/b", 4)

    tell(story)


def test_alert_states_follow_a_rename(tell: Tell) -> None:
    async def story(store: Store) -> None:
        old = Target("github", "old/name")
        await store.commit(
            done("one", look(1, "old/name", identity="R_1")), [AlertState(old, "stars", "firing", at(1))]
        )
        await store.commit(done("two", look(2, "new/name", identity="R_1")))
        (state,) = await store.alert_states()
        assert state.target.name == "new/name"

    tell(story)
