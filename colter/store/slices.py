"""Long histories in parts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

_CHUNK = 5000
"""Well below the number of parameters that SQLite takes in one statement (32,766)."""


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts whose numbers fit into one statement."""
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def as_far_as(most: int, items: Iterable[T], weight: Callable[[T], int]) -> Iterator[T]:
    """The first of these that weigh so much together at most, but one in any case."""
    left = most
    for number, item in enumerate(items):
        left -= weight(item)
        if left < 0 and number:
            return
        yield item
