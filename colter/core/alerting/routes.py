"""Who is told: the first route that matches; where none does, every channel."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from colter.core.alerting.policy import Policy
from colter.core.model import Target


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about, as routes, maintenances and silences see it."""

    target: Target
    rule: str
    """`down` and `degraded` are the states that `Match.state` speaks of; other rules have no state."""
    group: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """Which alerts are meant; all that is given must hold."""

    name: str | None = None
    """Of the target, or the whole of it (`github:me/*`); `*` stands for anything."""
    group: str | None = None
    tags: frozenset[str] = frozenset()
    """Any of these."""
    state: str | None = None

    def meets(self, subject: Subject) -> bool:
        """Whether this alert is meant."""
        return (
            (self.name is None or _named(self.name, subject.target))
            and (self.group is None or self.group == subject.group)
            and (not self.tags or not self.tags.isdisjoint(subject.tags))
            and (self.state is None or self.state == subject.rule)
        )


@dataclass(frozen=True, slots=True)
class Route:
    """Alerts, and who is told of them."""

    match: Match
    channels: tuple[str, ...]
    reminders: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which nobody is told: one turn of a maintenance, or a silence. Its end is no part of it."""

    match: Match
    begins: datetime
    ends: datetime


def routed(policy: Policy, subject: Subject, routes: Iterable[Route], channels: Sequence[str]) -> Policy:
    """The policy with the channels and reminders of the first route that matches; none does: every channel."""
    for route in routes:
        if route.match.meets(subject):
            return replace(policy, channels=route.channels, reminders=route.reminders)
    return replace(policy, channels=tuple(channels))


def is_muted(subject: Subject, windows: Iterable[Window], now: datetime) -> bool:
    """Whether nobody is to be told of this now."""
    return any(window.begins <= now < window.ends and window.match.meets(subject) for window in windows)


def meant_by(name: str) -> Match:
    """What a silence of this name is about: a name, a pattern, or `@tag`."""
    return Match(tags=frozenset({name[1:]})) if name.startswith("@") else Match(name=name)


def _named(pattern: str, target: Target) -> bool:
    fits = _pattern(pattern).fullmatch
    return bool(fits(target.name) or fits(str(target)))


@lru_cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Not fnmatch: `?` and `[` stand in names, for those of endpoints may be addresses.
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
