"""Sketches of latencies: within 1 %, whatever the latencies are, and however they are put together."""

from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colter.core.uptime.sketch import Sketch
from tests.full import FULL

EXAMPLES = settings(max_examples=2_000 if FULL else 100, deadline=None)
SHARES = (0.0, 0.001, 0.25, 0.5, 0.95, 0.99, 0.999, 1.0)
BOUND = 0.01

usual = st.integers(1, 60_000_000)
latencies = st.lists(usual | st.integers(1, 2**53) | st.sampled_from([1, 2, 99, 100, 101, 10**6]), max_size=200)


def sketched(values: list[int]) -> Sketch:
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    return sketch


@EXAMPLES
@given(latencies.filter(bool))
def test_every_quantile_is_within_one_percent_of_the_latency_at_its_rank(values: list[int]) -> None:
    ranked = sorted(values)
    for share, found in zip(SHARES, sketched(values).quantiles(SHARES), strict=True):
        truth = ranked[min(max(ceil(share * len(ranked)), 1), len(ranked)) - 1]
        assert found is not None
        assert abs(found - truth) <= BOUND * truth


def test_the_bound_holds_for_every_latency_up_to_a_tenth_of_a_second() -> None:
    """Where buckets are narrower than a microsecond, and where rounding might move one over a bound."""
    for value in [*range(1, 3_000), *range(3_000, 100_000, 7)]:
        (found,) = sketched([value]).quantiles([0.5])
        assert found is not None
        assert abs(found - value) <= BOUND * value


@EXAMPLES
@given(st.lists(latencies, max_size=8))
def test_merged_sketches_are_the_sketch_of_everything(parts: list[list[int]]) -> None:
    everything = sketched([value for part in parts for value in part])
    merged = Sketch()
    for part in parts:
        merged.merge(Sketch(sketched(part).packed))
    assert merged == everything
    assert Sketch.total(map(sketched, parts)) == everything
    assert Sketch.total(Sketch(sketched(part).packed) for part in parts) == everything
    assert merged.packed == everything.packed


counts = st.integers(1, 3) | st.integers(1, 255) | st.integers(1, 2**16) | st.integers(1, 2**40)


@EXAMPLES
@given(st.dictionaries(st.integers(0, 40) | st.integers(0, 2_300), counts, max_size=120))
def test_a_sketch_comes_back_from_its_bytes(buckets: dict[int, int]) -> None:
    sketch = Sketch()
    sketch.buckets.update(buckets)
    assert Sketch(sketch.packed) == sketch
    assert Sketch.total([Sketch(sketch.packed)]) == sketch
    assert Sketch(sketch.packed).packed == sketch.packed


def test_an_hour_of_looks_takes_some_tens_of_bytes_and_an_empty_one_none() -> None:
    assert Sketch().packed == b""
    assert len(sketched([20_000 + 500 * number for number in range(60)]).packed) < 100


def test_nothing_has_no_quantile() -> None:
    assert Sketch().quantiles([0.5, 0.99]) == [None, None]


def test_what_is_below_a_microsecond_counts_as_one() -> None:
    assert sketched([0, 0, 1]).buckets == {0: 3}


@pytest.mark.parametrize(
    "packed", [b"\x00", b"\x01\x00\x00\x01", b"\x0f\x00\x00\x01", b"\x05\x00\x00\x01", b"\x00\x00"], ids=range(5)
)
def test_bytes_that_are_no_sketch_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        _ = Sketch(packed).buckets
