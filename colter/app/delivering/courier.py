"""Brings what is owed to one recipient: claim, send, settle; at least once, harmless twice, in order."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from colter.app.delivering.routes import Page, Route
from colter.core.clock import Clock
from colter.core.errors import Answer, DeliveryError
from colter.core.model import Owing, Refusal
from colter.core.ports import Store
from colter.core.units import format_duration

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""How long the right to deliver outlives its holder. Longer than any single request may take (10 s)."""
LONGEST_ASKED = timedelta(hours=1)
"""No recipient is left alone for longer; a time that is further off was written by a clock that was set back since."""
_LONGEST_WAIT = timedelta(minutes=5)
_TURN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be owed to one recipient. What is beyond is dropped and counted, and still in the history."""

    age: timedelta = timedelta(days=7)
    entries: int = 5_000_000


class _TakenError(DeliveryError):
    """Another process has the right to deliver, and will do it."""


def backoff(failures: int) -> timedelta:
    """At random between 1 s and 2^failures s or 5 min: clients that failed together must not come back together."""
    longest = min(_LONGEST_WAIT.total_seconds(), 2.0 ** min(failures, 10))
    return timedelta(seconds=random.uniform(1, longest))  # noqa: S311  jitter, no secret


def rest(error: DeliveryError, failures: int) -> timedelta:
    """How long to leave a recipient alone that has failed so many times in a row, the last time in this way."""
    return error.retry_after or (_LONGEST_WAIT if error.answer is Answer.PAUSE else backoff(failures))


@dataclass(slots=True)
class Courier:
    """Delivers along one route. At most one works for the same recipient at a time, whatever process it is in."""

    route: Route
    store: Store
    clock: Clock
    holder: str
    """Who claims; unique among all that share the store."""
    bounds: Bounds = Bounds()
    lease: timedelta = LEASE
    gave_up: Callable[[int], None] = lambda _: None
    """Told of so many entries that will never be there."""
    arrived: Callable[[int | None], None] = lambda _: None
    """Told of so many more entries that are safe there; None: it takes nothing just now, and is tried again."""
    refused: list[Refusal] = field(default_factory=list)
    """What was refused for good on the way."""
    _moved: float = 0.0
    """When something last arrived."""
    _failures: int = 0
    """Tries in a row that failed, those of earlier runs too."""

    async def deliver(self, patience: timedelta) -> None:
        """Deliver until nothing is owed.

        Args:
            patience: how long to go on while nothing arrives.

        Raises:
            DeliveryError: something is still owed. It is kept, and tried again by whoever delivers next.
        """
        await self._drop()
        known = await self._known()
        if not known.deliveries:
            return
        self._respect(known)
        self._failures, self._moved = known.failures, self.clock.monotonic()
        while True:
            try:
                await self._claim(patience)
                await self._bring_all()
            except _TakenError:  # says nothing about the recipient
                raise
            except DeliveryError as error:
                wait = await self._note(error)
                if error.answer is not Answer.RETRY or self._waited() + wait > patience:
                    raise
                self.arrived(None)
            else:
                return
            finally:
                await self.store.release(self.route.name, self.holder)
            await self.clock.sleep(wait)

    async def _bring_all(self) -> None:
        page = await self.route.load(None)
        while page:
            behind = page.keys[-1]
            # The next one is read while this one is on its way, but not for a recipient that may take nothing.
            upcoming = None if self.route.careful else asyncio.create_task(self.route.load(behind))
            try:
                refused = await self.route.bring(page, self._still_ours)
                await self._settle(page, refused)
            finally:
                following = await upcoming if upcoming else None  # to its end: the store must not be closed under it
            page = following if upcoming else await self.route.load(behind)

    async def _settle(self, page: Page, refused: list[Refusal]) -> None:
        await self.store.settle(page.keys, refused)
        self.refused += refused
        self.route.adapt(arrived=True)
        self._moved = self.clock.monotonic()
        if self._failures:
            self._failures = 0
            await self.store.note("sink", self.route.name, None)
        self.arrived(page.count)

    async def _note(self, error: DeliveryError) -> timedelta:
        """Remember the failure; how long to wait before the next try."""
        self._failures += 1
        self.route.adapt(arrived=False)
        wait, asked = rest(error, self._failures), error.retry_after is not None
        await self.store.note("sink", self.route.name, str(error), retry_at=self.clock.now() + wait, asked=asked)
        log.info("%s: not delivered (%d in a row): %s", self.route.name, self._failures, error)
        return wait

    async def _claim(self, patience: timedelta) -> None:
        waited = self.clock.monotonic()
        while not await self._take():
            if self.clock.monotonic() - waited > patience.total_seconds():
                raise _TakenError(
                    f"{self.route.name}: another Colter is delivering to it",
                    hint="it delivers what is owed here as well; `colter status` shows how far it is",
                )
            await self.clock.sleep(_TURN)

    async def _still_ours(self) -> None:
        if not await self._take():
            raise _TakenError(f"{self.route.name}: another Colter has taken over")

    async def _take(self) -> bool:
        now = self.clock.now()
        return await self.store.claim(self.route.name, self.holder, now + self.lease, now)

    async def _known(self) -> Owing:
        all_owing = await self.store.owing()
        mine = (owing for owing in all_owing if (owing.lane, owing.to) == ("sink", self.route.name))
        return next(mine, Owing("sink", self.route.name))

    def _respect(self, known: Owing) -> None:
        """Not a request before the time that the recipient itself has asked for."""
        now = self.clock.now()
        if known.asked and known.retry_at and now < known.retry_at <= now + LONGEST_ASKED:
            wait = format_duration(known.retry_at - now)
            raise DeliveryError(
                f"{self.route.name}: asked to be left alone for another {wait}: {known.problem}",
                retry_after=known.retry_at - now,
            )

    async def _drop(self) -> None:
        before = self.clock.now() - self.bounds.age
        dropped = await self.store.drop(self.route.name, before=before, most=self.bounds.entries)
        if dropped:
            self.gave_up(dropped)

    def _waited(self) -> timedelta:
        return timedelta(seconds=self.clock.monotonic() - self._moved)
