"""What is to happen on that day: who is down when, when the process is killed, when a sink takes nothing."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

MINUTE = timedelta(minutes=1)
DOWN_AFTER, UP_AFTER = 3, 2
QUIET = 12 * MINUTE
"""Everything is well for so long in the end: whoever was told of something is told that it is over."""
_EARLIEST = 4 * MINUTE
_SHORTEST, _LONGEST = 10 * MINUTE, 45 * MINUTE
_BLIP = 1.5
"""Minutes; no endpoint is looked at three times in that."""

How = Literal["ill", "silent", "cutting", "closed", "tardy"]
"""Answers with 500; does not answer; hangs up; refuses connections; a job that does not report."""


@dataclass(frozen=True)
class Spell:
    """From when until when something is down."""

    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        return self.begins <= at < self.ends

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    @property
    def is_blip(self) -> bool:
        """Nobody is to hear of it."""
        return self.length <= _BLIP * MINUTE


@dataclass(frozen=True)
class Part:
    """One thing that is watched."""

    name: str
    how: How
    """In which way it is down, when it is."""
    spells: Sequence[Spell]

    @property
    def outages(self) -> Sequence[Spell]:
        """Those of which somebody is to hear."""
        return [spell for spell in self.spells if not spell.is_blip]


@dataclass(frozen=True)
class Story:
    """All of it."""

    begins: datetime
    ends: datetime
    parts: Sequence[Part]
    kills: Sequence[datetime]
    edits: Sequence[datetime]
    failures: Sequence[tuple[str, Spell]]
    """Which sink takes nothing, and when."""
    patience: timedelta
    """How long nobody hears of a job before it is late."""


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    length: timedelta
    parts: int
    kills: int
    edits: int
    failures: int
    """Of each sink."""
    lives: float = 1.0
    """In this share of the day the process is killed, and then no more: memory is measured over a long life."""
    sinks: Sequence[str] = field(default=("influx", "database", "file"))


def tell_story(size: Size, begins: datetime, seed: int) -> Story:
    chance, ends = random.Random(seed), begins + size.length
    patience = min(15 * MINUTE, size.length / 8)
    return Story(
        begins,
        ends,
        [_part(number, begins, ends - QUIET, patience, chance) for number in range(size.parts)],
        _scattered(size.kills, begins + _EARLIEST, begins + (size.length - QUIET) * size.lives, chance),
        _scattered(size.edits, begins + 2 * MINUTE, ends - QUIET, chance),
        list(_in_turn(size, begins + _EARLIEST, ends - QUIET, chance)),
        patience,
    )


def _part(number: int, begins: datetime, ends: datetime, patience: timedelta, chance: random.Random) -> Part:
    if number < 2:
        return Part(f"job {number}", "tardy", list(_spells(begins, ends, chance, 2 * patience)))
    hows: dict[int, How] = {2: "closed", 3: "silent", 4: "cutting"}
    how = hows.get(number, "ill")
    return Part(f"e{number}", how, list(_spells(begins, ends, chance, _SHORTEST, blips=1 / 4)))


def _spells(
    begins: datetime, ends: datetime, chance: random.Random, shortest: timedelta, *, blips: float = 0.0
) -> Iterator[Spell]:
    """`blips`: this share of them is too short to be told."""
    at = begins + _EARLIEST + chance.random() * min(60 * MINUTE, (ends - begins) / 2)
    room = max(timedelta(0), min(_LONGEST, (ends - begins) / 4) - shortest)
    while True:
        is_blip = chance.random() < blips
        length = chance.uniform(0.5, _BLIP) * MINUTE if is_blip else shortest + chance.random() * room
        if at + length > ends:
            return
        yield Spell(at, at + length)
        at += length + (25 + 150 * chance.random()) * MINUTE


def _scattered(count: int, begins: datetime, ends: datetime, chance: random.Random) -> list[datetime]:
    """One in each of so many equal parts of the time."""
    part = (ends - begins) / count if count else timedelta(0)
    return [begins + (number + chance.random() * 0.9) * part for number in range(count)]


def _in_turn(size: Size, begins: datetime, ends: datetime, chance: random.Random) -> Iterator[tuple[str, Spell]]:
    turns = size.failures * len(size.sinks)
    part = (ends - begins) / turns
    for number in range(turns):
        start = begins + number * part
        yield size.sinks[number % len(size.sinks)], Spell(start, start + part * chance.uniform(0.4, 0.8))
