"""Silences: begun, changed and ended by hand, kept in the history, honoured by whoever decides about alerts."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from colter.core.alerting.incident_id import ulid
from colter.core.errors import UsageError
from colter.core.model import Silence
from colter.core.names import did_you_mean, few
from colter.core.ports import Store

LONGEST = timedelta(days=365)
"""What is to be quiet for longer should not be watched."""

_REMEMBERED = timedelta(days=90)
"""So long a silence is kept when it is over: `alerts simulate` honours it."""
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Silenced:
    """A silence as it is kept now, and the one whose place it took."""

    now: Silence
    before: Silence | None


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
            raise UsageError(f"{name!r} is not silenced", hint=_hint(name, known))
    ended = [each for each in present if names is None or each.name in names]
    for each in ended:
        await store.keep_silence(replace(each, ends=now))
    return ended


def in_force(silences: Iterable[Silence], now: datetime) -> list[Silence]:
    """The silences that hold now, oldest first."""
    found = [each for each in silences if each.begins <= now < each.ends]
    return sorted(found, key=lambda each: (each.begins, each.name))


def _hint(name: str, silenced: Sequence[str]) -> str:
    if guess := did_you_mean(name, silenced):
        return guess
    return f"silenced are: {few(silenced, _SHOWN)}" if silenced else "nothing is silenced"
