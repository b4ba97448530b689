"""Keeps rounds, with what is owed of them and what was decided about them, in one transaction each."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from colter.app.cycle import commit, make_round
from colter.app.history.ring import Ring
from colter.config.schema.config import Config
from colter.core.alerting.decided import NOTHING
from colter.core.clock import Clock
from colter.core.errors import ColterError, FullError, StateError
from colter.core.model import Round
from colter.core.ports import Store
from colter.core.units import format_amount

if TYPE_CHECKING:
    from colter.app.alerting.alerting import Alerting

log = logging.getLogger(__name__)

_AGAIN = timedelta(minutes=10)
"""When there was room for so long, that there is none is news."""


class Keeper:
    """Every round passes here, whoever has made it."""

    def __init__(self, store: Store, sinks: Iterable[str], *, lasting: bool, forever: bool) -> None:
        """A keeper.

        Args:
            store: where to.
            sinks: what every round is owed to.
            lasting: whether what is kept outlives this run.
            forever: a daemon makes rounds of endpoints every second: none of them is worth a line in the log.
        """
        self._ring = Ring(store)
        self._sinks = tuple(sinks)
        self._lasting = lasting
        self._forever = forever
        self.alerting: Alerting | None = None
        """Who decides what there is to tell; None: nothing is ever told."""
        self._no_room: datetime | None = None
        """When there was no room for a round, the last time."""
        self._kept_since = True
        """Whether something was kept since then."""
        self.failed: ColterError | None = None
        """Why the last round could not be kept; None: it was."""
        self.kept: Callable[[Round], None] = _ignore
        """Told of every round that was kept."""

    async def keep(self, done: Round) -> None:
        """Keep a round; when there is no room for it just now, it waits in memory. Never raises."""
        if done.readings or done.results:
            before, self.failed = self.failed, await self._commit(done)
            if (failed := self.failed) is None:
                self.kept(done)
            # Of what is not to be kept, the log file tells nothing either.
            quiet = not self._lasting or (self._forever and not done.readings and str(failed) == str(before))
            level = logging.DEBUG if quiet else logging.INFO
            waits = "" if failed is None else f"; {failed}; {self._ring.size} wait, {self._ring.dropped} were given up"
            log.log(level, "round %s: %s%s", done.key, _summary(done), waits)
            if self._forever and self.alerting:
                await self._mind_room(self.alerting, failed, done.finished)

    @property
    def waiting(self) -> tuple[int, int]:
        """Readings and results that could not be kept yet, and those that were given up."""
        return self._ring.size, self._ring.dropped

    async def keep_rest(self) -> StateError | None:
        """Try once more to keep what could not be kept; an error tells what is lost now."""
        reason, hint = "there was no room for too long", None
        try:
            await self._ring.flush()
        except StateError as error:
            reason, hint = str(error), error.hint
        lost = self._ring.size + self._ring.dropped
        if not lost:
            return None
        were = "1 measurement was" if lost == 1 else f"{lost} measurements were"
        return StateError(f"{reason}: {were} not kept", hint=hint)

    async def adopt(self, config: Config, rhythm: timedelta, channels: Collection[str], clock: Clock) -> None:
        """Decide by another configuration from now on (`Alerting.adopt`); that may give something to tell itself."""
        if not (alerting := self.alerting):
            return
        async with alerting.turn:
            decided = await alerting.adopt(config, rhythm, channels)
            if not decided.empty:  # behind the rounds that wait, with states that are older
                await commit(self._ring, make_round(clock, clock.now()), (), decided)
        alerting.wake()

    async def _mind_room(self, alerting: "Alerting", failed: ColterError | None, now: datetime) -> None:
        if failed is None:
            self._kept_since = True
            alerting.there_is_room()
        elif isinstance(failed, FullError):
            is_news = self._kept_since and (self._no_room is None or now - self._no_room > _AGAIN)
            self._no_room, self._kept_since = now, False
            if is_news:
                waits = "what is measured waits in memory, and so does an alert that finds no room"
                await alerting.no_room(f"{failed}; {waits}")

    async def _commit(self, done: Round) -> ColterError | None:
        alerting = self.alerting
        if alerting is None:
            return await commit(self._ring, done, self._sinks, NOTHING)
        async with alerting.turn:
            decided = await alerting.decide(done)
            failed = await commit(self._ring, done, self._sinks, decided)
        if decided.deliveries:
            alerting.wake()
        return failed


def _ignore(_: Round) -> None:
    """What is told of kept rounds as long as nobody asks to be told."""


def _summary(done: Round) -> str:
    """Such as `12 readings (11 ok, 1 partial) in 2.3 s`."""
    what = "reading" if done.readings else "result"
    found = Counter(
        [reading.status.value for reading in done.readings] + [result.state.value for result in done.results]
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.most_common())
    return f"{format_amount(found.total(), what)} ({kinds}) in {(done.finished - done.started).total_seconds():.1f} s"
