"""What is owed, in dictionaries; see `colter.core.ports.Outbox` for what is promised."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile, islice

from colter.core.clock import Clock
from colter.core.model import Delivery, Owing, Refusal, Round
from colter.core.ports import Lane
from colter.store import bounds
from colter.store.slices import as_far_as

_Who = tuple[Lane, str]


@dataclass(frozen=True, slots=True)
class _Owed:
    """A delivery that is not settled."""

    delivery: Delivery
    created: datetime
    weight: int
    """Entries of its round; a notification is one."""

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
        self._owed: dict[str, _Owed] = {}
        self._told: set[str] = set()
        """Settled notifications: they are not owed again."""
        self._weights: dict[str, int] = {}
        self._recipients: defaultdict[_Who, _Recipient] = defaultdict(_Recipient)
        self._refusals: dict[tuple[object, ...], Refusal] = {}

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""
        return [owed.delivery for owed in self._owed.values()]

    async def owing(self) -> Sequence[Owing]:
        """The same, counted by recipient, with what is known of each: ordered by lane and name."""
        known = {who for who, each in self._recipients.items() if each.failures + each.dropped + each.refused}
        return [self._owing(*who) for who in sorted(known | {owed.who for owed in self._owed.values()})]

    async def claim(self, lane: Lane, to: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take or keep the right to deliver to this recipient; False while somebody else has it."""
        known = self._recipients[lane, to]
        held = known.held_until is not None and now < known.held_until <= now + bounds.LONGEST_LEASE
        if held and known.holder != holder:
            return False
        known.holder, known.held_until = holder, until
        return True

    async def release(self, lane: Lane, to: str, holder: str) -> None:
        """Give the right back; nothing happens when it was lost."""
        known = self._recipients[lane, to]
        if known.holder == holder:
            known.holder = known.held_until = None

    async def next_owed(self, lane: Lane, to: str, *, most: int, after: str | None = None) -> Sequence[Delivery]:
        """The oldest deliveries after the one with this key, with at most so many entries together; at least one."""
        mine: Iterable[_Owed] = self._owed_to(lane, to)
        if after in self._owed:
            mine = islice(dropwhile(lambda owed: owed.delivery.key != after, mine), 1, None)
        return [owed.delivery for owed in as_far_as(most, islice(mine, max(most, 1)), lambda owed: owed.weight)]

    async def settle(self, keys: Sequence[str], refused: Sequence[Refusal] = ()) -> None:
        """These have arrived, but for what was refused. Harmless twice."""
        for key in keys:
            settled = self._owed.pop(key, None)
            if settled and settled.delivery.lane == "channel":
                self._told.add(key)
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

    async def drop(self, lane: Lane, to: str, *, before: datetime, most: int) -> int:
        """Give up what was committed before that, and the oldest beyond so many entries; returns how many entries."""
        total = dropped = 0
        for owed in reversed(self._owed_to(lane, to)):
            total += owed.weight
            if owed.created < before or total > most:
                del self._owed[owed.delivery.key]
                dropped += owed.weight
        self._recipients[lane, to].dropped += dropped
        return dropped

    async def refusals(self) -> Sequence[Refusal]:
        """Everything refused that is still kept, oldest first."""
        return list(self._refusals.values())

    def _owe(self, done: Round, deliveries: Iterable[Delivery]) -> None:
        """Deliveries that were committed with a round."""
        self._weights[done.key] = len(done.readings) + len(done.results)
        for each in deliveries:
            if each.key not in self._told:
                weight = 1 if each.round_key is None else self._weights[each.round_key]
                self._owed.setdefault(each.key, _Owed(each, self._clock.now(), weight))

    def _owed_to(self, lane: Lane, to: str) -> list[_Owed]:
        return [owed for owed in self._owed.values() if owed.who == (lane, to)]

    def _owing(self, lane: Lane, to: str) -> Owing:
        mine, known = self._owed_to(lane, to), self._recipients[lane, to]
        return Owing(
            lane,
            to,
            deliveries=len(mine),
            entries=sum(owed.weight for owed in mine),
            since=min((owed.created for owed in mine), default=None),
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
