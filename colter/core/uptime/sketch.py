"""How latencies are distributed, in few bytes: sketches of any times can be put together, and lose nothing by it.

Each bucket reaches from a bound to one 2 % above it, so that its middle is within 1 % of all that is in it: DDSketch
(https://www.vldb.org/pvldb/vol12/p2195-masson.pdf) with the bound made a little smaller than 1 %, for rounding.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import ceil, log

from colter.core.uptime.packed import Lanes, pack, unpack

_GAMMA = 1.02
_PER_LOG = 1 / log(_GAMMA)
_MIDDLE = 2 / (1 + _GAMMA)


class Sketch:
    """How many latencies are in each bucket. Built from bytes, it is not unpacked before somebody asks."""

    __slots__ = ("_buckets", "_packed")

    def __init__(self, packed: bytes = b"") -> None:
        self._packed = packed
        self._buckets: dict[int, int] | None = None if packed else {}

    @classmethod
    def total(cls, sketches: Iterable["Sketch"]) -> "Sketch":
        """All that is in these; much quicker than one after another when they are packed."""
        together, lanes = cls(), Lanes()
        for each in sketches:
            if not lanes.add(each.packed):
                together.merge(each)
        together._add(lanes.buckets)
        return together

    @property
    def buckets(self) -> dict[int, int]:
        """Latencies by bucket; to be added to. ValueError when the bytes are not those of a sketch."""
        if self._buckets is None:
            self._buckets = unpack(self._packed)
        return self._buckets

    @property
    def packed(self) -> bytes:
        """As few bytes, the same for the same latencies."""
        return self._packed if self._buckets is None else pack(self._buckets)

    def add(self, latency_us: int) -> None:
        """One more; what is below a microsecond counts as one."""
        place = ceil(log(latency_us) * _PER_LOG) if latency_us > 1 else 0
        buckets = self._buckets if self._buckets is not None else self.buckets
        buckets[place] = buckets.get(place, 0) + 1

    def merge(self, other: "Sketch") -> None:
        """Take in all that is in the other one."""
        self._add(other.buckets)

    @property
    def count(self) -> int:
        """How many latencies are in it."""
        return sum(self.buckets.values())

    def quantiles(self, shares: Iterable[float]) -> list[float | None]:
        """For each share of all latencies, the least one that so many do not exceed, in microseconds, within 1 %.

        None when there are no latencies. The share of 0 is the least latency, that of 1 the greatest.
        """
        places = sorted(self.buckets)
        reached = list(accumulate(map(self.buckets.__getitem__, places)))
        return [_quantile(places, reached, share) if places else None for share in shares]

    def _add(self, buckets: Mapping[int, int]) -> None:
        mine = self.buckets
        for place, count in buckets.items():
            mine[place] = mine.get(place, 0) + count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and self.buckets == other.buckets

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        return f"Sketch({self.buckets})"


def _quantile(places: Sequence[int], reached: Sequence[int], share: float) -> float:
    rank = min(max(ceil(share * reached[-1]), 1), reached[-1])
    return _MIDDLE * _GAMMA ** places[bisect_left(reached, rank)]
