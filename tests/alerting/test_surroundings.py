"""Results, routes, silences, the own line, and what is written down."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colter.core.alerting.connectivity import HostLook, back_online, cut_from
from colter.core.alerting.endpoints import DEGRADED, DOWN, observe_endpoint
from colter.core.alerting.happenings import Watermark
from colter.core.alerting.incident_id import ulid
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.routes import Match, Route, Subject, Window, is_muted, meant_by, routed
from colter.core.alerting.written import (
    read_mark,
    read_notice,
    read_standing,
    row,
    worth_writing,
    write_mark,
    write_notice,
    write_standing,
)
from colter.core.model import EndpointState, Event, ProbeResult, Reason, Target
from tests.alerting.driving import API, Driven
from tests.fakes.clock import START

MINUTE = timedelta(minutes=1)
SUBJECT = Subject(API, DOWN, group="backend", tags=frozenset({"prod", "eu"}))


@pytest.mark.parametrize(
    ("state", "down", "degraded"),
    [
        (EndpointState.UP, "good", "good"),
        (EndpointState.DEGRADED, "good", "bad"),
        (EndpointState.DOWN, "bad", "unknown"),
        (EndpointState.UNKNOWN, "unknown", "unknown"),
        (EndpointState.MAINTENANCE, "unknown", "unknown"),
    ],
)
def test_what_a_result_means_to_the_two_rules(state: EndpointState, down: str, degraded: str) -> None:
    result = ProbeResult("api", "https://example.org", START, state, Reason.HTTP_STATUS, "500")
    assert observe_endpoint(DOWN, result, 1).verdict == down
    assert observe_endpoint(DEGRADED, result, 1).verdict == degraded
    assert observe_endpoint(DOWN, result, 1, self_offline=True).verdict == "unknown"


def test_while_an_endpoint_is_left_alone_as_it_has_asked_nothing_is_learnt() -> None:
    result = ProbeResult("api", "", START, EndpointState.DEGRADED, Reason.RATE_LIMITED, attempts=0)
    assert [observe_endpoint(rule, result, 1).verdict for rule in (DOWN, DEGRADED)] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("match", "meets"),
    [
        (Match(), True),
        (Match(name="api"), True),
        (Match(name="a*"), True),
        (Match(name="probe:*"), True),
        (Match(name="web"), False),
        (Match(name="ap?"), False),
        (Match(name="[a]pi"), False),
        (meant_by("api"), True),
        (meant_by("@prod"), True),
        (meant_by("@us"), False),
        (Match(group="backend"), True),
        (Match(group="frontend"), False),
        (Match(tags=frozenset({"prod", "us"})), True),
        (Match(tags=frozenset({"us"})), False),
        (Match(state=DOWN), True),
        (Match(state=DEGRADED), False),
        (Match(name="api", group="frontend"), False),
    ],
)
def test_which_alerts_are_meant(match: Match, meets: bool) -> None:
    assert match.meets(SUBJECT) is meets


@pytest.mark.parametrize("name", ["web [eu]", "example.org/?a=1", "a*b"])
def test_whatever_it_is_called_a_target_is_meant_by_its_own_name(name: str) -> None:
    assert Match(name=name).meets(Subject(Target("probe", name), DOWN))


def test_the_first_route_that_matches_counts_and_without_one_every_channel() -> None:
    routes = [
        Route(Match(state=DEGRADED), ("mail",)),
        Route(Match(group="backend"), ("chat",), (30 * MINUTE,)),
        Route(Match(), ("ops",)),
    ]
    policy = routed(Policy(), SUBJECT, routes, ("a", "b"))
    assert (policy.channels, policy.reminders) == (("chat",), (30 * MINUTE,))
    assert routed(Policy(), SUBJECT, routes[:1], ("a", "b")).channels == ("a", "b")
    assert routed(policy, SUBJECT, routes, ("a", "b")) == policy


def test_a_silence_lasts_from_its_begin_to_its_end() -> None:
    windows = [
        Window(Match(group="backend"), START, START + MINUTE),
        Window(Match(name="web"), START, START + 9 * MINUTE),
    ]
    moments = [START - MINUTE / 60, START, START + MINUTE * 0.99, START + MINUTE]
    assert [is_muted(SUBJECT, windows, moment) for moment in moments] == [False, True, True, False]


def hosts(failing: int, well: int = 0, reason: Reason = Reason.CONNECT_TIMEOUT) -> list[HostLook]:
    return [HostLook(f"h{number}", reason if number < failing else None) for number in range(failing + well)]


@pytest.mark.parametrize(
    ("looks", "place"),
    [
        (hosts(10), 0),
        (hosts(3), 0),
        (hosts(2), 0),
        (hosts(1), 0),
        (hosts(5, 5), 0),
        (hosts(4, 6), None),
        (hosts(2, 2), None),
        ([*hosts(0, 30), *hosts(10)], 30),
        ([*hosts(1, 29), *hosts(10)], 30),
        ([*hosts(0, 30), *hosts(2)], None),
        ([*hosts(10), *hosts(0, 10)], None),
        ([*hosts(0, 10), *[HostLook("dead", Reason.CONNECT_TIMEOUT)] * 20], None),
        (hosts(10, reason=Reason.CONNECT_REFUSED), None),
        (hosts(10, reason=Reason.HTTP_STATUS), None),
        ([], None),
    ],
)
def test_many_hosts_must_fail_before_the_line_is_suspected(looks: list[HostLook], place: int | None) -> None:
    assert cut_from(looks) == place


def test_a_cut_line_of_ten_minutes_wakes_nobody() -> None:
    targets = {f"h{number}": Driven(Policy(channels=("ops",))) for number in range(50)}
    for minute in range(30):
        cut = 10 <= minute < 20
        offline = cut_from([HostLook(host, Reason.CONNECT_UNREACHABLE if cut else None) for host in targets]) == 0
        for driven in targets.values():
            driven.look("u" if offline else "b" if cut else "g")
    assert [driven.said for driven in targets.values()] == [[]] * 50


def test_being_offline_is_told_of_once_afterwards() -> None:
    notice = back_online(START, START + 10 * MINUTE, lambda now: "i", ("ops",))
    assert (notice.kind, notice.duration, notice.key, notice.channels) == ("offline", 10 * MINUTE, "i:1", ("ops",))


def test_ids_of_incidents_sort_by_time() -> None:
    # The example of the specification, which draws nothing.
    assert ulid(datetime.fromtimestamp(1469918176.385, tz=START.tzinfo), 0) == "01ARYZ6S410000000000000000"
    drawn = ulid(START, 2**80 - 1)
    assert len(drawn) == 26
    assert ulid(START, 0) < drawn < ulid(START + MINUTE, 0)


@given(st.text("gbu", max_size=40), st.integers(1, 3), st.integers(0, 2))
def test_what_is_written_down_is_read_back(looks: str, count: int, more: int) -> None:
    driven = Driven(Policy(Threshold(count, count + more), channels=("ops",), reminders=(MINUTE,)))
    for place, letter in enumerate(looks):
        before = driven.standing
        driven.look(letter, muted=place % 7 == 0)
        text = write_standing(driven.standing)
        assert read_standing(text) == driven.standing
        assert text.isascii()
        assert len(text) < 1000
        assert worth_writing(before, driven.standing) or driven.standing.phase == "ok"
    for _, notice in driven.said:
        assert read_notice(write_notice(notice)) == notice


def test_what_is_well_takes_few_bytes_and_needs_no_writing() -> None:
    driven = Driven(Policy())
    driven.look("g")
    first = driven.standing
    driven.look("g")
    assert not worth_writing(first, driven.standing)
    assert len(write_standing(driven.standing)) < 180
    driven.look("b")
    assert worth_writing(first, driven.standing)


def test_a_field_that_is_not_there_reads_as_its_default() -> None:
    driven = Driven(Policy())
    text = json.dumps({"source": "probe", "target": "api", "rule": "down", "since": 1, "seen": 5, "later": "unknown"})
    assert read_standing(text).seen == 5
    assert read_standing(text).phase == driven.standing.phase


def test_the_columns_tell_what_people_ask_for() -> None:
    driven = Driven(Policy(channels=("ops",)))
    driven.all("gbb")
    pending = row(driven.standing)
    assert (pending.state, pending.count, pending.since, pending.incident) == ("pending", 2, START + MINUTE, None)
    driven.all("bg")
    firing = row(driven.standing)
    assert (firing.state, firing.count, firing.since) == ("recovering", 1, START + MINUTE)
    assert (firing.incident, firing.sequence) == ("incident-1", 1)


def test_marks_and_events_are_read_back() -> None:
    mark = Watermark(("1", "2"), 0.0)
    assert read_mark(write_mark(mark)) == mark
    assert read_mark(write_mark(Watermark())) == Watermark()
    notice = back_online(START, START, lambda now: "i")
    event = Event("issue", "1", "Ünïcode", START, "https://example.org/1")
    notice = replace(notice, events=(event,), events_total=1, target=Target("github", "me/app"))
    assert read_notice(write_notice(notice)) == notice
