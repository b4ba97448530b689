"""Strangers' text comes out as one harmless line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colter.core.text import clean


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines\tand tabs", "two lines and tabs"),
        ("\x1b[2J\x1b]0;title\x07text", "[2J]0;titletext"),
        ("c1 \x9b31m", "c1 31m"),
        ("bidi \u202egnp.exe", "bidi gnp.exe"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("line\u2028separator", "lineseparator"),
        ("nul\0byte", "nulbyte"),
        ("e\u0301", "é"),
        ("", ""),
    ],
)
def test_what_could_harm_a_terminal_is_taken_out(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@given(st.text(alphabet=st.characters(), max_size=500), st.integers(1, 80))
def test_the_result_is_always_short_printable_and_stable(raw: str, limit: int) -> None:
    line = clean(raw, limit)
    assert len(line) <= limit
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in line)
    line.encode("utf-8")


def test_a_megabyte_is_cut_and_says_so() -> None:
    assert clean("x" * 1_000_000, 10) == "xxxxxxxxx…"
