"""Conditions: read strictly, and never true of a number that is missing."""

import pytest

from colter.core.conditions import Vocabulary, parse_condition

KNOWN = Vocabulary(
    frozenset({"stars", "latency", "availability"}),
    frozenset({"down", "partial"}),
    "down or 'stars > 3'",
    lengths=frozenset({"latency"}),
    shares=frozenset({"availability"}),
)


@pytest.mark.parametrize(
    ("text", "numbers", "words", "expected"),
    [
        ("stars > 3", {"stars": 4}, set(), True),
        ("stars>3", {"stars": 3}, set(), False),
        ("stars >= 3", {"stars": 3}, set(), True),
        ("stars == 3", {"stars": 3}, set(), True),
        ("stars = 3", {"stars": 3}, set(), True),
        ("stars != 3", {"stars": 3}, set(), False),
        ("latency < 1.5s", {"latency": 1499}, set(), True),
        ("latency < 1.5s", {}, set(), False),
        ("latency != 5", {}, set(), False),
        ("availability < 99.9%", {"availability": 0.998999}, set(), True),
        ("availability < 99.9%", {"availability": 0.999}, set(), False),
        ("availability = 100%", {"availability": 1.0}, set(), True),
        ("down", {}, {"down"}, True),
        ("Down", {}, set(), False),
    ],
)
def test_a_condition_holds_or_not(text: str, numbers: dict[str, float], words: set[str], expected: bool) -> None:
    condition = parse_condition(text, KNOWN)
    assert condition.holds(numbers, frozenset(words)) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a condition"),
        ("stars", "'stars' needs something to be compared with, as in 'stars > 0'"),
        ("stars >", "expected a condition such as down or 'stars > 3'"),
        ("stars > lots", "expected a number after the sign"),
        ("stars > 3d", "expected a number after the sign"),
        ("latency > lots", "expected a number or a duration"),
        ("availability < 99.9", "expected a percentage such as 99.9%"),
        ("availability < 5m%", "expected a percentage such as 99.9%"),
        ("stars > 3%", "expected a number after the sign"),
        ("down > 3", "'down' is no number"),
        ("up", "'up' is not known here; known are"),
        ("starz > 3", "'starz' is not known here; did you mean 'stars'?"),
        ("stars > 3 and down", "expected a condition"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_condition(text, KNOWN)
