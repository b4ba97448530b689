"""Strict YAML, read into a tree that knows the place of every value.

Refused: anchors, aliases, merge keys, tags, several documents, keys that are no text, a key twice, deep nesting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from colter.config.yaml.scalars import read_scalar

MAX_DEPTH = 32
MAX_VALUES = 1_000_000
TOO_MUCH = (
    "say once in `probe` what holds for all endpoints; or run two Colters, each with its own --config and --state"
)
"""What to do about a file that is too large."""
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What may stand in no file and, by way of an escape, in no value."""
# The C parser hands out events without recursion; it is the C composer that dies of deep nesting.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RefusedError(ValueError):
    """Something that is not allowed; `index` counts characters from the start of the text."""

    def __init__(self, message: str, index: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.index = index
        self.hint = hint


@dataclass(slots=True, eq=False)
class Node:
    """A value: characters [start, end) of the text, and where it begins as people count, from 1."""

    start: int
    end: int
    line: int
    column: int
    data: Any = None
    """The value as plain Python."""


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """A text, a number, true, false or null."""

    style: str = ""
    """The quotation mark around it, `|` or `>` for a block, or nothing."""


@dataclass(slots=True, eq=False)
class Listing(Node):
    """A list."""

    flow: bool = False
    """Whether it is written in brackets."""
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Pair:
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(slots=True, eq=False)
class Mapping(Node):
    """Values by key."""

    flow: bool = False
    """Whether it is written in braces."""
    pairs: dict[str, Pair] = field(default_factory=dict)


def read_nodes(text: str) -> Node | None:
    """The tree of a text; None when there is nothing in it.

    Raises:
        RefusedError, yaml.YAMLError: it is no YAML, or more of it than is allowed.
    """
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self._left = MAX_VALUES

    def document(self) -> Node | None:
        self._next()  # the stream begins
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        root = self._value(self._next(), MAX_DEPTH)
        self._next()  # the document ends
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise RefusedError("a second document begins here; expected only one", after.start_mark.index)
        return root

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, event: Any, depth: int) -> Node:
        mark = event.start_mark
        self._left -= 1
        if self._left < 0:
            raise RefusedError(f"expected at most {MAX_VALUES:,} values", mark.index, TOO_MUCH)
        if event.anchor is not None:
            kind = "aliases" if isinstance(event, yaml.AliasEvent) else "anchors"
            raise RefusedError(f"{kind} (* and &) are not allowed; write the value out, or quote it", mark.index)
        if event.tag is not None:
            raise RefusedError("tags (!) are not allowed; put a text that begins with ! in quotes", mark.index)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth == 0:
            raise RefusedError(f"expected at most {MAX_DEPTH} levels of nesting", mark.index)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._listing(event, depth)
        return self._mapping(event, depth)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark, event.end_mark
        style = event.style or ""
        value: Any = event.value
        if found := UNFIT.search(value):
            raise RefusedError(f"the character U+{ord(found[0]):04X} is not allowed", start.index)
        stop = end.index
        if style in ("|", ">"):
            stop = start.index + len(self._text[start.index : stop].rstrip())
        elif not style:
            value = read_scalar(value)
        return Scalar(start.index, stop, start.line + 1, start.column + 1, value, style)

    def _listing(self, event: Any, depth: int) -> Listing:
        mark = event.start_mark
        node = Listing(mark.index, mark.index, mark.line + 1, mark.column + 1, flow=bool(event.flow_style))
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            node.items.append(self._value(event, depth - 1))
        node.data = [item.data for item in node.items]
        node.end = _index(event) if node.flow or not node.items else node.items[-1].end
        return node

    def _mapping(self, event: Any, depth: int) -> Mapping:
        mark = event.start_mark
        node = Mapping(mark.index, mark.index, mark.line + 1, mark.column + 1, flow=bool(event.flow_style))
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._value(event, depth - 1)
            if not isinstance(key, Scalar) or key.end == key.start:
                raise RefusedError("expected a key: one word, or a text in quotes", key.start)
            name = self._key(key)
            if name in node.pairs:
                first = node.pairs[name].key.line
                raise RefusedError(f"the key {name[:80]!r} stands twice, first in line {first}", key.start)
            node.pairs[name] = Pair(key, self._value(self._next(), depth - 1))
        node.data = {name: pair.value.data for name, pair in node.pairs.items()}
        last = next(reversed(node.pairs.values()), None)
        node.end = _index(event) if node.flow or not last else max(last.key.end, last.value.end)
        return node

    def _key(self, node: Scalar) -> str:
        written = self._text[node.start : node.end]
        if written == "<<":
            raise RefusedError("merge keys (<<) are not allowed; write the values out", node.start)
        return node.data if isinstance(node.data, str) else written


def _index(event: Any) -> int:
    """Where an event ends."""
    return int(event.end_mark.index)
