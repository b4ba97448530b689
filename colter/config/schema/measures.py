"""`3 of 5`, `2xx` and `100MiB`: thresholds, sets of HTTP statuses and sizes."""

import re
from dataclasses import dataclass
from typing import Any

from colter.config.yaml.scalars import as_text
from colter.core.units import format_size, parse_size

_LARGEST_WINDOW = 100
_SMALLEST_FILE, _LARGEST_FILE = 2**16, 2**40


@dataclass(frozen=True, slots=True)
class Threshold:
    """So many failures among the last so many looks: `3` is three in a row, `3 of 5` three of the last five."""

    count: int
    of: int

    def __str__(self) -> str:
        return str(self.count) if self.count == self.of else f"{self.count} of {self.of}"


@dataclass(frozen=True, slots=True)
class StatusSet:
    """HTTP status codes, as inclusive ranges: `200`, `2xx`, `200-204`."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, code: int) -> bool:
        return any(low <= code <= high for low, high in self.ranges)

    def __str__(self) -> str:
        return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Size:
    """How large something may get."""

    count: int
    """Bytes."""

    def __str__(self) -> str:
        return format_size(self.count)


def parse_threshold(written: Any) -> Threshold:
    """`3` or `3 of 5`; ValueError says what was expected."""
    if isinstance(written, Threshold):
        return written
    found = re.fullmatch(r"\s*([0-9]{1,3})(?:\s+of\s+([0-9]{1,3}))?\s*", str(written))
    if isinstance(written, bool) or not found or not 1 <= int(found[1]) <= int(found[2] or found[1]) <= _LARGEST_WINDOW:
        expected = f"expected a number of looks such as 3, or '3 of 5' (at most {_LARGEST_WINDOW})"
        raise ValueError(f"{expected}, got {as_text(written)!r:.40}")
    return Threshold(int(found[1]), int(found[2] or found[1]))


def parse_statuses(written: Any) -> StatusSet:
    """`200`, `2xx`, `200-204`, or a list of these; ValueError says what was expected."""
    if isinstance(written, StatusSet):
        return written
    parts = written if isinstance(written, list) else as_text(written).split(",")
    if not parts:
        raise ValueError("expected at least one status such as 200, 2xx or 200-204")
    return StatusSet(tuple(_status_range(part) for part in parts))


def check_size_bound(written: str) -> str:
    """`< 1MiB`, or a size alone for at most that; ValueError says what was expected."""
    split_size_bound(written)
    return written


def split_size_bound(written: str) -> tuple[str, str]:
    """The sign and the size of a bound; a size alone is the most that may be."""
    found = re.fullmatch(r"\s*(<=|>=|<|>)?\s*(\S.*)", written)
    if not found:
        raise ValueError(f"expected a bound such as '< 1MiB', got {written!r:.40}")
    parse_size(found[2])
    return found[1] or "<=", found[2].strip()


def parse_file_size(written: Any) -> Size:
    """`100MiB` or `5GB`; ValueError says what was expected."""
    if isinstance(written, Size):
        return written
    size = parse_size(as_text(written)[:40])
    if not _SMALLEST_FILE <= size <= _LARGEST_FILE:
        smallest, largest = format_size(_SMALLEST_FILE), format_size(_LARGEST_FILE)
        raise ValueError(f"expected a size from {smallest} to {largest}, got {written!r:.40}")
    return Size(size)


def _status_range(written: Any) -> tuple[int, int]:
    text = as_text(written).strip().lower()
    if re.fullmatch(r"[1-5]xx", text):
        return int(text[0]) * 100, int(text[0]) * 100 + 99
    found = re.fullmatch(r"([1-5][0-9]{2})(?:\s*-\s*([1-5][0-9]{2}))?", text)
    if not found or int(found[1]) > int(found[2] or found[1]):
        raise ValueError(f"expected a status such as 200, 2xx or 200-204, got {text!r:.40}")
    return int(found[1]), int(found[2] or found[1])
