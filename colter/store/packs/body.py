"""What a pack holds: rounds and their results, column by column, and every bit of them.

A result's time is written as the difference to the one before it, its latency as the difference to the sum of its
phases, and its size as the difference to the last one of the same outcome.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import cached_property
from itertools import accumulate, chain, pairwise, repeat
from typing import NamedTuple

from colter.store.moments import from_ms, to_ms
from colter.store.packs.columns import Reader, Writer

VERSION = 1
"""The first byte of every pack, so that another way to write them can live beside this one."""

_OUR_KEY = re.compile("([0-9a-f]{12})-([0-9a-f]{16})")
_PHASES = 5


class Head(NamedTuple):
    """A round without what it holds: a row of `round`."""

    id: int
    round_key: str
    started: datetime
    finished: datetime
    machine: str
    complete: str
    entries: int


Perhaps = int | None
ResultRow = tuple[int, int, int, Perhaps, Perhaps, Perhaps, Perhaps, Perhaps, Perhaps, Perhaps, str | None]
"""A row of `probe_result` without its position: round, outcome, offset, latency, five phases, size, detail."""


class UnreadableError(ValueError):
    """A pack is not as it was written."""

    def __init__(self, since: datetime, until: datetime) -> None:
        """With the end of its first and of its last round."""
        super().__init__(f"the pack of {since} to {until}")
        self.since = since
        self.until = until


def write_body(heads: Sequence[Head], rows: Sequence[ResultRow]) -> bytes:
    """A pack.

    Args:
        heads: rounds, oldest first.
        rows: their results, at least one, in the order of the rounds and of their positions.
    """
    writer = Writer(VERSION)
    writer.number(len(heads))
    _write_heads(writer, heads)
    outcomes = list(dict.fromkeys(row[1] for row in rows))
    writer.number(len(outcomes))
    writer.differences(outcomes)
    _write_rows(writer, rows, {row_id: place for place, row_id in enumerate(outcomes)}, heads)
    return writer.sealed()


class Body:
    """An open pack; ValueError for one that is damaged."""

    def __init__(self, sealed: bytes) -> None:
        self._reader = Reader(sealed, VERSION)
        self.heads = list(_heads(self._reader))
        """Oldest first."""
        self.outcomes: Sequence[int] = self._reader.differences(self._reader.number())
        """Row numbers of all outcomes in it."""

    def rows(self, round_ids: Collection[int]) -> Iterator[ResultRow]:
        """Results of these rounds, in the order of the rounds and of their positions."""
        ends = accumulate((head.entries for head in self.heads), initial=0)
        for head, (start, end) in zip(self.heads, pairwise(ends), strict=True):
            if head.id in round_ids:
                yield from self._rows[start:end]

    def without(self, outcomes: Collection[int]) -> tuple[Sequence[Head], Sequence[ResultRow]]:
        """Rounds and results, but for results with these outcomes, and for rounds that nothing is left of."""
        rows = [row for row in self._rows if row[1] not in outcomes]
        left = Counter(row[0] for row in rows)
        return [head._replace(entries=left[head.id]) for head in self.heads if left[head.id]], rows

    def count(self, outcomes: Collection[int]) -> int:
        """How many results have these outcomes."""
        wanted = {place for place, row_id in enumerate(self.outcomes) if row_id in outcomes}
        if not wanted:
            return 0
        places = copy(self._reader).differences(sum(head.entries for head in self.heads))
        return sum(place in wanted for place in places)

    @cached_property
    def _rows(self) -> Sequence[ResultRow]:
        reader, outcomes = copy(self._reader), self.outcomes  # its own place: another thread may be here as well
        count = sum(head.entries for head in self.heads)
        started = _each(self.heads, [to_ms(head.started) for head in self.heads])
        places = reader.differences(count)
        at = reader.differences(count)
        phases = [reader.perhaps(count) for _ in range(_PHASES)]
        beyond = reader.perhaps(count)
        sizes = _with_last(places, reader.perhaps(count))
        details: list[str | None] = [None] * count
        told = reader.number()
        for place, text in zip(reader.differences(told), reader.texts(told), strict=True):
            details[place] = text
        return list(
            zip(
                _each(self.heads, [head.id for head in self.heads]),
                [outcomes[place] for place in places],
                [moment - start for moment, start in zip(at, started, strict=True)],
                [None if more is None else more + total for more, total in zip(beyond, _sums(phases), strict=True)],
                *phases,
                sizes,
                details,
                strict=True,
            )
        )


def _write_heads(writer: Writer, heads: Sequence[Head]) -> None:
    writer.differences([head.id for head in heads])
    writer.differences([to_ms(head.finished) for head in heads])
    writer.numbers([to_ms(head.finished) - to_ms(head.started) for head in heads])
    writer.numbers([head.entries for head in heads])
    writer.words([head.machine for head in heads])
    writer.words([head.complete for head in heads])
    _write_keys(writer, heads)


def _heads(reader: Reader) -> Iterator[Head]:
    count = reader.number()
    ids, finished, lengths, entries = (
        reader.differences(count),
        reader.differences(count),
        reader.numbers(count),
        reader.numbers(count),
    )
    machines, complete = reader.words(count), reader.words(count)
    started = [end - length for end, length in zip(finished, lengths, strict=True)]
    moments = (map(from_ms, started), map(from_ms, finished))
    return map(Head, ids, _keys(reader, started), *moments, machines, complete, entries)


def _write_keys(writer: Writer, heads: Sequence[Head]) -> None:
    """Our own keys are the time when the round began, about, and eight random bytes."""
    ours = [_OUR_KEY.fullmatch(head.round_key) for head in heads]
    split = [found.groups() for found in ours if found]
    writer.number(len(split) == len(heads))
    if len(split) == len(heads):
        writer.numbers([int(time, 16) - to_ms(head.started) for (time, _), head in zip(split, heads, strict=True)])
        writer.block(bytes.fromhex("".join(random for _, random in split)))
    else:
        writer.texts([head.round_key for head in heads])


def _keys(reader: Reader, started: Sequence[int]) -> list[str]:
    if not reader.number():
        return reader.texts(len(started))
    times = [start + more for start, more in zip(started, reader.numbers(len(started)), strict=True)]
    random = reader.block().hex()
    return [f"{time:012x}-{random[16 * place : 16 * place + 16]}" for place, time in enumerate(times)]


def _write_rows(writer: Writer, rows: Sequence[ResultRow], outcomes: Mapping[int, int], heads: Sequence[Head]) -> None:
    started = {head.id: to_ms(head.started) for head in heads}
    round_ids, outcome_ids, offsets, latencies, *phases, sizes, details = zip(*rows, strict=True)
    places = [outcomes[row_id] for row_id in outcome_ids]
    writer.differences(places)
    writer.differences([started[row_id] + offset for row_id, offset in zip(round_ids, offsets, strict=True)])
    for phase in phases:
        writer.perhaps(phase)
    writer.perhaps(
        None if whole is None else whole - total for whole, total in zip(latencies, _sums(phases), strict=True)
    )
    writer.perhaps(_without_last(places, sizes))
    told = {place: text for place, text in enumerate(details) if text is not None}
    writer.number(len(told))
    writer.differences(list(told))
    writer.texts(list(told.values()))


def _sums(phases: Sequence[Sequence[int | None]]) -> Iterator[int]:
    return (sum(filter(None, each)) for each in zip(*phases, strict=True))


def _without_last(places: Iterable[int], sizes: Iterable[int | None]) -> Iterator[int | None]:
    last: dict[int, int] = {}
    for place, size in zip(places, sizes, strict=True):
        if size is None:
            yield None
        else:
            yield size - last.get(place, 0)
            last[place] = size


def _with_last(places: Iterable[int], more: Iterable[int | None]) -> Iterator[int | None]:
    last: dict[int, int] = {}
    for place, difference in zip(places, more, strict=True):
        if difference is None:
            yield None
        else:
            last[place] = last.get(place, 0) + difference
            yield last[place]


def _each(heads: Sequence[Head], values: Sequence[int]) -> Iterator[int]:
    """The value of its round for each result."""
    return chain.from_iterable(repeat(value, head.entries) for head, value in zip(heads, values, strict=True))
