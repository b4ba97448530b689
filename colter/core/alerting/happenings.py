"""R13: what happens once is told once: new issues, releases, a vulnerability more.

Sources hand over what is new since their own high-water mark; each rule keeps a mark beside that, which its first
reading sets silently, and by which what comes again is known.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.rule_text import Happening
from colter.core.alerting.standing import Claim
from colter.core.model import Event, Reading

_LISTED = 20
"""Of a burst so many are listed, the newest, and all are counted."""
_SINGLE = 5
"""More at once are one notice."""


_REMEMBERED = 500
"""Keys of events: more than a source hands over at once."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """What has been told. By key and not by time: neither the receiver's clock nor ours decides what is new."""

    keys: tuple[str, ...] = ()
    """Of the events seen last, the newest at the end."""
    value: float | None = None
    """Of the number whose growth is watched, as last seen."""


class Happened(NamedTuple):
    """The new mark, and what there is to tell. Commit both together, or neither."""

    mark: Watermark
    notices: tuple[Notice, ...] = ()


def happen(
    rule: Happening, reading: Reading, mark: Watermark | None, now: datetime, channels: tuple[str, ...], *, muted: bool
) -> Happened:
    """What is new in a reading. What happens in a maintenance or a silence is not told, then or later."""
    known = mark or Watermark()
    found = _events(rule, reading, known) if rule.event else _growth(rule, reading, known)
    value = reading.values.get(rule.number)
    keys = (*known.keys, *(event.key for event in found if rule.event))[-_REMEMBERED:]
    following = Watermark(keys, known.value if value is None else value)
    enough = rule.condition.holds({rule.condition.name: _total(rule, found)}, frozenset())
    if mark is None or muted or not enough:
        return Happened(following)
    groups = [found] if len(found) > _SINGLE else [[event] for event in found]
    return Happened(following, tuple(_notice(rule, reading, group, now, channels) for group in groups))


def _events(rule: Happening, reading: Reading, known: Watermark) -> list[Event]:
    fresh = {event.key: event for event in reading.events if event.kind == rule.event and event.key not in known.keys}
    return sorted(fresh.values(), key=lambda event: (event.at, event.key))


def _growth(rule: Happening, reading: Reading, known: Watermark) -> list[Event]:
    value, before = reading.values.get(rule.number), known.value
    if value is None or before is None or value <= before:
        return []
    return [Event(rule.condition.name, f"{value - before:g}", f"{rule.number}: {before:g} -> {value:g}", reading.at)]


def _total(rule: Happening, found: Sequence[Event]) -> float:
    return len(found) if rule.event else sum(float(event.key) for event in found)


def _notice(
    rule: Happening, reading: Reading, events: Sequence[Event], now: datetime, channels: tuple[str, ...]
) -> Notice:
    return Notice(
        incident=_incident(rule, reading, events),
        sequence=1,
        kind=Kind.EVENT,
        target=reading.target,
        rule=rule.text,
        claim=Claim.OK,
        at=now,
        since=events[0].at,
        until=events[-1].at,
        channels=channels,
        events=tuple(events[-_LISTED:]),
        events_total=len(events),
    )


def _incident(rule: Happening, reading: Reading, events: Sequence[Event]) -> str:
    """The same for the same events, whoever finds them and however often: nothing is told twice under two keys."""
    named = [reading.identity or str(reading.target), rule.text]
    named += [f"{event.kind} {event.key} {event.at.isoformat()}" for event in events]
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:26].upper()
