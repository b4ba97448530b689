"""The buckets of a sketch as bytes, packed and unpacked by a few calls that each take all of it.

One byte says how wide counts are (1, 2, 4 or 8 bytes) and how the rest is laid out; two have the first bucket. Then,
whichever is shorter: the counts of all buckets up to the last one (`dense`); or, of those that are not empty, first the
step to each from the one before it, a byte each, then the counts. A step of 255 may lead to one that is empty.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from operator import sub
from sys import byteorder

_WIDTHS = "BHIQ"
_WIDEST = 3
_DENSE = 4
_HEAD = 3
_LONGEST_STEP = 255
_LANE = 64


def pack(buckets: Mapping[int, int]) -> bytes:
    """As bytes, none when all are empty."""
    if not buckets:
        return b""
    places = sorted(buckets)
    if places[-1] - places[0] > _LONGEST_STEP:
        places = _stations(places)
    first, last = places[0], places[-1]
    width = _width(max(buckets.values()))
    if (last + 1 - first) << width <= len(places) - 1 + (len(places) << width):
        counts = _bytes(width, [buckets.get(place, 0) for place in range(first, last + 1)])
        return bytes((width | _DENSE,)) + first.to_bytes(2, "little") + counts
    steps = bytes(map(sub, places[1:], places))
    counts = _bytes(width, [buckets.get(place, 0) for place in places])
    return bytes((width,)) + first.to_bytes(2, "little") + steps + counts


def unpack(packed: bytes) -> dict[int, int]:
    """What `pack` has packed; ValueError when it is not that."""
    if not packed:
        return {}
    width, first = packed[0] & ~_DENSE, int.from_bytes(packed[1:_HEAD], "little")
    if packed[0] & _DENSE:
        counts = _numbers(width, packed[_HEAD:])
        return {place: count for place, count in enumerate(counts, first) if count}
    many = (len(packed) - _HEAD + 1) // (1 + (1 << width))
    if not many:
        raise ValueError("a sketch has counts")
    steps, counts = packed[_HEAD : _HEAD + many - 1], _numbers(width, packed[_HEAD + many - 1 :])
    return {place: count for place, count in zip(accumulate(steps, initial=first), counts, strict=True) if count}


class Lanes:
    """Dense buckets added up as one large number each, with 64 bits for a bucket: the quickest sum that Python has."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, packed: bytes) -> bool:
        """Add these; False when they are not dense."""
        if not packed or not packed[0] & _DENSE:
            return False
        first = packed[1] | packed[2] << 8
        wide = _bytes(_WIDEST, _numbers(packed[0] & ~_DENSE, packed[_HEAD:]))
        self._sum += int.from_bytes(wide, "little") << (first * _LANE)
        return True

    @property
    def buckets(self) -> dict[int, int]:
        """What was added."""
        first = max((self._sum & -self._sum).bit_length() - 1, 0) // _LANE
        lanes = -(-self._sum.bit_length() // _LANE)
        counts = _numbers(_WIDEST, self._sum.to_bytes(lanes * _LANE // 8, "little")[first * _LANE // 8 :])
        return {place: count for place, count in enumerate(counts, first) if count}


def _stations(places: Sequence[int]) -> list[int]:
    """The same, with empty buckets between where a step would be too long."""
    found = [places[0]]
    for place in places[1:]:
        while place - found[-1] > _LONGEST_STEP:
            found.append(found[-1] + _LONGEST_STEP)
        found.append(place)
    return found


def _width(largest: int) -> int:
    return next(width for width in range(len(_WIDTHS)) if largest < 1 << (8 << width))


def _bytes(width: int, numbers: Iterable[int]) -> bytes:
    """So many bytes for each, the lowest first."""
    if not width:
        return bytes(numbers)
    wide = array(_WIDTHS[width], list(numbers))
    if byteorder == "big":
        wide.byteswap()
    return wide.tobytes()


def _numbers(width: int, packed: bytes) -> Sequence[int]:
    """The numbers in such bytes."""
    if not width:
        return packed
    if width > _WIDEST:
        raise ValueError(f"no sketch has counts of the width {width}")
    wide = array(_WIDTHS[width], packed)
    if byteorder == "big":
        wide.byteswap()
    return wide
