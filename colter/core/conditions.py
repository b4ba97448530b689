"""Conditions as people write them: `open_issues > 0`, `latency < 500ms`, `down`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


def parse_condition(text: str, *, numbers: frozenset[str], words: frozenset[str]) -> Condition:
    """Read a condition; a bound with a unit (`500ms`, `21d`) counts in milliseconds.

    Raises:
        ValueError: it is no condition, or names something that is neither in `numbers` nor in `words`.
    """
    if (found := _WORD.fullmatch(text)) and found[1].lower() in words:
        return Condition(text.strip(), found[1].lower())
    found = _COMPARISON.fullmatch(text)
    if not found:
        raise ValueError(f"expected a condition such as {_example(numbers, words)}, got {text!r}")
    name = found[1].lower()
    if name not in numbers:
        raise ValueError(f"{name!r} is not known here; known are {', '.join(sorted(numbers | words))}")
    return Condition(text.strip(), name, found[2], _bound(found[3], text))


def _bound(written: str, text: str) -> float:
    if _NUMBER.fullmatch(written):
        return float(written)
    try:
        return parse_duration(written).total_seconds() * 1000
    except ValueError:
        raise ValueError(f"expected a number or a duration after the sign in {text!r}, got {written!r}") from None


def _example(numbers: frozenset[str], words: frozenset[str]) -> str:
    comparison = [f"'{min(numbers)} > 0'"] if numbers else []
    return " or ".join([*comparison, *sorted(words)[:1]])
