"""Values and where they stand. A node is made when somebody looks at it; until then its place is three numbers."""

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_LINE_END = re.compile(r"\r\n?|\n")


class Lines:
    """Lines and columns of a text, as people count, from 1."""

    def __init__(self, text: str) -> None:
        self._starts = array("I", [0, *(found.end() for found in _LINE_END.finditer(text))])

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


class Marks:
    """Where the values of a text stand, numbered in its order, each key before its value: characters [start, end)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.start = array("I")
        self.end = array("I")
        self.after = array("I")
        """The number of what comes after a value and all within it."""

    @cached_property
    def lines(self) -> Lines:
        """Made when the first place is told."""
        return Lines(self.text)


@dataclass(eq=False)
class Node:
    """A value, and where it stands."""

    marks: Marks = field(repr=False)
    number: int
    data: Any = field(repr=False)  # it may be a secret
    """The value as plain Python."""

    @property
    def start(self) -> int:
        """The character that it begins at."""
        return self.marks.start[self.number]

    @property
    def end(self) -> int:
        """The character after it."""
        return self.marks.end[self.number]

    @property
    def place(self) -> tuple[int, int]:
        """Line and column where it begins, from 1."""
        return self.marks.lines.place(self.start)

    @property
    def column(self) -> int:
        """The column where it begins, from 1."""
        return self.place[1]

    @property
    def style(self) -> str:
        """The quotation mark or bracket that it begins with, `|` or `>` for a block, or nothing."""
        first = self.marks.text[self.start : min(self.end, self.start + 1)]
        return first if first in ("'", '"', "|", ">", "[", "{") else ""


class Scalar(Node):
    """A text, a number, true, false or null."""


class Collection(Node):
    """What holds others."""

    @property
    def flow(self) -> bool:
        """Whether it is written in brackets or braces."""
        return self.style in ("[", "{")


class Listing(Collection):
    """A list."""

    @cached_property
    def items(self) -> list[Node]:
        """What is in it."""
        items, number = [], self.number + 1
        for value in self.data:
            items.append(node(self.marks, number, value))
            number = self.marks.after[number]
        return items


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A key and its value."""

    key: Node
    value: Node


class Mapping(Collection):
    """Values by key."""

    @cached_property
    def pairs(self) -> dict[str, Pair]:
        """What is in it."""
        pairs, number = {}, self.number + 1
        for name, value in self.data.items():
            pairs[name] = Pair(Scalar(self.marks, number, name), node(self.marks, number + 1, value))
            number = self.marks.after[number + 1]
        return pairs


def node(marks: Marks, number: int, data: Any) -> Node:
    """The node of a value."""
    kind: type[Node] = Mapping if isinstance(data, dict) else Listing if isinstance(data, list) else Scalar
    return kind(marks, number, data)
