"""Followers of an owner, from REST: GraphQL has none for organizations."""

from datetime import timedelta

from colter.sources.github.access import Access
from colter.sources.github.look import Look
from colter.sources.github.values import count, dig

_LIFETIME = timedelta(days=1)
"""They move slowly, and every owner costs a request."""


class Followers:
    """Asks for each owner once."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._told: dict[str, float | str] = {}

    async def add_to(self, look: Look) -> None:
        """Keep the number, unless it is already there."""
        key, owner = "owner_followers", look.owner
        if key in look.values or key in look.missing:
            return
        if owner not in self._told:
            with look.attempt(key):
                # `/users/` answers for organizations too.
                told = await self._access.read(f"/users/{owner}", _LIFETIME)
                self._told[owner] = count(dig(told, ("followers",)))
        if reason := look.missing.get(key):
            self._told[owner] = reason
        match self._told[owner]:
            case str(reason):
                look.missing[key] = reason
            case number:
                look.values[key] = number
