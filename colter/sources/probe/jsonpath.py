"""A small part of JSONPath (RFC 9535): `$`, `.name`, `['name']`, `[0]`, and typed comparisons of what it finds."""

import json
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"""\.([^.\[\]'"\s<>=!]+)|\[(\d{1,9})\]|\['([^']+)'\]|\["([^"]+)"\]""")
_COMPARISON = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*(\S.*?)\s*", re.DOTALL)
_ORDERED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class MissingError(LookupError):
    """The path leads nowhere in this document."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where in a JSON document to look."""

    text: str
    steps: tuple[str | int, ...]

    def find(self, document: Any) -> Any:
        """The value there; MissingError when there is none. A null is a value."""
        for step in self.steps:
            if isinstance(step, int):
                if not isinstance(document, list) or step >= len(document):
                    raise MissingError(self.text)
            elif not isinstance(document, dict) or step not in document:
                raise MissingError(self.text)
            document = document[step]
        return document


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator and the value on its right. A value of another type satisfies nothing but `!=`."""

    sign: str
    wanted: str | float | bool | None

    def holds(self, found: Any) -> bool:
        """Whether a value of the document satisfies it."""
        if self.sign in _ORDERED:
            return (
                _is_number(found) and isinstance(self.wanted, int | float) and _ORDERED[self.sign](found, self.wanted)
            )
        return _same(found, self.wanted) == (self.sign == "==")

    def __str__(self) -> str:
        return f"{self.sign} {json.dumps(self.wanted, ensure_ascii=False)}"


def parse_path(text: str) -> Path:
    """Read a path; ValueError says what was expected."""
    steps: list[str | int] = []
    place = 1
    while place < len(text):
        found = _STEP.match(text, place)
        if not found:
            break
        steps.append(int(found[2]) if found[2] else found[1] or found[3] or found[4])
        place = found.end()
    if not text.startswith("$") or place < len(text):
        raise ValueError(f"expected a path such as $.status or $.items[0].name, got {text[:80]!r}")
    return Path(text, tuple(steps))


def parse_comparison(written: Any) -> Comparison:
    """`up`, 5, true, null: equal to that, in value and type; a text such as `< 100` or `!= "x"` compares.

    What stands after a sign is JSON where it can be, else text: `== 5` is the number, `== "5"` the text.

    Raises:
        ValueError: an order is asked of something that is no number.
    """
    if not isinstance(written, str) or not (found := _COMPARISON.fullmatch(written)):
        return Comparison("==", written)
    wanted = _value(found[2])
    if found[1] in _ORDERED and not _is_number(wanted):
        raise ValueError(f"expected a number after {found[1]}, got {found[2][:80]!r}")
    return Comparison(found[1], wanted)


def parse_document(body: bytes) -> Any:
    """A body as JSON; ValueError when it is not."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _value(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(value, dict | list) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _same(found: Any, wanted: Any) -> bool:
    # In Python True equals 1; in JSON they are different things.
    if _is_number(found) and _is_number(wanted):
        return bool(found == wanted)
    return type(found) is type(wanted) and bool(found == wanted)
