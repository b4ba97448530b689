"""Changes to a configuration file that touch nothing but what they mean: comments, order and line ends stay.

Every change is checked: the new text, read again, must differ from the old one in exactly the value that was meant.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from colter.config.schema.items import child, named, nest, with_value, without_value
from colter.config.yaml.document import Document, parse_document
from colter.config.yaml.nodes import Listing, Mapping, Node, Scalar
from colter.config.yaml.scalars import write_block, write_inline, write_quoted
from colter.core.errors import ConfigError

_COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)


def set_value(document: Document, path: Sequence[str], value: Any) -> Document:
    """The document with one value replaced or added; sections on the way to it are added too.

    List items are found by name; one with a new name is added at the end.

    Raises:
        ConfigError: there is no way to do that without touching something else.
    """
    text = _Editor(document).set(tuple(path), value)
    return _checked(document, path, text, with_value(document.data, path, value))


def unset_value(document: Document, path: Sequence[str]) -> Document:
    """The document without one key or list item; a section that would be left empty goes too.

    Raises:
        ConfigError: it is not there, or cannot be taken out without touching something else.
    """
    try:
        expected = without_value(document.data, path)
    except KeyError:
        raise ConfigError(f"{document.name}: {'.'.join(path)} is not set") from None
    return _checked(document, path, _Editor(document).unset(tuple(path)), expected)


def _checked(document: Document, path: Sequence[str], text: str, expected: Any) -> Document:
    try:
        changed = parse_document(text.encode(), document.name, mode=document.mode)
    except ConfigError:
        changed = None
    # repr, because 1 == True.
    if changed is None or repr(changed.data) != repr(expected):
        where = f"{document.place(path)}: {'.'.join(path)}"
        raise ConfigError(f"{where}: cannot be changed without touching what is around it", hint="colter config edit")
    return replace(changed, bom=document.bom)


class _Editor:
    """Finds the one place of a text that has to change, and returns the whole new text."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._root = document.root
        self._eol = "\r\n" if "\r\n" in document.text else "\n"
        self._step = _indentation(document.root)

    def set(self, path: tuple[str, ...], value: Any) -> str:
        trail = self._trail(path)
        node, done = trail[-1], len(trail) - 1
        if node is not None and done == len(path):
            return self._replace(trail, path, value)
        if isinstance(node, Mapping):
            return self._add_pair(node, {path[done]: nest(path, done + 1, value)})
        if isinstance(node, Listing):
            return self._add_item(node, named(path[done], nest(path, done + 1, value)))
        return self._fill(trail, path, nest(path, done, value))

    def _fill(self, trail: Sequence[Any], path: tuple[str, ...], added: Any) -> str:
        """Add to an empty section, or to an endpoint that is an address alone."""
        node, parent = trail[-1], trail[-2] if len(trail) > 1 else None
        if parent is None:
            return self._add_lines(len(self._text), 0, write_block(added, self._step))
        if node.data is not None:
            return self._replace(trail, path, {**named(path[len(trail) - 2], node.data), **added})
        if isinstance(parent, Mapping) and not parent.flow and node.start == node.end:
            at, indent = self._after_line(node.start), parent.column - 1 + self._step
            return self._add_lines(at, indent, write_block(added, self._step))
        return self._replace(trail, path, added)

    def unset(self, path: tuple[str, ...]) -> str:
        trail = self._trail(path)
        while len(trail) > 2 and len(trail[-2].data) == 1:  # noqa: PLR2004  the root stays, however empty
            trail.pop()
        parent, node = trail[-2], trail[-1]
        if isinstance(parent, Mapping):
            spans = [(pair.key.start, max(pair.key.end, pair.value.end), pair.value) for pair in parent.pairs.values()]
            lead = ""
        else:
            spans = [(item.start, item.end, item) for item in parent.items]
            lead = "-"
        place = next(number for number, span in enumerate(spans) if span[2] is node)
        return self._cut_flow(spans, place) if parent.flow else self._cut_lines(spans, place, lead)

    def _trail(self, path: Sequence[str]) -> list[Any]:
        """The nodes from the root to the deepest that is there."""
        trail = [self._root]
        for part in path:
            node = child(trail[-1], part)
            if node is None:
                break
            trail.append(node)
        return trail

    def _replace(self, trail: Sequence[Any], path: Sequence[str], value: Any) -> str:
        node, written = trail[-1], write_inline(value)
        if isinstance(node, Scalar):
            if node.style in ("'", '"') and isinstance(value, str):
                written = write_quoted(value, node.style)
            gap = "" if node.start != node.end or self._text[node.start - 1].isspace() else " "
            return self._splice(node.start, node.end, gap + written)
        if node.flow:
            return self._splice(node.start, node.end, written)
        start = node.start
        if isinstance(node, Listing) and isinstance(value, list) and value:
            written = (self._eol + " " * (node.column - 1)).join(f"- {write_inline(item)}" for item in value)
        elif isinstance(trail[-2], Mapping):
            start = self._text.index(":", trail[-2].pairs[path[len(trail) - 2]].key.end) + 1
            written = f" {written}"
        if _COMMENT.search(self._text[start : node.end]):
            return self._text  # a comment within would be lost
        return self._splice(start, node.end, written)

    def _add_pair(self, node: Mapping, pair: dict[str, Any]) -> str:
        if node.flow:
            return self._add_inline(node, write_inline(pair)[1:-1], empty=not node.pairs)
        return self._add_lines(self._after_line(node.end), node.column - 1, write_block(pair, self._step))

    def _add_item(self, node: Listing, item: dict[str, Any]) -> str:
        if node.flow:
            return self._add_inline(node, write_inline(item), empty=not node.items)
        return self._add_lines(self._after_line(node.end), node.column - 1, write_block([item], self._step))

    def _add_inline(self, node: Mapping | Listing, written: str, *, empty: bool) -> str:
        if empty:
            return self._splice(node.start + 1, node.end - 1, written)
        inside = self._text[: node.end - 1].rstrip()
        separator = " " if inside.endswith(",") else ", "
        return self._splice(len(inside), len(inside), separator + written)

    def _add_lines(self, at: int, indent: int, lines: Iterable[str]) -> str:
        written = [" " * indent + line for line in lines]
        if at == len(self._text) and not self._text.endswith(("\n", "\r")) and self._text:
            return self._splice(at, at, "".join(self._eol + line for line in written))
        return self._splice(at, at, "".join(line + self._eol for line in written))

    def _cut_flow(self, spans: Sequence[tuple[int, int, Node]], place: int) -> str:
        start, end, _ = spans[place]
        if place + 1 < len(spans):
            end = spans[place + 1][0]
        elif place:
            start = spans[place - 1][1]
        return self._splice(start, end, "")

    def _cut_lines(self, spans: Sequence[tuple[int, int, Node]], place: int, lead: str) -> str:
        start, end, _ = spans[place]
        line = self._text.rfind("\n", 0, start) + 1
        if self._text[line:start].strip() != lead:  # it stands on the line of its list item's dash
            return self._splice(start, spans[place + 1][0], "") if place + 1 < len(spans) else self._text
        stop = self._after_line(end)
        if stop == len(self._text) and not self._text.endswith("\n"):
            line = max(0, line - len(self._eol))  # the file still ends without a line end
        return self._splice(line, stop, "")

    def _after_line(self, at: int) -> int:
        return self._text.find("\n", at) + 1 or len(self._text)

    def _splice(self, start: int, end: int, written: str) -> str:
        return self._text[:start] + written + self._text[end:]


def _indentation(root: Node | None) -> int:
    """How far the file indents."""
    pairs = root.pairs.values() if isinstance(root, Mapping) else ()
    steps = (
        pair.value.column - pair.key.column
        for pair in pairs
        if isinstance(pair.value, Mapping) and not pair.value.flow and pair.value.pairs
    )
    return next(steps, 2)
