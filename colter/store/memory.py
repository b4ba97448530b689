"""A store that forgets when the process ends: for --no-store, --dry-run and tests."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from colter.core.model import AlertState, Delivery, Event, ProbeResult, Reading, Round, Target
from colter.core.ports import Cached, LastKnown, TargetStatus
from colter.store.kept import kept
from colter.store.roster import Known, Roster


@dataclass(slots=True)
class _Last:
    """The newest that was seen of one target."""

    reading: Reading | None = None
    info: Mapping[str, str] = field(default_factory=dict)
    numbers: dict[str, LastKnown] = field(default_factory=dict)
    result: ProbeResult | None = None
    since: datetime | None = None


class MemoryStore:
    """Everything in dictionaries; see `colter.core.ports.Store` for what is promised."""

    def __init__(self) -> None:
        self._roster = Roster()
        self._rounds: dict[str, tuple[Round, list[Known]]] = {}
        self._last: defaultdict[Known, _Last] = defaultdict(_Last)
        self._events: set[tuple[Known, str, str]] = set()
        self._daily: defaultdict[tuple[Known | None, str], dict[date, int]] = defaultdict(dict)
        self._marks: defaultdict[Known | None, dict[str, str]] = defaultdict(dict)
        self._states: dict[tuple[Known, str], AlertState] = {}
        self._outbox: dict[str, Delivery] = {}
        self._cache: dict[str, Cached] = {}

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep all of it; False when this round was already kept."""
        if done.key in self._rounds:
            return False
        done = kept(done)
        looked_at = [self._roster.place(reading.target, reading.identity) for reading in done.readings]
        readings = tuple(self._keep(known, reading) for known, reading in zip(looked_at, done.readings, strict=True))
        self._rounds[done.key] = (replace(done, readings=readings), looked_at)
        for known, reading in sorted(zip(looked_at, readings, strict=True), key=lambda pair: pair[1].at):
            self._remember_reading(self._last[known], reading)
        for result in sorted(done.results, key=lambda result: result.at):
            self._remember_result(self._last[self._roster.place(result.target)], result)
        for state in states:
            self._states[self._roster.place(state.target), state.rule] = state
        for delivery in deliveries:
            self._outbox.setdefault(delivery.key, delivery)
        return True

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""
        seen = (known for known in self._roster.current() if known in self._last)
        return [_status(known, self._last[known]) for known in sorted(seen, key=lambda known: known.target)]

    async def rounds(self, since: datetime, until: datetime) -> Sequence[Round]:
        """Rounds that finished in [since, until), oldest first; targets under the names they have now."""
        return [
            replace(
                done,
                readings=tuple(
                    replace(reading, target=known.target, identity=known.identity)
                    for known, reading in zip(looked_at, done.readings, strict=True)
                ),
            )
            for done, looked_at in sorted(self._rounds.values(), key=lambda entry: entry[0].finished)
            if since <= done.finished < until
        ]

    async def alert_states(self) -> Sequence[AlertState]:
        """All alert states, ordered by target and rule."""
        current = set(self._roster.current())
        states = [replace(state, target=known.target) for (known, _), state in self._states.items() if known in current]
        return sorted(states, key=lambda state: (state.target, state.rule))

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""
        return list(self._outbox.values())

    async def cached(self, key: str) -> Cached | None:
        """The reply kept under this key."""
        return self._cache.get(key)

    async def cache(self, key: str, reply: Cached) -> None:
        """Keep a reply, in place of an older one."""
        self._cache[key] = reply

    async def marks(self, target: Target) -> Mapping[str, str]:
        """The target's high-water marks; empty on first sight."""
        return dict(self._marks.get(self._roster.named.get(target), {}))

    async def daily(self, target: Target, series: str) -> Mapping[date, int]:
        """All days ever committed of one series of a target."""
        return dict(self._daily.get((self._roster.named.get(target), series), {}))

    async def identities(self, source: str) -> Mapping[str, str]:
        """Identity by name, of every target of a source, with its former names too."""
        return {
            name.name: known.identity
            for name, known in self._roster.named.items()
            if name.source == source and known.identity is not None
        }

    def _keep(self, known: Known, reading: Reading) -> Reading:
        """Merge what belongs to the target, and return what belongs to this look alone."""
        for day in reading.daily:
            counts = self._daily[known, day.series]
            counts[day.day] = max(day.count, counts.get(day.day, day.count))
        self._marks[known].update(reading.marks)
        events = tuple(event for event in reading.events if self._is_new(known, event))
        return replace(reading, samples=tuple(reading.samples), events=events, daily=(), marks={})

    def _is_new(self, known: Known, event: Event) -> bool:
        key = (known, event.kind, event.key)
        seen = key in self._events
        self._events.add(key)
        return not seen

    @staticmethod
    def _remember_reading(last: _Last, reading: Reading) -> None:
        if last.reading is None or reading.at >= last.reading.at:
            last.reading = reading
            if reading.problem is None:
                last.info = reading.info
        for key, value in reading.values.items():
            before = last.numbers.get(key)
            if before is None or reading.at > before.at:
                previous = before.value if before else None
                last.numbers[key] = LastKnown(reading.target, key, value, reading.at, previous)
            elif reading.at == before.at:
                last.numbers[key] = replace(before, value=value)

    @staticmethod
    def _remember_result(last: _Last, result: ProbeResult) -> None:
        if last.result is not None and result.at < last.result.at:
            return
        if last.result is None or last.result.state != result.state:
            last.since = result.at
        last.result = result


def _status(known: Known, last: _Last) -> TargetStatus:
    looks = [look.at for look in (last.reading, last.result) if look is not None]
    return TargetStatus(
        target=known.target,
        at=max(looks),
        problem=last.reading.problem if last.reading else None,
        values={key: replace(last.numbers[key], target=known.target) for key in sorted(last.numbers)},
        info=last.info,
        missing=last.reading.missing if last.reading else {},
        result=last.result,
        since=last.since,
    )
