"""Counting comes to what the definition says, however looks are cut into pieces."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colter.core.alerting.policy import Threshold
from colter.core.model import EndpointState, Reason
from colter.core.uptime.counting import Counting, Look
from colter.core.uptime.pace import Pace
from colter.core.uptime.running import Running, read_running
from colter.core.uptime.tally import Tally
from tests.full import FULL
from tests.uptime.oracle import DAY, HOUR, START_MS, truth

EXAMPLES = settings(max_examples=5_000 if FULL else 150, deadline=None)
MINUTE = 60_000
_LETTERS = {
    "u": EndpointState.UP,
    "d": EndpointState.DOWN,
    "g": EndpointState.DEGRADED,
    "n": EndpointState.UNKNOWN,
}

thresholds = st.builds(lambda count, more: Threshold(count, count + more), st.integers(1, 4), st.integers(0, 3))
intervals = st.sampled_from([None, timedelta(minutes=1), timedelta(minutes=7), timedelta(hours=3), timedelta(days=2)])
gaps = st.sampled_from([MINUTE] * 6 + [0, 1, 7 * MINUTE, 50 * MINUTE, 5 * HOUR, 3 * DAY, -1, -MINUTE])
set_back = st.sampled_from([-2 * HOUR, -5 * DAY])
paces = st.builds(Pace, intervals, thresholds, thresholds)
closings = st.sets(st.integers(0, 30), max_size=4)


def looks_of(story: Sequence[tuple[int, str, int | None]]) -> list[Look]:
    looks, at = [], START_MS
    for gap, letter, latency in story:
        at += gap
        reason = Reason.HTTP_STATUS if latency else Reason.CONNECT_REFUSED
        looks.append((at, _LETTERS[letter], latency, reason if letter == "d" else None))
    return looks


def told(gaps: st.SearchStrategy[int]) -> st.SearchStrategy[list[Look]]:
    look = st.tuples(gaps, st.sampled_from("uuuuddddgn"), st.none() | st.integers(0, 30_000_000))
    return st.lists(look, max_size=60).map(looks_of)


steady = told(gaps)
stories = steady | told(gaps | set_back)


def in_hours(hours: set[int]) -> dict[int, bool]:
    return {START_MS + hour * HOUR: True for hour in hours}


def closing(hours: set[int]) -> Callable[[datetime], bool] | None:
    closed = in_hours(hours)
    return (lambda at: closed.get(int(at.timestamp()) * 1000 // HOUR * HOUR, False)) if hours else None


def numbers(tally: Tally) -> Counter[str]:
    plain = {name: number for name, number in asdict(tally).items() if isinstance(number, int)}
    return +Counter({name: number for name, number in plain.items() if not name.endswith("_us")})


def counted(looks: Sequence[Look], pace: Pace, cuts: Sequence[int] = ()) -> Counting:
    """In pieces, each begun anew from what was written down behind the one before."""
    whole = Counting(Running())
    bounds = [0, *sorted(cuts), len(looks)]
    for first, last in pairwise(bounds):
        piece = Counting(read_running(whole.running.write()))
        piece.add(looks[first:last], pace)
        for begins, tally in piece.hours.items():
            whole.hours.setdefault(begins, Tally()).merge(tally)
        whole.outages |= piece.outages
        whole.running = piece.running
    return whole


@EXAMPLES
@given(stories, paces, closings)
def test_it_comes_to_what_the_oracle_says(looks: list[Look], pace: Pace, hours: set[int]) -> None:
    pace = replace(pace, maintenance=closing(hours))
    told, right = counted(looks, pace), truth(looks, pace, in_hours(hours))
    found = {begins: numbers(tally) for begins, tally in told.hours.items()}
    assert {begins: each for begins, each in found.items() if each} == {
        begins: +each for begins, each in right.hours.items() if +each
    }
    for begins, tally in told.hours.items():
        latencies = right.latencies[begins]
        assert tally.latency_sum_us == sum(latencies)
        assert (tally.fastest_us, tally.slowest_us) == (min(latencies, default=None), max(latencies, default=None))
        assert tally.sketch.count == len(latencies)
    outages = [(each.started, each.ended, each.reason, each.looks) for each in told.outages.values()]
    assert outages == list({each[0]: each for each in right.outages}.values())


@EXAMPLES
@given(stories, paces, closings, st.lists(st.integers(0, 60), max_size=8))
def test_cut_into_pieces_anyhow_it_comes_to_the_same(
    looks: list[Look], pace: Pace, hours: set[int], cuts: list[int]
) -> None:
    pace = replace(pace, maintenance=closing(hours))
    whole, pieces = counted(looks, pace), counted(looks, pace, [min(cut, len(looks)) for cut in cuts])
    assert pieces.hours == whole.hours
    assert pieces.outages == whole.outages
    assert pieces.running == whole.running


@EXAMPLES
@given(stories, paces)
def test_days_and_all_of_time_are_the_sum_of_their_hours(looks: list[Look], pace: Pace) -> None:
    count = counted(looks, pace)
    assert Tally.total(count.days.values()) == Tally.total(count.hours.values())
    for begins, day in count.days.items():
        assert day == Tally.total(each for hour, each in count.hours.items() if begins <= hour < begins + DAY)


@EXAMPLES
@given(steady, paces)
def test_no_time_is_counted_twice(looks: list[Look], pace: Pace) -> None:
    for tally in counted(looks, pace).hours.values():
        assert tally.known <= timedelta(hours=1)
        assert tally.availability is None or 0 <= tally.availability <= 1


@pytest.mark.parametrize(
    ("interval", "at_days", "known_days"),
    [
        (None, [0, 0.25, 0.5, 2], 0.75),
        (None, [0, 3, 6, 9], 2),
        (timedelta(days=1), [0, 1, 2, 9], 4),
    ],
    ids=["twice the time between the last two", "a day at most", "twice the interval"],
)
def test_a_look_holds_for(interval: timedelta | None, at_days: list[float], known_days: float) -> None:
    looks: list[Look] = [(START_MS + int(days * DAY), EndpointState.UP, 1, None) for days in at_days]
    known = Tally.total(counted(looks, Pace(interval)).hours.values()).known
    assert known == timedelta(days=known_days)
