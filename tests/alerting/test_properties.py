"""P2 to P14, as far as they speak of one engine without crashes; the others are in test_world_machine.py."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colter.core.alerting.machine import resume
from colter.core.alerting.notice import Kind
from colter.core.alerting.outgoing import queue
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.standing import Claim
from colter.core.alerting.written import read_standing, write_standing
from tests.alerting.driving import INTERVAL, Driven, said
from tests.alerting.reference import Look, Seen, reference
from tests.full import FULL

EXAMPLES = settings(max_examples=1_000 if FULL else 60, deadline=None)
_NAMES: dict[str, Seen] = {"g": "good", "b": "bad", "u": "unknown"}

letters = st.text("gb", max_size=60) | st.text("gbbbu", max_size=60)
thresholds = st.builds(lambda count, more: Threshold(count, count + more), st.integers(1, 4), st.integers(0, 3))
policies = st.builds(
    Policy,
    down_after=thresholds,
    up_after=thresholds,
    for_=st.sampled_from([timedelta(0), 2 * INTERVAL, 7 * INTERVAL]),
    reminders=st.sampled_from([(), (2 * INTERVAL,), (3 * INTERVAL, 9 * INTERVAL)]),
    channels=st.just(("ops", "chat")),
)
silences = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=60, max_size=60)


@EXAMPLES
@given(policies, letters, silences)
def test_p14_the_engine_says_what_the_reference_says(
    policy: Policy, looks: str, around: list[tuple[bool, bool]]
) -> None:
    driven = Driven(policy)
    for letter, (muted, held) in zip(looks, around, strict=False):
        driven.look(letter, muted=muted, held=held)
    trace = [Look(_NAMES[letter], muted, held) for letter, (muted, held) in zip(looks, around, strict=False)]
    down, up = policy.down_after, policy.up_after
    lasting = policy.for_ // INTERVAL
    assert [(place, notice.claim.value) for place, notice in driven.said if notice.kind is not Kind.REMINDER] == (
        reference(trace, (down.count, down.of), (up.count, up.of), lasting)
    )


@EXAMPLES
@given(policies, letters)
def test_p2_and_p3_it_fires_with_the_look_that_makes_it_enough_and_not_before(policy: Policy, looks: str) -> None:
    count = policy.down_after.count
    policy = replace(policy, down_after=Threshold(count, count), for_=timedelta(0))
    driven = Driven(policy)
    known = ""
    for letter in looks:
        known += letter.replace("u", "")
        before = driven.standing
        driven.look(letter)
        enough = letter == "b" and known.endswith("b" * count)
        assert (driven.standing.firing and not before.firing) <= enough
        assert enough <= driven.standing.firing


@EXAMPLES
@given(policies, letters, st.lists(st.integers(0, 60)))
def test_p4_unknown_looks_in_between_change_nothing(policy: Policy, looks: str, places: list[int]) -> None:
    known = looks.replace("u", "")
    with_unknown = known
    for place in sorted(places, reverse=True):
        with_unknown = with_unknown[:place] + "u" + with_unknown[place:]
    policy = replace(policy, reminders=())
    assert [kind for _, kind in said(policy, with_unknown)] == [kind for _, kind in said(policy, known)]


@EXAMPLES
@given(policies, letters, letters)
def test_p5_and_p13_a_restart_and_a_reload_change_nothing(policy: Policy, before: str, after: str) -> None:
    through, restarted = Driven(policy), Driven(policy)
    through.all(before)
    restarted.all(before)
    restarted.standing = resume(read_standing(write_standing(restarted.standing)), policy, restarted.now)
    restarted.policy = replace(policy)
    assert restarted.standing == through.standing
    through.all(after)
    restarted.all(after)
    assert restarted.said == through.said


@EXAMPLES
@given(policies, letters)
def test_p8_reminders_keep_their_distance(policy: Policy, looks: str) -> None:
    driven = Driven(policy)
    driven.all(looks)
    for (_, one), (_, other) in zip(driven.said, driven.said[1:], strict=False):
        if other.kind is Kind.REMINDER:
            assert other.at - one.at >= policy.reminders[min(one.reminders, len(policy.reminders) - 1)]


@EXAMPLES
@given(policies, letters, st.text("gb", min_size=1, max_size=60))
def test_p9_a_silence_that_ends_as_it_began_is_no_news(policy: Policy, before: str, during: str) -> None:
    driven = Driven(policy)
    driven.all(before)
    told = driven.standing.told
    assert driven.all(during, muted=True) == []
    said = driven.all("b" if told is Claim.FIRING else "g")
    assert said == [] or driven.standing.told is not told


@EXAMPLES
@given(policies, st.lists(st.tuples(st.sampled_from("gb"), st.integers(0, 2))), st.permutations(["a", "b", "c"]))
def test_p10_the_order_of_channels_and_checks_changes_nothing(
    policy: Policy, looks: list[tuple[str, int]], order: list[str]
) -> None:
    driven = Driven(policy)
    notices = [notice for letter, _ in looks for notice in driven.look(letter)]
    shuffled = sorted(notices, key=lambda notice: order[notice.sequence % 3])
    backwards = [replace(notice, channels=notice.channels[::-1]) for notice in shuffled]
    plain = [(row.channel, row.key) for row in queue(notices, driven.now)]
    assert [(row.channel, row.key) for row in queue(backwards, driven.now)] == plain


@EXAMPLES
@given(policies, letters, st.lists(st.tuples(st.integers(0, 60), st.sampled_from([1, -1, 40, -40])), max_size=5))
def test_p11_a_jumping_clock_says_nothing(policy: Policy, looks: str, jumps: list[tuple[int, int]]) -> None:
    steady, jumping = Driven(policy), Driven(policy)
    for place, letter in enumerate(looks):
        for when, days in jumps:
            jumping.now += timedelta(days=days) if when == place else timedelta(0)
        assert [notice.kind for notice in jumping.look(letter)] == [notice.kind for notice in steady.look(letter)]
    assert all(notice.duration is None or notice.duration >= timedelta(0) for _, notice in jumping.said)


@EXAMPLES
@given(policies, letters)
def test_p12_there_are_no_more_messages_than_changes_and_reminders(policy: Policy, looks: str) -> None:
    driven = Driven(policy)
    changes = 0
    for letter in looks:
        before = driven.standing
        driven.look(letter)
        changes += before.firing is not driven.standing.firing
        changes += before.flapping is not driven.standing.flapping
    assert sum(notice.kind is not Kind.REMINDER for _, notice in driven.said) <= changes


@pytest.mark.parametrize("before", ["", "g" * 25])
@pytest.mark.parametrize(("down", "up"), [(1, 1), (3, 2)])
def test_p12_ten_thousand_alternations_are_four_messages_at_most(down: int, up: int, before: str) -> None:
    driven = Driven(Policy(Threshold(down, down), Threshold(up, up), channels=("ops",)))
    driven.all(before)
    assert len(driven.all("bg" * (5000 if FULL or not before else 500))) <= 4


@EXAMPLES
@given(thresholds, thresholds, letters, st.sampled_from(["gb", "bg"]))
def test_p12_alternations_are_four_messages_at_most(
    down: Threshold, up: Threshold, before: str, alternation: str
) -> None:
    driven = Driven(Policy(down, up, channels=("ops",)))
    driven.all(before + "g" * 25)
    assert len(driven.all(alternation * 30)) <= 4
