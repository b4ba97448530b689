"""Durations and sizes as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colter.core.units import format_age, format_amount, format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("2s", 2), ("15m", 900), ("1h30m", 5400), ("30d", 2_592_000), ("2w", 1_209_600), ("1.5s", 1.5)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "5", "s", "-1s", "1 h", "15:00", "1e3s", "9999999999d", "½h"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 500ms"):
        parse_duration(text)


@given(st.integers(0, 10**12))
def test_a_formatted_duration_reads_back_the_same(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize(
    ("seconds", "age"), [(-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (7200, "2h"), (200_000, "2d")]
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, age: str) -> None:
    assert format_age(timedelta(seconds=seconds)) == age


@pytest.mark.parametrize(("text", "size"), [("4096", 4096), ("256KiB", 262_144), ("1 MB", 1_000_000), ("1mib", 2**20)])
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "1TB2", "1 XB", "KiB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 256KiB"):
        parse_size(text)


@given(st.integers(0, 2**50).filter(lambda size: size < 10**12 or size % 2**20 == 0))
def test_a_formatted_size_reads_back_the_same(size: int) -> None:
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize(("count", "text"), [(0, "0 rounds"), (1, "1 round"), (2, "2 rounds"), (5000, "5,000 rounds")])
def test_an_amount_is_written_with_its_noun(count: int, text: str) -> None:
    assert format_amount(count, "round") == text
