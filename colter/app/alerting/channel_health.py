"""How well a channel works: how often in a row it failed, and how long it is left alone after that."""

import logging
from datetime import timedelta

from colter.app.delivering.courier import LONGEST_ASKED, rest
from colter.core.clock import Clock
from colter.core.errors import DeliveryError
from colter.core.model import Owing
from colter.core.ports import Store

log = logging.getLogger(__name__)

_NOTHING = timedelta(0)


class ChannelHealth:
    """How well one channel works. Waits are measured by the monotonic clock, so setting the clock changes none."""

    def __init__(self, name: str, store: Store, clock: Clock) -> None:
        self._name = name
        self._store = store
        self._clock = clock
        self._recalled = False
        self._rests_until = 0.0
        self.failures = 0
        """Tries in a row that failed, those of earlier runs too."""
        self.problem: DeliveryError | None = None
        """How the last try of this run has failed; None when it did not."""

    async def rests(self) -> timedelta:
        """How long it is still left alone. After a restart, only as long as the channel itself has asked for."""
        if not self._recalled:
            await self._recall()
        return max(_NOTHING, timedelta(seconds=self._rests_until - self._clock.monotonic()))

    async def forget(self) -> None:
        """Forget its failures: it has other settings now, so they tell nothing any more."""
        self._recalled, self._rests_until = True, 0.0
        await self.well()

    async def failed(self, error: DeliveryError) -> None:
        """Note that it has not taken a message, and when to try it again."""
        self.failures += 1
        self.problem = error
        wait = rest(error, self.failures)
        self._rest(wait)
        log.info("%s: has not taken a message (%d in a row): %s", self._name, self.failures, error)
        asked = error.retry_after is not None
        await self._store.note("channel", self._name, str(error), retry_at=self._clock.now() + wait, asked=asked)

    async def well(self) -> None:
        """Note that it has taken a message."""
        if self.failures:
            await self._store.note("channel", self._name, None)
        self.failures, self.problem = 0, None

    async def _recall(self) -> None:
        all_owing = await self._store.owing()
        mine = (owing for owing in all_owing if (owing.lane, owing.to) == ("channel", self._name))
        known = next(mine, Owing("channel", self._name))
        self.failures, self._recalled = known.failures, True
        if known.asked and known.retry_at is not None:
            self._rest(min(known.retry_at - self._clock.now(), LONGEST_ASKED))
            self.problem = DeliveryError(known.problem or f"{self._name}: asked to be left alone")

    def _rest(self, length: timedelta) -> None:
        self._rests_until = self._clock.monotonic() + length.total_seconds()
