"""Strict YAML, read into plain values that know their places.

Refused: anchors, aliases, merge keys, tags, several documents, keys that are no text, a key twice, deep nesting.
"""

import re
from typing import Any

import yaml

from colter.config.yaml.nodes import Mapping, Marks, Node, node
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


def read_nodes(text: str) -> Node | None:
    """The root of what a text says; None when there is nothing in it.

    Raises:
        RefusedError, yaml.YAMLError: it is no YAML, or more of it than is allowed.
    """
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self._next = _LOADER(text).get_event
        self._marks = Marks(text)
        # What thousands of endpoints say alike is there once.
        self._plain: dict[str, Any] = {}
        self._quoted: dict[str, str] = {}
        self._flow: dict[str, Any] = {}
        """Lists and mappings in brackets."""

    def document(self) -> Node | None:
        self._next()  # the stream begins
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        root = self._value(self._next(), MAX_DEPTH)
        self._next()  # the document ends
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise RefusedError("a second document begins here; expected only one", after.start_mark.index)
        return node(self._marks, 0, root)

    def _value(self, event: Any, depth: int) -> Any:
        marks, start = self._marks, event.start_mark.index
        number = len(marks.start)
        if number == MAX_VALUES:
            raise RefusedError(f"expected at most {MAX_VALUES:,} values", start, TOO_MUCH)
        if event.anchor is not None:
            kind = "aliases" if isinstance(event, yaml.AliasEvent) else "anchors"
            raise RefusedError(f"{kind} (* and &) are not allowed; write the value out, or quote it", start)
        if event.tag is not None:
            raise RefusedError("tags (!) are not allowed; put a text that begins with ! in quotes", start)
        marks.start.append(start)
        marks.end.append(event.end_mark.index)
        marks.after.append(number + 1)
        if type(event) is yaml.ScalarEvent:
            return self._scalar(event, number)
        if depth == 0:
            raise RefusedError(f"expected at most {MAX_DEPTH} levels of nesting", start)
        read = self._listing if type(event) is yaml.SequenceStartEvent else self._mapping
        data, last, end = read(number, depth - 1)
        # A block ends with what is in it: the parser has looked further, to the next line that says something.
        marks.end[number] = end.end_mark.index if event.flow_style or not data else last
        marks.after[number] = len(marks.start)
        return self._flow.setdefault(marks.text[start : marks.end[number]], data) if event.flow_style else data

    def _scalar(self, event: Any, number: int) -> Any:
        written, style = event.value, event.style
        known = self._quoted if style else self._plain
        if written not in known:
            if found := UNFIT.search(written):
                raise RefusedError(f"the character U+{ord(found[0]):04X} is not allowed", event.start_mark.index)
            known[written] = written if style else read_scalar(written)
        if style in ("|", ">"):
            start, end = event.start_mark.index, event.end_mark.index
            self._marks.end[number] = start + len(self._marks.text[start:end].rstrip())
        return known[written]

    def _listing(self, number: int, depth: int) -> tuple[list[Any], int, Any]:
        """The items, where the last of them ends, and the event after it."""
        items: list[Any] = []
        ends, last = self._marks.end, number
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            last = len(ends)
            items.append(self._value(event, depth))
        return items, ends[last], event

    def _mapping(self, number: int, depth: int) -> tuple[dict[str, Any], int, Any]:
        """The same of a mapping."""
        values: dict[str, Any] = {}
        ends, key = self._marks.end, number
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = len(ends)
            name = self._key(event, depth)
            if name in values:
                line, _ = Mapping(self._marks, number, values).pairs[name].key.place
                raise RefusedError(f"the key {name[:80]!r} stands twice, first in line {line}", event.start_mark.index)
            values[name] = self._value(self._next(), depth)
        return values, max(ends[key : key + 2]), event

    def _key(self, event: Any, depth: int) -> str:
        value = self._value(event, depth)
        start, end = event.start_mark.index, event.end_mark.index
        if not isinstance(event, yaml.ScalarEvent) or start == end:
            raise RefusedError("expected a key: one word, or a text in quotes", start)
        if value == "<<" and not event.style:
            raise RefusedError("merge keys (<<) are not allowed; write the values out", start)
        return value if isinstance(value, str) else event.value
