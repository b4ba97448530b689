"""Which target a name means: identities outlive names, and the history follows the identity."""

from collections.abc import Iterable
from dataclasses import dataclass

from colter.core.model import Target


@dataclass(slots=True, eq=False)
class Known:
    """One target as the history knows it, under the name it has now."""

    target: Target
    identity: str | None = None
    row_id: int = 0
    """Row in the database; 0: not written yet, or there is no database."""


class Roster:
    """Targets by identity and by every name they ever had.

    A name means one target at a time. A former name goes on meaning its target until another target takes it:
    a repository that was deleted and made again has a new identity, and so a history of its own.
    """

    def __init__(self) -> None:
        self.named: dict[Target, Known] = {}
        self.identified: dict[tuple[str, str], Known] = {}
        self.taken: dict[Target, Known] = {}
        """Names given to targets by `place`, for whoever writes them down."""
        self.touched: dict[Known, None] = {}
        """Targets made, renamed or identified by `place`, in that order."""

    def learn(self, known: Known, *names: Target) -> None:
        """Add what is known: these names mean this target."""
        self.named.update(dict.fromkeys(names, known))
        if known.identity is not None:
            self.identified[known.target.source, known.identity] = known

    def place(self, target: Target, identity: str | None = None) -> Known:
        """The target that was looked at, made or renamed where needed."""
        known = self._find(target, identity)
        if known is None:
            known = Known(target, identity)
            self.touched[known] = None
        elif identity is not None and (known.target, known.identity) != (target, identity):
            known.target, known.identity = target, identity
            self.touched[known] = None
        if self.named.get(target) is not known:
            self.taken[target] = known
        self.learn(known, target)
        return known

    def forget(self, known: Known) -> list[Target]:
        """Know nothing of it any more; returns all the names that meant it."""
        names = [name for name, of in self.named.items() if of is known]
        self.named = {name: of for name, of in self.named.items() if of is not known}
        self.identified = {key: of for key, of in self.identified.items() if of is not known}
        return names

    def current(self) -> Iterable[Known]:
        """Targets whose own name still means them."""
        return (known for name, known in self.named.items() if known.target == name)

    def _find(self, target: Target, identity: str | None) -> Known | None:
        by_name = self.named.get(target)
        if identity is None:
            return by_name
        by_identity = self.identified.get((target.source, identity))
        if by_identity is None and by_name is not None and by_name.identity is None:
            return by_name
        return by_identity
