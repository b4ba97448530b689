"""Silences: begun, changed and ended by hand, kept in the history, honoured by whoever decides about alerts."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from colter.config.schema.config import Config
from colter.core.alerting.incident_id import ulid
from colter.core.alerting.routes import Subject, meant_by
from colter.core.errors import UsageError
from colter.core.model import Silence, Target
from colter.core.ports import Store

LONGEST = timedelta(days=365)
"""What is to be quiet for longer should not be watched."""

_REMEMBERED = timedelta(days=90)
"""So long a silence is kept when it is over: `alerts simulate` honours it."""
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Silenced:
    """A silence as it is kept now, and the one whose place it took."""

    now: Silence
    before: Silence | None


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody may want to hear nothing of, each with its tags."""

    targets: Mapping[Target, frozenset[str]]

    def meant(self, name: str) -> frozenset[Target]:
        """What a name, a pattern or `@tag` means; UsageError, with the nearest name, when that is nothing."""
        match = meant_by(name)
        found = {target for target, tags in self.targets.items() if match.meets(Subject(target, "", tags=tags))}
        if not found:
            raise UsageError(f"nothing that is watched is called {name!r}", hint=self._hint(name))
        return frozenset(found)

    def _hint(self, name: str) -> str:
        tags = {f"@{tag}" for each in self.targets.values() for tag in each}
        shown = sorted({*map(shown_target, self.targets), *tags})
        return _hint(name, sorted({*shown, *map(str, self.targets)}), shown, "watched")


def watched(config: Config, seen: Iterable[Target]) -> Watched:
    """Everything that is configured, and the repositories and packages that were seen: those may be meant by `me/*`."""
    names = [Target("pypi", package) for package in config.pypi.packages]
    names += [Target("github", name) for name in config.github.targets if not name.startswith("!")]
    names += [target for target in seen if target.source != "probe"]
    tagged = {Target("probe", endpoint.name): frozenset(endpoint.tags) for endpoint in config.endpoints}
    return Watched({**dict.fromkeys(names, frozenset()), **tagged})


def shown_target(target: Target) -> str:
    """As people call it: endpoints by their name, all others with their source."""
    return target.name if target.source == "probe" else str(target)


async def begin(store: Store, names: Collection[str], ends: datetime, note: str, now: datetime) -> list[Silenced]:
    """Silence each of these until then; one that is silent already is silent until then instead.

    Args:
        store: the history.
        names: of endpoints or other targets, `*` stands for anything; or `@tag`.
        ends: when it is over.
        note: why, clean; nothing: what was noted before.
        now: the time.
    """
    kept = await store.silences()
    await store.end_silences([each.key for each in kept if each.ends < now - _REMEMBERED])
    present = {each.name: each for each in in_force(kept, now)}
    done = []
    for name in names:
        before = present.get(name)
        fresh = Silence(ulid(now, secrets.randbits(80)), name, now, ends, note)
        after = fresh if before is None else replace(before, ends=ends, note=note or before.note)
        await store.keep_silence(after)
        done.append(Silenced(after, before))
    return done


async def end(store: Store, names: Collection[str] | None, now: datetime) -> list[Silence]:
    """End these silences, or all; returns those that were ended.

    Raises:
        UsageError: one of them is not silent; none was ended.
    """
    present = in_force(await store.silences(), now)
    known = sorted({each.name for each in present})
    for name in names or ():
        if name not in known:
            raise UsageError(f"{name!r} is not silenced", hint=_hint(name, known, known, "silenced"))
    ended = [each for each in present if names is None or each.name in names]
    for each in ended:
        await store.keep_silence(replace(each, ends=now))
    return ended


def in_force(silences: Iterable[Silence], now: datetime) -> list[Silence]:
    """Those that hold now, oldest first."""
    found = [each for each in silences if each.begins <= now < each.ends]
    return sorted(found, key=lambda each: (each.begins, each.name))


def _hint(name: str, known: Sequence[str], shown: Sequence[str], what: str) -> str:
    if near := get_close_matches(name, known, n=1):
        return f"did you mean {near[0]!r}?"
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return f"{what} are: {', '.join(shown[:_NAMED])}{more}" if shown else f"nothing is {what}"
