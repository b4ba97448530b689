"""Notifications that will never arrive where they should: kept as dead letters, and told on another channel (R11)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import Plan
from colter.core.alerting.decided import Decided
from colter.core.alerting.deliveries import to_delivery
from colter.core.alerting.outgoing import Outgoing, divert
from colter.core.clock import Clock
from colter.core.errors import StateError
from colter.core.ports import Store

log = logging.getLogger(__name__)

MOST = 1000
"""Rows of one channel that are looked at together."""


class DeadLetters:
    """Gives rows up, and has others told instead."""

    def __init__(self, store: Store, clock: Clock, desk: Desk, plan: Plan, more: Callable[[], None]) -> None:
        """`more` is called whenever there is more to tell."""
        self._store = store
        self._clock = clock
        self._desk = desk
        self._plan = plan
        self._more = more
        self._unsaved: list[Decided] = []
        """Decided already, and not written yet: the desk decides a thing only once."""

    def adopt(self, plan: Plan) -> None:
        """Go on by this one."""
        self._plan = plan

    def diverted(self, row: Outgoing) -> Outgoing | None:
        """The same for another channel; None when there is none, or when others follow its incident already."""
        others = {*row.notice.channels} - {row.channel, *row.refused_by}
        if others and not row.notice.opens:
            return None
        return divert(row, self._plan.fallback, self._plan.channels, self._clock.now())

    async def give_up(self, rows: Sequence[Outgoing], reason: str, left: Sequence[Outgoing] = ()) -> None:
        """Give these up and owe them to other channels, in one piece.

        Args:
            rows: of one channel, in order.
            reason: why, clean.
            left: what it is still owed behind them: who is told the beginning of an incident in its place is told what
                follows too (R5).

        Raises:
            StateError: it could not be kept; then nothing has changed.
        """
        now = self._clock.now()
        told = {row.key: other for row in rows if (other := self.diverted(row)) is not None}
        instead = {other.notice.incident: other for other in told.values()}
        following = [
            replace(other, notice=row.notice, queued=now, due=now)
            for row in (*rows, *left)
            if (other := instead.get(row.notice.incident))
            and other.notice.sequence < row.notice.sequence
            and other.channel not in row.notice.channels
        ]
        async with self._desk.turn:
            found = [state for row in rows if row.key in told for state in self._desk.diverted(row, told[row.key])]
            states = {(state.target, state.rule): state for state in found}
            fresh = await self._not_owed([*told.values(), *following])
            await self._store.exchange(
                [to_delivery(each) for each in (*fresh, *_parted(rows, left))],
                given_up={row.key: reason for row in rows},
                states=list(states.values()),
            )
        self._more()

    async def tell_of(self, channel: str, refusal: str | None) -> None:
        """Tell the other channels that this one refuses messages, or that it takes them again.

        Args:
            channel: which.
            refusal: why it refuses what it is given, clean; None: it has just taken a message.
        """
        async with self._desk.turn:
            decided = self._desk.channel(channel, refusal, self._clock.now())
            if not decided.empty:
                self._unsaved.append(decided)
                await self._save()

    async def save(self) -> None:
        """Write what could not be written before; when it still cannot be, it goes on waiting."""
        async with self._desk.turn:
            await self._save()

    async def _save(self) -> None:
        try:
            while self._unsaved:
                first = self._unsaved[0]
                await self._store.exchange(first.deliveries, states=first.states)
                self._unsaved.pop(0)
                self._more()
        except StateError as error:
            log.warning("that a channel refuses messages could not be written down: %s", error)

    async def _not_owed(self, rows: Sequence[Outgoing]) -> list[Outgoing]:
        """Those that nobody else has diverted to the same channel before: there they may be on their way."""
        owed = {
            delivery.key
            for channel in {row.channel for row in rows}
            for delivery in await self._store.next_owed("channel", channel, most=MOST)
        }
        return [row for row in rows if row.key not in owed]


def _parted(rows: Sequence[Outgoing], left: Sequence[Outgoing]) -> list[Outgoing]:
    """What is left of messages of which a part is given up: under the same key it would be another message."""
    broken = {row.begun for row in rows if row.begun is not None}
    return [replace(row, begun=None) for row in left if row.begun in broken]
