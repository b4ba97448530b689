"""What `colter.core.ports.Store` promises to those who decide about alerts, over every store there is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from colter.core.model import AlertState, Beat, BeatKind, LastBeats, Sample, Silence, Target
from colter.core.ports import Store
from colter.store import bounds
from tests.fakes.clock import FakeClock
from tests.store.making import BY_PYTHON, FLASK, FORKS, STARS, Tell, answer, at, done, look

API = Target("probe", "api")
DOWN = AlertState(API, "down", "firing", at(1), 3, "incident", 2, '{"seen":7}')


@pytest.mark.parametrize("exchanged", [False, True], ids=["with a round", "without one"])
def test_a_state_is_remembered_replaced_and_forgotten(tell: Tell, *, exchanged: bool) -> None:
    async def keep(store: Store, number: int, *states: AlertState) -> None:
        if exchanged:
            await store.exchange(states=states)
        else:
            await store.commit(done(str(number)), states)

    async def story(store: Store) -> None:
        slow = replace(DOWN, rule="slow", memory="")
        await keep(store, 0, DOWN, slow)
        assert await store.alert_states() == [DOWN, slow]
        later = replace(DOWN, state="ok", incident=None, memory="é \N{SNOWMAN}")
        await keep(store, 1, later)
        assert await store.alert_states() == [later, slow]
        await keep(store, 2, replace(later, state="gone"))
        await keep(store, 3, replace(later, state="gone"))
        assert await store.alert_states() == [slow]
        await keep(store, 4, DOWN)
        assert await store.alert_states() == [DOWN, slow]

    tell(story)


def test_of_two_states_for_one_rule_the_last_one_counts(tell: Tell) -> None:
    async def story(store: Store) -> None:
        gone = replace(DOWN, state="gone")
        await store.exchange(states=[DOWN, replace(DOWN, count=4)])
        assert await store.alert_states() == [replace(DOWN, count=4)]
        await store.exchange(states=[DOWN, gone])
        assert await store.alert_states() == []
        await store.exchange(states=[gone, DOWN])
        assert await store.alert_states() == [DOWN]

    tell(story)


def test_what_is_gone_and_was_never_there_leaves_no_trace(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.exchange(states=[replace(DOWN, state="gone")])
        assert await store.alert_states() == []

    tell(story)


def test_a_round_that_was_kept_already_changes_no_state(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0"), [DOWN])
        assert not await store.commit(done("0"), [replace(DOWN, state="gone")])
        assert await store.alert_states() == [DOWN]

    tell(story)


def test_what_alerts_are_about_is_not_watched_for_that_alone(tell: Tell) -> None:
    async def story(store: Store) -> None:
        names = [Target("channel", "ops"), Target("colter", "connectivity"), API]
        await store.commit(done("0", look()), [replace(DOWN, target=name) for name in names])
        await store.keep_beat(Beat("backup", at(0), BeatKind.START))
        assert [status.target for status in await store.status()] == [FLASK]
        assert [latest.source for latest in await store.latest()] == ["github"]
        await store.commit(done("1", answer(1)))
        assert [status.target for status in await store.status()] == [FLASK, API]

    tell(story)


def test_values_are_what_was_read_since_then_oldest_first(tell: Tell) -> None:
    async def story(store: Store) -> None:
        other = Target("github", "a/a")
        for minutes in (0, 3, 1, 2):
            await store.commit(
                done(
                    f"at {minutes}",
                    look(minutes, values={STARS: minutes, FORKS: 0.5}),
                    look(minutes, "a/a", values={STARS: 10 + minutes}),
                    look(minutes, "b/b", values={STARS: 0}),
                    minutes=minutes,
                )
            )
        await store.commit(done("failed", look(4, problem="timed out"), minutes=4))
        asked = [FLASK, other, Target("github", "never/seen"), API]
        assert await store.values(asked, {"stars", "nothing"}, at(1)) == {
            FLASK: {"stars": [(at(1), 1), (at(2), 2), (at(3), 3)]},
            other: {"stars": [(at(1), 11), (at(2), 12), (at(3), 13)]},
        }
        assert await store.values([FLASK], ["forks"], at(3)) == {FLASK: {"forks": [(at(3), 0.5)]}}
        assert await store.values([FLASK], ["stars"], at(9)) == {}
        assert await store.values([], ["stars"], at(0)) == await store.values([FLASK], [], at(0)) == {}

    tell(story)


def test_values_are_plain_numbers_without_splits(tell: Tell) -> None:
    async def story(store: Store) -> None:
        split = replace(look(), samples=[Sample(BY_PYTHON, 7, {"python": "3.11"}), Sample(STARS, 1)])
        await store.commit(done("0", split))
        assert await store.values([FLASK], ["stars", "by_python"], at(0)) == {FLASK: {"stars": [(at(0), 1)]}}

    tell(story)


def test_values_follow_a_rename_under_the_names_that_were_asked_for(tell: Tell) -> None:
    async def story(store: Store) -> None:
        old, new = Target("github", "old/name"), Target("github", "new/name")
        await store.commit(done("0", look(0, old.name, identity="R_1", values={STARS: 1})))
        await store.commit(done("1", look(1, new.name, identity="R_1", values={STARS: 2}), minutes=1))
        both = {"stars": [(at(0), 1), (at(1), 2)]}
        assert await store.values([new, old], ["stars"], at(0)) == {old: both, new: both}

    tell(story)


def silence(key: str, begins: float = 0, ends: float = 60, name: str = "api") -> Silence:
    return Silence(key, name, at(begins), at(ends), "the disk is being replaced")


def test_silences_are_kept_and_ended(tell: Tell) -> None:
    async def story(store: Store) -> None:
        late, early, tagged = silence("1", 5), silence("3"), silence("2", name="@prod")
        for each in (late, early, tagged):
            await store.keep_silence(each)
        assert await store.silences() == [tagged, early, late]
        longer = replace(early, ends=at(120), note="")
        await store.keep_silence(longer)
        assert await store.silences() == [tagged, longer, late]
        for _ in range(2):
            await store.end_silences(["1", "2", "never heard of"])
        assert await store.silences() == [longer]
        await store.end_silences([])

    tell(story)


def test_silences_that_have_been_over_for_long_are_forgotten(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        await store.keep_silence(silence("0", ends=60))
        await store.keep_silence(silence("1", ends=61))
        clock.advance(timedelta(minutes=61) + bounds.SILENCES_KEPT)
        assert [each.key for each in await store.silences()] == ["0", "1"]
        await store.keep_silence(silence("2", ends=100_000))
        assert [each.key for each in await store.silences()] == ["1", "2"]

    tell(story)


START, SUCCESS, FAILURE = (Beat("backup", at(number), kind) for number, kind in enumerate(BeatKind))


@pytest.mark.parametrize(
    ("beats", "started", "ended"),
    [
        ([START], START, None),
        ([SUCCESS], None, SUCCESS),
        ([START, SUCCESS, FAILURE], START, FAILURE),
        ([START, FAILURE, SUCCESS, START], START, SUCCESS),
        ([replace(START, at=at(9)), START], START, None),
    ],
    ids=["begun", "ended", "failed at last", "begun again", "after the clock was set back"],
)
def test_the_last_start_and_the_last_end_of_a_job_are_known(
    tell: Tell, beats: Sequence[Beat], started: Beat | None, ended: Beat | None
) -> None:
    async def story(store: Store) -> None:
        assert await store.last_beats() == []
        for each in beats:
            await store.keep_beat(each)
        assert await store.last_beats() == [LastBeats("backup", started, ended)]

    tell(story)


def test_jobs_come_by_name_with_all_that_they_said(tell: Tell) -> None:
    async def story(store: Store) -> None:
        said = Beat("a job", at(1), BeatKind.FAILURE, timedelta(seconds=2.5), 137, "killed ✗ \n twice")
        await store.keep_beat(SUCCESS)
        await store.keep_beat(said)
        assert await store.last_beats() == [LastBeats("a job", ended=said), LastBeats("backup", ended=SUCCESS)]

    tell(story)


def test_beats_take_no_more_room_however_many_there_are(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(100):
            await store.keep_beat(replace(START, at=at(number)))
            await store.keep_beat(replace(SUCCESS, at=at(number + 0.5)))
        (last,) = await store.last_beats()
        assert (last.started, last.ended) == (replace(START, at=at(99)), replace(SUCCESS, at=at(99.5)))

    tell(story)
