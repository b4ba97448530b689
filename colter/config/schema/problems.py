"""What is wrong with a configuration, one line each: `file:line:col: key: what is wrong, what was expected`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import ValidationError

from colter.config.schema.items import item_name
from colter.config.schema.keys import field_names, find_place, nearest
from colter.config.yaml.document import Document
from colter.config.yaml.scalars import as_text
from colter.core.errors import ConfigError, UsageError
from colter.core.text import clean

MOST = 100
"""So many lines are shown; a file with more of them has one cause."""
_COUNTLESS = 100_000
"""pydantic tells all of them or none, and each is a kilobyte."""
Loc = Sequence[str | int]


class Places:
    """Names the place of a value: in the file, or the variable that set it."""

    def __init__(self, document: Document | None, data: Any, origins: Mapping[tuple[str, ...], str]) -> None:
        self._document = document
        self._data = data
        self._origins = origins

    def line(self, loc: Loc, message: str, *, key: bool = False) -> str:
        """One complete line."""
        path = self.path(loc)
        place = ".".join(path)
        return f"{self._where(loc, path, key=key)}: {place + ': ' if place else ''}{clean(message)}"

    def position(self, loc: Loc) -> int:
        """Where in the file that is; 0 for what does not stand in it."""
        node = self._document.locate(loc) if self._document else None
        return node.start if node else 0

    def path(self, loc: Loc) -> tuple[str, ...]:
        """A path of keys and indices as people write it: list items by name, and nothing that is only pydantic's."""
        data, path = self._data, []
        for number, part in enumerate(loc, 1):
            if isinstance(data, dict):
                if part not in data and number < len(loc):
                    continue  # the tag of a union, or pydantic's mark for a key
                data = data.get(part)
            elif isinstance(data, list) and isinstance(part, int) and part < len(data):
                data = data[part]
                path.append(clean(item_name(data) or str(part), 80))
                continue
            elif path:
                continue
            path.append(clean(str(part), 80))
        return tuple(path)

    def _where(self, loc: Loc, path: tuple[str, ...], *, key: bool) -> str:
        for length in range(len(path), 0, -1):
            if name := self._origins.get(path[:length]):
                return f"environment: {name}"
        return self._document.place(loc, key=key) if self._document else "configuration"


def explain(error: ValidationError, places: Places) -> ConfigError:
    """What pydantic found, in the order of the file."""
    if (count := error.error_count()) > _COUNTLESS:
        return refuse([places.line((), f"{count:,} values are wrong: this is no configuration of Colter")])
    found = sorted(error.errors(include_url=False), key=lambda each: places.position(each["loc"]))
    return refuse((_explain(each, places) for each in found), len(found))


def refuse(lines: Iterable[str], count: int | None = None, *, hint: str | None = None) -> ConfigError:
    """As one error what is wrong; of thousands of lines no more are made than are shown.

    Args:
        lines: what is wrong, one line each.
        count: how many there are, if that is known.
        hint: what to do.
    """
    lines = iter(lines)
    shown = list(islice(lines, MOST))
    if next(lines, None):
        shown.append(f"... and {count - MOST} more" if count else "... and more")
    return ConfigError("\n".join(shown), hint=hint)


def _explain(error: Any, places: Places) -> str:
    loc, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        known = _siblings(places.path(loc)[:-1])
        return places.line(loc, f"unknown key; {nearest(str(loc[-1]), known)}", key=True)
    if kind == "missing":
        return places.line(loc, "is missing")
    return places.line(loc, message(error))


def message(error: Any) -> str:
    """What is wrong and what was expected, for one of pydantic's errors, without the place."""
    return _MESSAGES.get(error["type"], _as_pydantic_says)(error)


def _as_pydantic_says(error: Any) -> str:
    message = str(error["msg"])
    return message[:1].lower() + message[1:]


def _siblings(parent: tuple[str, ...]) -> list[str]:
    try:
        return sorted(set(field_names(find_place(parent).kind)))
    except UsageError:
        return []


def _got(error: Any) -> str:
    value = error.get("input")
    if value is None:
        return "nothing"
    kinds: dict[type, str] = {dict: "a section", list: "a list"}
    return kinds.get(type(value)) or clean(as_text(value) if isinstance(value, bool) else repr(value), 60)


def _section(error: Any) -> str:
    # Not the text itself: `auth: TOKEN` is a likely mistake.
    got = "a text" if isinstance(error.get("input"), str) else _got(error)
    return f"expected a section with keys, got {got}"


def _kind(error: Any) -> str:
    return f"type: expected {error['ctx']['expected_tags']}, got {as_text(error['input']['type'])!r}"


def _text(error: Any) -> str:
    quotes = "" if isinstance(error["input"], dict | list) or error["input"] is None else "; put it in quotes"
    return f"expected text, got {_got(error)}{quotes}"


_MESSAGES: Mapping[str, Callable[[Any], str]] = {
    "value_error": lambda error: str(error["ctx"]["error"]),
    "string_type": _text,
    "int_type": lambda error: f"expected a whole number, got {_got(error)}",
    "greater_than_equal": lambda error: f"expected {error['ctx']['ge']} or more, got {_got(error)}",
    "less_than_equal": lambda error: f"expected {error['ctx']['le']} or less, got {_got(error)}",
    "list_type": lambda error: f"expected a list, such as [a, b], got {_got(error)}",
    "dict_type": _section,
    "model_type": _section,
    "model_attributes_type": _section,
    "literal_error": lambda error: f"expected {error['ctx']['expected']}, got {_got(error)}",
    "union_tag_not_found": lambda _: "type is missing; expected email, slack, webhook, alertmanager, ntfy or apprise",
    "union_tag_invalid": _kind,
    "too_short": lambda _: "expected at least one",
}
