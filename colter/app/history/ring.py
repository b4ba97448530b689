"""Rounds on their way into the history. One that cannot be kept waits in memory, and is tried before the next one."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from colter.core.errors import FullError, StateError
from colter.core.model import AlertState, Delivery, Round
from colter.core.ports import Store

log = logging.getLogger(__name__)

MOST = 10_000
"""Readings and results that wait at most, or one round if that is larger."""


class Ring:
    """Keeps every round, in order, if need be later. When too many wait, the oldest are given up."""

    def __init__(self, store: Store, most: int = MOST) -> None:
        self._store = store
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._one_at_a_time = asyncio.Lock()
        self._overflowing = False
        self.dropped = 0
        """Readings and results that were given up so far."""

    @property
    def size(self) -> int:
        """Readings and results that wait."""
        return sum(waiting.size for waiting in self._waiting)

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep what waits and then this round; False when it was already kept.

        Raises:
            StateError: it waits as well. On a full disk, what it alerts about is kept by itself if that much fits.
        """
        self._waiting.append(_Waiting(done, states, deliveries))
        return await self.flush()

    async def flush(self) -> bool:
        """Keep what waits; whether the last round of it was new.

        Raises:
            StateError: not all of it could be kept; the rest goes on waiting.
        """
        async with self._one_at_a_time:
            try:
                return await self._keep_all()
            except FullError:
                with suppress(StateError):
                    await self._keep_alerts()
                raise
            finally:
                self._give_up_oldest()

    async def _keep_all(self) -> bool:
        new = False
        while self._waiting:
            first = self._waiting.popleft()
            try:
                new = await self._store.commit(first.round, first.states, first.deliveries)
            except (StateError, asyncio.CancelledError):
                self._waiting.appendleft(first)
                raise
        self._overflowing = False
        return new

    async def _keep_alerts(self) -> None:
        """Keep what waiting rounds alert about, in rounds of their own: the measurements follow when there is room."""
        for waiting in self._waiting:
            if waiting.states or waiting.notifications:
                key = f"{waiting.round.key}:alerts"
                bare = replace(waiting.round, key=key, readings=(), results=(), complete=frozenset())
                await self._store.commit(bare, waiting.states, waiting.notifications)
                waiting.forget_alerts()

    def _give_up_oldest(self) -> None:
        """Measurements only: what they have raised is taken over by the round behind them."""
        while max(self.size, len(self._waiting)) > self._most and len(self._waiting) > 1:
            oldest = self._waiting.popleft()
            self._waiting[0].take_over(oldest)
            self.dropped += oldest.size
            if not self._overflowing:
                self._overflowing = True
                log.warning("more than %d measurements wait to be kept: the oldest are given up", self._most)


@dataclass(slots=True)
class _Waiting:
    """What is to be committed in one piece."""

    round: Round
    states: Sequence[AlertState]
    deliveries: Sequence[Delivery]

    @property
    def size(self) -> int:
        return len(self.round.readings) + len(self.round.results)

    @property
    def notifications(self) -> Sequence[Delivery]:
        """What channels are owed. It carries its own text, so it need not refer to a round that may never be kept."""
        return [replace(each, round_key=None) for each in self.deliveries if each.lane == "channel"]

    def forget_alerts(self) -> None:
        self.states = ()
        self.deliveries = [each for each in self.deliveries if each.lane != "channel"]

    def take_over(self, older: "_Waiting") -> None:
        states = {(state.target, state.rule): state for state in (*older.states, *self.states)}
        self.states = list(states.values())
        self.deliveries = [*older.notifications, *self.deliveries]
