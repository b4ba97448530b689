"""What a channel is sent: alone, merged, or as a digest; in order, and nothing dropped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colter.core.alerting.announce import Circumstances
from colter.core.alerting.channels import REFUSES, channel_policy, channel_target, observe_channel
from colter.core.alerting.deliveries import from_delivery, to_delivery
from colter.core.alerting.machine import begin, step
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.outgoing import GROUP_WAIT, Outgoing, divert, may_give_up, queue
from colter.core.alerting.packing import Message, pack
from colter.core.alerting.standing import Claim
from colter.core.model import Target
from tests.fakes.clock import START

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LATER = START + GROUP_WAIT
CHANNELS = ("chat", "ops", "mail")


def notice(incident: str, sequence: int, kind: Kind = Kind.FIRING, channels: tuple[str, ...] = ("chat",)) -> Notice:
    over = kind in (Kind.RESOLVED, Kind.REMOVED, Kind.EVENT)
    claim = Claim.OK if over else Claim.FIRING
    return Notice(incident, sequence, kind, Target("probe", incident), "down", claim, START, START, channels=channels)


def rows(*notices: Notice, at: datetime = START) -> list[Outgoing]:
    return [row for each in notices for row in queue([each], at)]


def shape(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [(message.form.value, " ".join(each.key for each in message.notices)) for message in messages]


def test_a_notice_waits_for_others_and_then_takes_them_along() -> None:
    one, other = rows(notice("a", 1)), rows(notice("b", 1), at=START + 9 * SECOND)
    assert pack(one, START + 9 * SECOND) == ()
    assert shape(pack(one + other, LATER)) == [("single", "a:1"), ("single", "b:1")]


def test_more_than_five_at_once_are_one_digest() -> None:
    five = rows(*(notice(f"i{number}", 1) for number in range(5)))
    assert [form for form, _ in shape(pack(five, LATER))] == ["single"] * 5
    six = five + rows(notice("i5", 1))
    (digest,) = pack(six, LATER)
    assert digest.form == "digest"
    assert digest.rows == tuple(six)


def test_a_digest_that_was_tried_is_sent_again_as_it_was() -> None:
    six = rows(*(notice(f"i{number}", 1) for number in range(6)))
    (digest,) = pack(six, LATER)
    begun = [replace(row, begun=digest.key) for row in six]
    again, new = pack(begun + rows(notice("late", 1)), LATER + GROUP_WAIT)
    assert (again.key, again.notices) == (digest.key, digest.notices)
    assert shape([new]) == [("single", "late:1")]


def test_both_ends_of_a_young_incident_are_told_in_order() -> None:
    both = rows(notice("a", 1), notice("a", 2, Kind.RESOLVED))
    assert shape(pack(both, START + 9 * MINUTE)) == [("single", "a:1"), ("single", "a:2")]


def test_an_incident_that_was_over_before_anybody_could_be_told_is_one_message() -> None:
    both = rows(notice("a", 1), notice("a", 2, Kind.REMINDER), notice("a", 3, Kind.RESOLVED))
    (merged,) = pack(both, START + 10 * MINUTE)
    assert (merged.form, merged.key) == ("merged", "a:1-3:chat")
    assert [each.kind.value for each in merged.notices] == ["firing", "resolved"]
    assert merged.rows == tuple(both)


def test_what_has_been_announced_is_not_merged() -> None:
    ends = rows(notice("a", 2, Kind.FLAPPING), notice("a", 3, Kind.RESOLVED))
    assert shape(pack(ends, START + 10 * MINUTE)) == [("single", "a:2"), ("single", "a:3")]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([Kind.FIRING, Kind.REMINDER, Kind.REMINDER], ["a:1"]),
        ([Kind.REMINDER, Kind.REMINDER], ["a:1"]),
        ([Kind.REMINDER, Kind.RESOLVED], ["a:1", "a:2"]),
        ([Kind.FIRING, Kind.FLAPPING, Kind.REMINDER], ["a:1", "a:2"]),
    ],
)
def test_a_reminder_behind_a_message_that_has_not_arrived_goes_with_it(kinds: list[Kind], expected: list[str]) -> None:
    owed = rows(*(notice("a", place + 1, kind) for place, kind in enumerate(kinds)))
    messages = pack(owed, LATER)
    assert [key for _, key in shape(messages)] == expected
    assert [row.key for message in messages for row in message.rows] == [row.key for row in owed]


def test_what_was_tried_alone_is_sent_again_alone() -> None:
    """It may have arrived: under another key it would stand there twice."""
    six = rows(*(notice(f"i{number}", 1) for number in range(6)))
    begun = [replace(six[0], begun=six[0].key), *six[1:]]
    assert shape(pack(begun, LATER)) == [("single", "i0:1")] + [("single", f"i{number}:1") for number in range(1, 6)]
    first, rest = pack(begun + rows(notice("late", 1)), LATER)
    assert (first.form, first.key) == ("single", six[0].key)
    assert (rest.form, len(rest.notices)) == ("digest", 6)


def test_a_digest_is_the_same_when_it_is_sent_again_though_it_holds_what_would_have_been_merged() -> None:
    mixed = rows(notice("a", 1), *(notice(f"i{number}", 1) for number in range(5)), notice("a", 2, Kind.RESOLVED))
    mixed[0] = replace(mixed[0], begun=mixed[0].key)
    late = START + 11 * MINUTE
    (digest,) = pack(mixed, late)
    assert digest.key != mixed[0].key
    (again,) = pack([replace(row, begun=digest.key) for row in mixed], late)
    assert again.notices == digest.notices
    assert again.key == digest.key


def test_beyond_thirty_an_hour_there_is_a_digest_every_five_minutes() -> None:
    sent = [START + GROUP_WAIT - number * MINUTE for number in range(30)]
    two = rows(notice("a", 1), notice("b", 1))
    assert pack(two, LATER, sent) == ()
    assert shape(pack(two, LATER + 5 * MINUTE, sent)) == [("digest", "a:1 b:1")]
    assert [form for form, _ in shape(pack(two, LATER + 5 * MINUTE, sent[:28]))] == ["single", "single"]
    assert [form for form, _ in shape(pack(two, LATER + 5 * MINUTE, sent[:29]))] == ["digest"]
    assert [form for form, _ in shape(pack(two, LATER + 33 * MINUTE, sent))] == ["single", "single"]


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_that_was_set_makes_nobody_wait(jump: timedelta) -> None:
    assert shape(pack(rows(notice("a", 1)), START + jump, [START] * 40)) == [("single", "a:1")]


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 19 * 60)), max_size=40),
    st.integers(0, 40),
    st.integers(0, 3600),
)
def test_each_row_is_settled_once_and_incidents_keep_their_order(
    owed: list[tuple[str, int]], sent: int, seconds: int
) -> None:
    kinds = {1: Kind.FIRING, 2: Kind.REMINDER, 3: Kind.RESOLVED}
    place: dict[str, int] = {}
    queued = []
    for incident, at in sorted(owed, key=lambda row: row[1]):
        place[incident] = place.get(incident, 0) + 1
        if place[incident] <= 3:
            queued += rows(notice(incident, place[incident], kinds[place[incident]]), at=START + at * SECOND)
    now = START + 20 * MINUTE + seconds * SECOND
    messages = pack(queued, now, [now - 10 * MINUTE] * sent)
    settled = [row for message in messages for row in message.rows]
    assert sorted(row.key for row in settled) == sorted(row.key for row in queued)
    assert len({message.key for message in messages}) == len(messages)
    for incident in place:
        sequences = [row.notice.sequence for row in settled if row.notice.incident == incident]
        assert sequences == sorted(sequences)


def test_each_channel_has_a_row_of_its_own_with_a_key_of_its_own() -> None:
    assert [row.key for row in queue([notice("a", 1, channels=("ops", "chat", "ops"))], START)] == [
        "a:1:chat",
        "a:1:ops",
    ]


@pytest.mark.parametrize(
    ("told", "fallback", "expected"),
    [
        (("chat",), {"chat": "mail"}, ["mail", "ops"]),
        (("chat",), {}, ["ops", "mail"]),
        (("chat",), {"chat": "gone"}, ["ops", "mail"]),
        (("chat",), {"chat": "mail", "mail": "chat"}, ["mail", "ops"]),
        (("chat", "ops"), {"chat": "ops"}, ["mail"]),
        (CHANNELS, {"chat": "ops"}, []),
    ],
)
def test_what_a_channel_refuses_goes_to_another_that_does_not_have_it(
    told: tuple[str, ...], fallback: dict[str, str], expected: list[str]
) -> None:
    row = queue([notice("a", 1, channels=told)], START)[0]
    tried = []
    while following := divert(row, fallback, CHANNELS, LATER):
        row = following
        tried.append(row.channel)
        assert row.key == f"a:1:{row.channel}"
    assert tried == expected


def test_how_a_channel_fares_is_never_told_to_that_channel() -> None:
    news = replace(notice("a", 1, channels=("ops",)), target=channel_target("chat"), rule=REFUSES)
    (row,) = queue([news], START)
    other = divert(row, {"ops": "chat"}, CHANNELS, LATER)
    assert other
    assert other.channel == "mail"
    assert divert(other, {}, CHANNELS, LATER) is None


def test_a_row_is_read_back_from_its_delivery() -> None:
    for row in queue([notice("a", 1, channels=CHANNELS)], START):
        changed = replace(row, begun="d", refused_by=("x",))
        assert [from_delivery(to_delivery(each)) for each in (row, changed)] == [row, changed]
        assert (to_delivery(row).key, to_delivery(row).to, to_delivery(row).lane) == (row.key, row.channel, "channel")


def test_a_channel_that_refuses_is_told_of_on_the_others_until_it_takes_something() -> None:
    standing, said = begin(channel_target("chat"), REFUSES, START), []
    for sequence, refusal in enumerate(["no_service", "no_service", None]):
        around = Circumstances(lambda now: "i")
        policy = channel_policy("chat", CHANNELS)
        standing, notices = step(standing, observe_channel(sequence, START, refusal), policy, START, around)
        said += [(each.kind.value, each.detail, each.channels) for each in notices]
    others = ("ops", "mail")
    assert said == [("firing", "no_service", others), ("resolved", "no_service", others)]


@pytest.mark.parametrize(("tries", "hours", "expected"), [(1000, 23, False), (3, 48, False), (24, 24, True)])
def test_nothing_is_given_up_before_a_day_and_many_tries(tries: int, hours: int, expected: bool) -> None:
    assert may_give_up(rows(notice("a", 1))[0], tries, START + timedelta(hours=hours)) is expected
