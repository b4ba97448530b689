"""A store of one run that may last for weeks: it forgets rounds that nobody is owed any more."""

from collections.abc import Sequence

from colter.core.clock import Clock
from colter.core.model import AlertState, Delivery, Round
from colter.store.memory import MemoryStore

_FEWEST = 1000
"""So many rounds stay in any case."""


class PassingStore(MemoryStore):
    """A MemoryStore that does not grow: of rounds, it promises only those that are owed."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._most = _FEWEST

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep all of it; False when this round was already kept."""
        new = await super().commit(done, states, deliveries)
        if len(self._rounds) > self._most:
            self._forget_rounds()
        return new

    def _forget_rounds(self) -> None:
        owed = {row.delivery.round_key for row in self._owed.values()}
        self._rounds = {key: each for key, each in self._rounds.items() if key in owed}
        self._weights = {key: self._weights[key] for key in self._rounds}
        # Twice as many: while much is owed for long, most rounds are not looked through for nothing.
        self._most = 2 * len(self._rounds) + _FEWEST
