"""Checked reading of outside values: every number and text of a reply passes here, or is missing with a reason."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from colter.core.text import clean

LARGEST = 2**53
"""Beyond it a float is no longer exact, and no count of GitHub's is that large."""
_LONGEST_TEXT = 300
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


FULL_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
"""`owner/name`; it becomes part of addresses, so no name is only dots."""


class UnusableError(ValueError):
    """A value is not what the API promises; the message says what was expected."""


def dig(node: Any, path: Sequence[str]) -> Any:
    """The value at the end of a path of keys; None where the path ends early at a null."""
    for key in path:
        if node is None:
            return None
        if not isinstance(node, Mapping) or key not in node:
            raise UnusableError(f"the answer has no {key!r}")
        node = node[key]
    return node


def count(value: Any) -> float:
    """A whole number from 0 to 2**53."""
    if type(value) is not int or not 0 <= value <= LARGEST:  # a bool is an int, and no count
        raise UnusableError(f"expected a count, got {_show(value)}")
    return float(value)


def kilobytes(value: Any) -> float:
    """GitHub tells sizes in KiB; here they are bytes."""
    return count(value) * 1024


def text(value: Any) -> str:
    """One harmless line, not empty."""
    line = clean(value, _LONGEST_TEXT) if isinstance(value, str) else ""
    if not line:
        raise UnusableError(f"expected a text, got {_show(value)}")
    return line


def lower(value: Any) -> str:
    """A text in lower case: GraphQL writes its words as `PUBLIC`, REST as `public`."""
    return text(value).lower()


def yes_no(value: Any) -> str:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise UnusableError(f"expected true or false, got {_show(value)}")
    return str(value).lower()


def moment(value: Any) -> datetime:
    """A point in time, written `2026-05-04T12:00:00Z`."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is not None and found.tzinfo is not None and found >= _EPOCH:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):  # the last hours of the year 9999 are none in UTC
        pass
    raise UnusableError(f"expected a time, got {_show(value)}")


def timestamp(value: Any) -> float:
    """A point in time as Unix time, in seconds."""
    return moment(value).timestamp()


def iso(value: Any) -> str:
    """A point in time as ISO-8601 text in UTC."""
    return moment(value).isoformat()


def items(value: Any) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise UnusableError(f"expected a list, got {_show(value)}")
    return value


def _show(value: Any) -> str:
    return clean(repr(value), 60)
