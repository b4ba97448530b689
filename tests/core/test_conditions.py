"""Conditions: read strictly, and never true of a number that is missing."""

import pytest

from colter.core.conditions import parse_condition

NUMBERS = frozenset({"stars", "latency"})
WORDS = frozenset({"down", "partial"})


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
        ("down", {}, {"down"}, True),
        ("Down", {}, set(), False),
    ],
)
def test_a_condition_holds_or_not(text: str, numbers: dict[str, float], words: set[str], expected: bool) -> None:
    condition = parse_condition(text, numbers=NUMBERS, words=WORDS)
    assert condition.holds(numbers, frozenset(words)) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a condition"),
        ("stars", "expected a condition"),
        ("stars >", "expected a condition"),
        ("stars > lots", "expected a number or a duration"),
        ("starz > 3", "'starz' is not known here; known are down, latency, partial, stars"),
        ("stars > 3 and down", "expected a condition"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_condition(text, numbers=NUMBERS, words=WORDS)
