"""What an API grants us, as it has said last: calls that are left, and until when our token is good."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a primary limit."""

    limit: int
    remaining: int
    reset: datetime


@dataclass(slots=True)
class Allowance:
    """What one API has said to one account; of what it has not said, nothing is known."""

    api: str
    account: str
    """Tells accounts apart; no secret."""
    budgets: dict[str, Budget] = field(default_factory=dict)
    """By resource, such as `core`."""
    token_expires: datetime | None = None


class Allowances:
    """The newest of every API, for as long as the program runs: sources come and go."""

    def __init__(self) -> None:
        self._by_api: dict[str, Allowance] = {}

    def __iter__(self) -> Iterator[Allowance]:
        return iter(self._by_api.values())

    def of(self, api: str, account: str) -> Allowance:
        """What an API has said to this account; what it said to another before is forgotten."""
        known = self._by_api.get(api)
        if known is None or known.account != account:
            known = self._by_api[api] = Allowance(api, account)
        return known
