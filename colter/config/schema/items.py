"""Values by path, in trees and in plain data: keys of mappings, names of list items."""

from collections.abc import Sequence
from typing import Any

from colter.config.schema.destination import short_name
from colter.config.yaml.nodes import Listing, Mapping, Node

LISTS = frozenset({("endpoints",)})
"""Lists whose items have names; a missing one is made as a list."""


def child(node: Node | None, part: str) -> Node | None:
    """The value of a key, or the list item of that name (without names: of that index)."""
    if isinstance(node, Mapping):
        return node.pairs[part].value if part in node.pairs else None
    if isinstance(node, Listing):
        place = find_item(node.data, part)
        return None if place is None else node.items[place]
    return None


def find_item(items: Sequence[Any], part: str) -> int | None:
    """The index of the list item of that name, or that index itself."""
    for place, item in enumerate(items):
        if item_name(item) == part:
            return place
    return int(part) if part.isdecimal() and len(part) < 7 and int(part) < len(items) else None  # noqa: PLR2004


def item_name(item: Any) -> str | None:
    """What a list item is called: its `name`, or, for an address alone, what its endpoint will be called."""
    if isinstance(item, dict):
        name = item.get("name")
        return name if isinstance(name, str) else None
    return short_name(item) if isinstance(item, str) and "://" in item else None


def names_in(data: Any) -> list[str]:
    """What is in a mapping or a list, by name; list items without one are called by their index."""
    if isinstance(data, list):
        return [item_name(item) or str(place) for place, item in enumerate(data)]
    return list(data) if isinstance(data, dict) else []


def look_up(data: Any, path: Sequence[str]) -> Any:
    """The value at a path; KeyError when there is none."""
    for part in path:
        if isinstance(data, dict):
            data = data[part]
        elif isinstance(data, list) and (place := find_item(data, part)) is not None:
            data = data[place]
        else:
            raise KeyError(part)
    return data


def nest(path: Sequence[str], done: int, value: Any) -> Any:
    """What has to be added beneath the first `done` parts of a path, for the value to stand at its end."""
    for place in range(len(path) - 1, done - 1, -1):
        value = [named(path[place], value)] if tuple(path[:place]) in LISTS else {path[place]: value}
    return value


def named(name: str, value: Any) -> dict[str, Any]:
    """A list item of that name; a text is the address of an endpoint."""
    return {"name": name, **(value if isinstance(value, dict) else {"url": value})}


def with_value(data: Any, path: Sequence[str], value: Any, done: int = 0) -> Any:
    """A copy of the data with the value at the path."""
    if done == len(path):
        return value
    part = path[done]
    if isinstance(data, dict):
        inner = with_value(data[part], path, value, done + 1) if part in data else nest(path, done + 1, value)
        return {**data, part: inner}
    if isinstance(data, list):
        place = find_item(data, part)
        if place is None:
            return [*data, named(part, nest(path, done + 1, value))]
        return [*data[:place], with_value(data[place], path, value, done + 1), *data[place + 1 :]]
    if isinstance(data, str) and done:
        return {**named(path[done - 1], data), **nest(path, done, value)}
    return nest(path, done, value)


def without_value(data: Any, path: Sequence[str]) -> Any:
    """A copy of the data without what stands at the path, and without a section that would be left empty.

    Raises:
        KeyError: it is not there.
    """
    part, rest = path[0], path[1:]
    if isinstance(data, dict) and part in data:
        inner = without_value(data[part], rest) if rest else None
        return {key: inner if key == part else item for key, item in data.items() if key != part or inner}
    if isinstance(data, list) and (place := find_item(data, part)) is not None:
        inner = without_value(data[place], rest) if rest else None
        return [*data[:place], *([inner] if inner else []), *data[place + 1 :]]
    raise KeyError(part)
