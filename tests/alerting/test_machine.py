"""The table of states, and the rules about silence, reminders, parents and restarts, one by one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from colter.core.alerting.announce import follow_to, remove
from colter.core.alerting.machine import resume
from colter.core.alerting.needs import is_held
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.standing import Told
from tests.alerting.driving import INTERVAL, Driven, said
from tests.fakes.clock import START

CHANNELS = ("ops",)
DEFAULT = Policy(channels=CHANNELS)
AT_ONCE = Policy(Threshold(1, 1), Threshold(1, 1), channels=CHANNELS)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("looks", "phase"),
    [
        ("", "ok"),
        ("g", "ok"),
        ("u", "ok"),
        ("b", "pending"),
        ("bu", "pending"),
        ("bg", "ok"),
        ("bb", "pending"),
        ("bbb", "firing"),
        ("bbbb", "firing"),
        ("bbbu", "firing"),
        ("bbbg", "recovering"),
        ("bbbgu", "recovering"),
        ("bbbgb", "firing"),
        ("bbbgg", "ok"),
    ],
)
def test_the_table_of_states(looks: str, phase: str) -> None:
    driven = Driven(DEFAULT)
    driven.all(looks)
    assert driven.standing.phase == phase


@pytest.mark.parametrize(
    ("down", "looks", "fires_at"),
    [
        (Threshold(1, 1), "b", 0),
        (Threshold(3, 3), "bbgbbb", 5),
        (Threshold(3, 3), "bubub", 4),
        (Threshold(3, 5), "bgbgb", 4),
        (Threshold(3, 5), "bbggb", 4),
        (Threshold(3, 5), "bbgggbb", None),
        (Threshold(3, 5), "bgggbbgb", 7),
        (Threshold(1, 5), "b", 0),
        (Threshold(2, 3), "bggbgb", 5),
    ],
)
def test_so_many_among_the_last_so_many_bad_looks_fire(down: Threshold, looks: str, fires_at: int | None) -> None:
    expected = [] if fires_at is None else [(fires_at, "firing")]
    assert said(replace(DEFAULT, down_after=down), looks) == expected


def test_first_sight_of_something_that_is_well_is_no_news() -> None:
    assert said(DEFAULT, "ggg") == []


def test_a_notice_tells_since_when_until_when_and_how_often() -> None:
    driven = Driven(DEFAULT)
    driven.all("gbbbbgbgg")
    firing, resolved = [notice for _, notice in driven.said]
    assert (firing.key, resolved.key) == ("incident-1:1", "incident-1:2")
    assert (firing.since, firing.until, firing.failures) == (START + MINUTE, None, 3)
    assert (resolved.since, resolved.until, resolved.failures) == (START + MINUTE, START + 7 * MINUTE, 5)
    assert resolved.duration == 6 * MINUTE
    assert (resolved.reason, resolved.detail) == ("http_status", "500")


def test_it_must_have_been_bad_often_enough_and_long_enough() -> None:
    policy = replace(AT_ONCE, for_=timedelta(minutes=5))
    assert said(policy, "bbbbbbb") == [(5, "firing")]
    assert said(policy, "bbbbbgbbbbbb") == [(11, "firing")]
    assert said(replace(policy, down_after=Threshold(8, 8)), "bbbbbbbb") == [(7, "firing")]


def test_looks_in_between_do_not_make_it_longer() -> None:
    driven = Driven(replace(AT_ONCE, for_=timedelta(minutes=5)))
    for _ in range(20):
        assert driven.look("b") == ()
        driven.now -= 0.8 * INTERVAL


def test_a_restart_within_three_intervals_keeps_what_was_counted_and_a_later_one_does_not() -> None:
    driven = Driven(DEFAULT)
    driven.all("bb")
    soon, late = driven.now, driven.now + 3 * INTERVAL
    assert resume(driven.standing, DEFAULT, soon).phase == "pending"
    assert resume(driven.standing, DEFAULT, late).phase == "ok"
    driven.all("bg")
    assert resume(driven.standing, DEFAULT, late + 2 * INTERVAL).phase == "firing"


def test_what_ends_is_told_where_it_was_announced_even_if_routes_have_changed() -> None:
    driven = Driven(AT_ONCE)
    driven.look("b")
    driven.policy = replace(AT_ONCE, channels=("chat",))
    (resolved,) = driven.look("g")
    assert resolved.channels == ("ops",)
    (firing,) = driven.look("b")
    assert firing.channels == ("chat",)


def test_what_follows_goes_to_the_channel_that_stood_in_too() -> None:
    driven = Driven(AT_ONCE)
    driven.look("b")
    driven.standing = follow_to(follow_to(driven.standing, "mail"), "mail")
    (resolved,) = driven.look("g")
    assert resolved.channels == ("ops", "mail")
    assert follow_to(driven.standing, "mail") == driven.standing


def test_what_is_no_longer_watched_is_taken_back_where_it_was_told_of() -> None:
    driven = Driven(DEFAULT)
    driven.all("bb")
    assert remove(driven.standing, driven.now) == ()
    driven.all("bg")
    (removed,) = remove(driven.standing, driven.now)
    assert (removed.kind, removed.claim, removed.key) == ("removed", "ok", "incident-1:2")
    assert removed.until == driven.now


def test_what_fired_in_silence_only_is_removed_in_silence() -> None:
    driven = Driven(AT_ONCE)
    driven.all("bb", muted=True)
    assert remove(driven.standing, driven.now) == ()


@pytest.mark.parametrize(
    ("before", "during", "after", "expected"),
    [
        ("g", "bbbb", "bb", ["firing"]),
        ("g", "bbbbgg", "gg", []),
        ("bbb", "bbb", "bbb", ["firing"]),
        ("bbb", "ggg", "gg", ["firing", "resolved"]),
        ("bbb", "gggbbb", "bbbgg", ["firing", "resolved"]),
        ("g", "bbbb", "uuggg", []),
        ("g", "bbbb", "gb", ["firing"]),
        ("bb", "b", "b", ["firing"]),
    ],
)
def test_after_a_silence_only_a_difference_is_told(before: str, during: str, after: str, expected: list[str]) -> None:
    driven = Driven(DEFAULT)
    assert driven.all(before) + driven.all(during, muted=True) + driven.all(after) == expected
    assert {notice.incident for _, notice in driven.said} <= {"incident-1"}


def test_an_end_that_was_muted_is_told_with_its_own_time() -> None:
    driven = Driven(DEFAULT)
    driven.all("bbb")
    driven.all("gggbg", muted=True)
    (resolved,) = driven.look("g")
    assert resolved.until == START + 3 * MINUTE


def test_a_child_says_nothing_new_while_its_parent_is_in_trouble_and_takes_back_what_it_said() -> None:
    driven = Driven(DEFAULT)
    assert driven.all("bbbbb", held=True) == []
    assert driven.standing.phase == "firing"
    assert driven.all("b") == ["firing"]
    assert driven.all("gg", held=True) == ["resolved"]


def test_a_child_that_recovers_with_its_parent_was_never_news() -> None:
    driven = Driven(DEFAULT)
    assert driven.all("bbbbb", held=True) + driven.all("ggg") == []


@pytest.mark.parametrize(
    ("looks", "held"),
    [("", False), ("g", False), ("b", True), ("bg", False), ("bbb", True), ("bbbg", True), ("bu", True)],
)
def test_a_parent_holds_its_children_from_its_first_bad_look_until_it_is_well(looks: str, held: bool) -> None:
    parent = Driven(DEFAULT)
    parent.all(looks)
    assert is_held([Driven(DEFAULT).standing, parent.standing], parent.now) is held


def test_a_parent_that_nobody_looks_at_any_more_holds_its_children_while_it_fires_only() -> None:
    parent = Driven(DEFAULT)
    parent.all("b")
    assert is_held([parent.standing], parent.now + timedelta(minutes=59))
    assert not is_held([parent.standing], parent.now + timedelta(minutes=90))
    parent.all("bb")
    assert is_held([parent.standing], parent.now + timedelta(days=90))


def test_reminders_come_after_what_arrived_and_the_last_length_repeats() -> None:
    policy = replace(AT_ONCE, reminders=(3 * INTERVAL, 5 * INTERVAL))
    driven = Driven(policy)
    driven.all("b" * 20)
    # What arrived is heard of at the look after it.
    assert [(place, notice.kind.value) for place, notice in driven.said] == [
        (0, "firing"),
        (4, "reminder"),
        (10, "reminder"),
        (16, "reminder"),
    ]
    assert [notice.reminders for _, notice in driven.said] == [0, 1, 2, 3]


def test_nothing_is_reminded_of_while_the_last_message_is_still_on_its_way() -> None:
    driven = Driven(replace(AT_ONCE, reminders=(3 * INTERVAL,)))
    driven.look("b", arrives=False)
    assert driven.all("b" * 30) == []
    driven.told = Told(1, 1)
    assert driven.all("bbbb") == ["reminder"]


def test_after_a_gap_there_is_one_reminder_at_most() -> None:
    driven = Driven(replace(AT_ONCE, reminders=(3 * INTERVAL,)))
    driven.all("bb")
    driven.now += timedelta(days=3)
    assert driven.all("bbb") == ["reminder"]


def test_nobody_is_reminded_in_a_silence_nor_by_a_good_look() -> None:
    driven = Driven(replace(DEFAULT, reminders=(3 * INTERVAL,)))
    driven.all("bbbb")
    assert driven.all("bbbb", muted=True) + driven.all("g") + driven.all("bbbb", held=True) == []
    assert driven.all("b") == ["reminder"]


def test_the_end_of_a_silence_is_no_reminder() -> None:
    driven = Driven(replace(AT_ONCE, reminders=(3 * INTERVAL,)))
    driven.all("b")
    assert driven.all("b" * 9, muted=True) + driven.all("bb") == []
    assert driven.all("b") == ["reminder"]


def test_flapping_is_told_of_once_and_again_when_it_has_settled() -> None:
    driven = Driven(DEFAULT)
    assert driven.all("bg" * 100) == ["flapping"]
    assert driven.all("g" * 25) == ["settled"]
    assert [notice.claim.value for _, notice in driven.said] == ["flapping", "ok"]
    assert driven.standing.incident is None


def test_what_flaps_may_settle_as_firing() -> None:
    driven = Driven(DEFAULT)
    driven.all("bbb")
    assert driven.all("gb" * 50) == ["flapping"]
    assert driven.all("b" * 25) == ["settled"]
    assert driven.all("gg") == ["resolved"]
    assert [notice.claim.value for _, notice in driven.said] == ["firing", "flapping", "firing", "ok"]


def test_two_outages_in_a_row_are_no_flapping() -> None:
    assert Driven(AT_ONCE).all("gggbbbgggbbbggg") == ["firing", "resolved", "firing", "resolved"]
