"""What is owed, in dictionaries; see `colter.core.ports.Outbox` for what is promised."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, dropwhile, islice
from types import MappingProxyType

from colter.core.clock import Clock
from colter.core.model import AlertState, Delivery, Lane, Owing, Refusal, Round
from colter.store import bounds
from colter.store.roster import Known, Roster
from colter.store.slices import as_far_as

_Who = tuple[Lane, str]


@dataclass(frozen=True, slots=True)
class _Row:
    """A delivery."""

    turn: int
    delivery: Delivery
    created: datetime
    weight: int
    """Entries of its round; a notification is one."""
    message: int | None = None
    """Turn of the first of those that arrived together."""

    @property
    def who(self) -> _Who:
        return self.delivery.lane, self.delivery.to


@dataclass(slots=True)
class _Recipient:
    """What is known of one sink or channel."""

    holder: str | None = None
    held_until: datetime | None = None
    problem: str | None = None
    failures: int = 0
    retry_at: datetime | None = None
    asked: bool = False
    dropped: int = 0
    refused: int = 0


class MemoryOutbox:
    """Deliveries of one process, which end with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._roster = Roster()
        self._states: dict[tuple[Known, str], AlertState] = {}
        self._turns = count(1)
        self._owed: dict[str, _Row] = {}
        self._arrived: dict[str, _Row] = {}
        self._given_up: dict[str, _Row] = {}
        self._weights: dict[str, int] = {}
        self._recipients: defaultdict[_Who, _Recipient] = defaultdict(_Recipient)
        self._refusals: dict[tuple[object, ...], Refusal] = {}

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""
        return [row.delivery for row in self._owed.values()]

    async def owing(self) -> Sequence[Owing]:
        """The same, counted by recipient, with what is known of each: ordered by lane and name."""
        known = {who for who, each in self._recipients.items() if each.failures + each.dropped + each.refused}
        return [self._owing(*who) for who in sorted(known | {row.who for row in self._owed.values()})]

    async def claim(self, sink: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take or keep the right to deliver to this sink; False while somebody else has it."""
        known = self._recipients["sink", sink]
        held = known.held_until is not None and now < known.held_until <= now + bounds.LONGEST_LEASE
        if held and known.holder != holder:
            return False
        known.holder, known.held_until = holder, until
        return True

    async def release(self, sink: str, holder: str) -> None:
        """Give the right back; nothing happens when it was lost."""
        known = self._recipients["sink", sink]
        if known.holder == holder:
            known.holder = known.held_until = None

    async def next_owed(self, lane: Lane, to: str, *, most: int, after: str | None = None) -> Sequence[Delivery]:
        """The oldest deliveries after the one with this key, with at most so many entries together; at least one."""
        mine: Iterable[_Row] = self._owed_to(lane, to)
        if after in self._owed:
            mine = islice(dropwhile(lambda row: row.delivery.key != after, mine), 1, None)
        return [row.delivery for row in as_far_as(most, islice(mine, max(most, 1)), lambda row: row.weight)]

    async def settle(self, keys: Sequence[str], refused: Sequence[Refusal] = ()) -> None:
        """These have arrived, but for what was refused. Harmless twice."""
        now = self._clock.now()
        rows = [row for key in dict.fromkeys(keys) if (row := self._owed.pop(key, None)) is not None]
        told = [row for row in rows if row.delivery.lane == "channel"]
        for row in told:
            delivery = replace(row.delivery, settled=now, last_error=None)
            self._arrived[delivery.key] = replace(row, delivery=delivery, message=min(each.turn for each in told))
        if told:
            self._forget_arrived(now)
        new = {same: each for each in refused if (same := _sameness(each)) not in self._refusals}
        for to, number in Counter(each.to for each in new.values()).items():
            self._recipients["sink", to].refused += number
        self._refusals = dict([*self._refusals.items(), *new.items()][-bounds.MOST_REFUSALS :])

    async def note(
        self, lane: Lane, to: str, problem: str | None, *, retry_at: datetime | None = None, asked: bool = False
    ) -> None:
        """Remember how the last try went; no problem: all is well, and its failures are forgotten."""
        known = self._recipients[lane, to]
        known.problem, known.retry_at, known.asked = problem, retry_at, asked
        known.failures = 0 if problem is None else known.failures + 1

    async def drop(self, sink: str, *, before: datetime, most: int) -> int:
        """Give up what is owed since before then, and the oldest beyond so many entries; returns how many entries."""
        total = dropped = 0
        for row in reversed(self._owed_to("sink", sink)):
            total += row.weight
            if row.created < before or total > most:
                del self._owed[row.delivery.key]
                dropped += row.weight
        self._recipients["sink", sink].dropped += dropped
        return dropped

    async def refusals(self) -> Sequence[Refusal]:
        """Everything refused that is still kept, oldest first."""
        return list(self._refusals.values())

    async def exchange(
        self,
        put: Sequence[Delivery] = (),
        *,
        given_up: Mapping[str, str] = MappingProxyType({}),
        states: Sequence[AlertState] = (),
        decided: Sequence[str] = (),
    ) -> None:
        """Change what is owed to channels; harmless twice."""
        for each in put:
            self._owe(each)
            if (row := self._owed.get(each.key)) is not None:
                self._owed[each.key] = replace(row, delivery=replace(each, created=row.created, last_error=None))
        for key, reason in given_up.items():
            if (row := self._owed.get(key)) is not None and row.delivery.lane == "channel":
                del self._owed[key]
                dead = replace(row.delivery, settled=self._clock.now(), last_error=reason)
                self._given_up[key] = replace(row, delivery=dead)
                self._recipients[row.who].refused += 1
        kept = sorted(self._given_up.values(), key=lambda row: row.turn)[-bounds.MOST_DEAD_LETTERS :]
        self._given_up = {row.delivery.key: row for row in kept}
        self._stand(states)
        for key in decided:
            if (row := self._owed.get(key)) is not None and row.delivery.lane == "desk":
                del self._owed[key]

    async def arrived(self, incident: str) -> Sequence[Delivery]:
        """Notifications about this incident that have arrived, oldest first."""
        rows = [row for key, row in self._arrived.items() if key.startswith(f"{incident}:")]
        return [row.delivery for row in sorted(rows, key=lambda row: (row.delivery.settled, row.turn))]

    async def arrivals(self, to: str, since: datetime) -> Sequence[datetime]:
        """When messages have reached this channel since then, oldest first; what was settled together is one."""
        mine = [row for row in self._arrived.values() if row.delivery.to == to]
        by_message = {row.message: at for row in mine if (at := row.delivery.settled) is not None and at >= since}
        return sorted(by_message.values())

    async def undelivered(self) -> Sequence[Delivery]:
        """Notifications that are owed, and those that were given up and are still kept, oldest first."""
        rows = [*self._given_up.values(), *self._owed.values()]
        return [row.delivery for row in sorted(rows, key=lambda row: row.turn) if row.delivery.lane == "channel"]

    def _owe_all(self, done: Round, deliveries: Iterable[Delivery]) -> None:
        """Deliveries that were committed with a round."""
        self._weights[done.key] = len(done.readings) + len(done.results)
        for each in deliveries:
            self._owe(each)

    def _stand(self, states: Iterable[AlertState]) -> None:
        """Where rules stand now."""
        for state in states:
            if state.state != "gone":
                self._states[self._roster.place(state.target), state.rule] = state
            elif (known := self._roster.named.get(state.target)) is not None:
                self._states.pop((known, state.rule), None)

    def _owe(self, delivery: Delivery) -> None:
        if not any(delivery.key in rows for rows in (self._owed, self._arrived, self._given_up)):
            now = self._clock.now()
            weight = 1 if delivery.round_key is None else self._weights[delivery.round_key]
            self._owed[delivery.key] = _Row(next(self._turns), replace(delivery, created=now), now, weight)

    def _owed_to(self, lane: Lane, to: str) -> list[_Row]:
        return [row for row in self._owed.values() if row.who == (lane, to)]

    def _forget_arrived(self, now: datetime) -> None:
        """Those that arrived long ago; but of an open incident, the newest of each channel stays."""
        incidents = {state.incident for state in self._states.values()}
        needed: dict[tuple[str, str], str] = {}
        for key, row in sorted(self._arrived.items(), key=lambda item: item[1].turn):
            if (incident := key.partition(":")[0]) in incidents:
                needed[incident, row.delivery.to] = key
        self._arrived = {
            key: row
            for key, row in self._arrived.items()
            if key in needed.values() or (row.delivery.settled or now) >= now - bounds.ARRIVED_KEPT
        }

    def _owing(self, lane: Lane, to: str) -> Owing:
        mine, known = self._owed_to(lane, to), self._recipients[lane, to]
        return Owing(
            lane,
            to,
            deliveries=len(mine),
            entries=sum(row.weight for row in mine),
            since=min((row.created for row in mine), default=None),
            problem=known.problem,
            failures=known.failures,
            retry_at=known.retry_at,
            asked=known.asked,
            dropped=known.dropped,
            refused=known.refused,
        )


def _sameness(refusal: Refusal) -> tuple[object, ...]:
    """Equal when the same item was refused again, in whatever words."""
    return (refusal.to, refusal.round_key, refusal.target, refusal.at, refusal.item)
