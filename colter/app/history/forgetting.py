"""For `colter forget`: which targets are meant by names, and whether they may be forgotten now."""

from collections.abc import Sequence

from colter.app.watched_targets import WatchedTargets
from colter.core.errors import DeliveryError, UsageError
from colter.core.model import Holding, Target
from colter.core.names import did_you_mean, few
from colter.core.ports import Store
from colter.sources.pypi.names import same_name

_SHOWN = 10


async def find(store: Store, names: Sequence[str]) -> list[Holding]:
    """What the history has of the targets that these names mean; each target once.

    Raises:
        UsageError: one of them means nothing, or more than one target.
    """
    known = [status.target for status in await store.status()]
    found: dict[Target, Holding] = {}
    for name in names:
        holding = await store.holding(_meant(name, known))
        if holding is None:
            raise UsageError(f"nothing is known of {name!r}", hint=_hint(name, known))
        found[holding.target] = holding
    return list(found.values())


def check(watched: WatchedTargets, holding: Holding) -> None:
    """Raise unless it may be forgotten.

    Raises:
        UsageError: it is still configured.
        DeliveryError: a sink has not taken all of it yet.
    """
    if place := watched.place(holding.target):
        raise UsageError(
            f"{holding.target} is still configured: {place}",
            hint="take it out of the configuration first; or --force: what is measured from then on begins anew",
        )
    if holding.owed_to:
        raise DeliveryError(
            f"{holding.target}: not all of it has reached {', '.join(sorted(holding.owed_to))} yet",
            hint="`colter export` brings it there; with --force, what is owed of it is given up",
        )


def _meant(name: str, known: Sequence[Target]) -> Target:
    source, colon, rest = name.partition(":")
    if colon and source in {"probe", "github", "pypi"}:
        return Target(source, same_name(rest) if source == "pypi" else rest)
    meant = [target for target in known if target.name == name]
    if len(meant) > 1:
        raise UsageError(f"{name!r} means several targets", hint=f"one of: {', '.join(map(str, meant))}")
    if not meant:
        raise UsageError(f"nothing is known of {name!r}", hint=_hint(name, known))
    return meant[0]


def _hint(name: str, known: Sequence[Target]) -> str:
    written = sorted(map(str, known))
    if guess := did_you_mean(name, [*written, *(target.name for target in known)]):
        return guess
    return f"known are: {few(written, _SHOWN)}" if written else "nothing is known yet"
