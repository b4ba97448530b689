"""Conditions as people write them: `open_issues > 0`, `latency < 500ms`, `down`."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from colter.core.names import did_you_mean
from colter.core.units import parse_duration

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_COMPARISON = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(<=|>=|==|!=|<|>|=)\s*(\S+)\s*", re.IGNORECASE)
_WORD = re.compile(r"\s*([a-z][a-z0-9_]*)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a named number, or one word that holds or not."""

    text: str
    name: str
    compare: str | None = None
    bound: float = 0.0

    def holds(self, numbers: Mapping[str, float], words: frozenset[str]) -> bool:
        """Whether it holds. A number that is missing satisfies no comparison: absent is not zero."""
        if self.compare is None:
            return self.name in words
        value = numbers.get(self.name)
        return value is not None and _OPERATORS[self.compare](value, self.bound)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What conditions may speak of in one place."""

    numbers: frozenset[str]
    words: frozenset[str]
    example: str
    """One or two conditions, for messages: `down or 'latency > 500ms'`."""
    lengths: frozenset[str] = frozenset()
    """The numbers that are milliseconds, and may be compared with a duration (`500ms`, `21d`)."""
    shares: frozenset[str] = frozenset()
    """The numbers that are parts of 1, and must be compared with a percentage (`99.9%`)."""


def parse_condition(text: str, known: Vocabulary) -> Condition:
    """Read a condition.

    Raises:
        ValueError: it is no condition, or speaks of something that is not known.
    """
    word, comparison = _WORD.fullmatch(text), _COMPARISON.fullmatch(text)
    found = word or comparison
    if not found:
        raise ValueError(f"expected a condition such as {known.example}, got {text!r}")
    name = found[1].lower()
    if word and name in known.words:
        return Condition(text.strip(), name)
    if name not in known.numbers | known.words:
        raise ValueError(f"{name!r} is not known here; {_guess(name, sorted(known.numbers | known.words))}")
    if comparison is None:
        raise ValueError(f"{name!r} needs something to be compared with, as in '{name} > 0'")
    if name not in known.numbers:
        raise ValueError(f"{name!r} is no number; it stands alone")
    bound = _share if name in known.shares else _length if name in known.lengths else _number
    return Condition(text.strip(), name, comparison[2], bound(comparison[3], text))


def _guess(name: str, known: Sequence[str]) -> str:
    return did_you_mean(name, known) or f"known are {', '.join(known)}"


def _number(written: str, text: str) -> float:
    if _NUMBER.fullmatch(written):
        return float(written)
    raise _unexpected("a number", written, text)


def _length(written: str, text: str) -> float:
    with suppress(ValueError):
        return float(written) if _NUMBER.fullmatch(written) else parse_duration(written).total_seconds() * 1000
    raise _unexpected("a number or a duration", written, text)


def _share(written: str, text: str) -> float:
    # A bare number is refused: 0.999 and 99.9 could both be meant.
    if written.endswith("%") and _NUMBER.fullmatch(written[:-1]):
        return float(f"{written[:-1]}e-2")  # divided by 100, 99.9 would not be 0.999
    raise _unexpected("a percentage such as 99.9%", written, text)


def _unexpected(expected: str, written: str, text: str) -> ValueError:
    return ValueError(f"expected {expected} after the sign in {text!r}, got {written!r}")
