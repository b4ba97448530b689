"""The whole of a store in memory: rounds, what they come to, and what is noted beside them."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from colter.core.clock import Clock, SystemClock
from colter.core.model import (
    AlertState,
    DailyCount,
    Delivery,
    EndpointState,
    Event,
    Holding,
    Latest,
    Reading,
    Round,
    Target,
)
from colter.core.ports import TargetStatus, Values
from colter.store import bounds
from colter.store.kept import kept
from colter.store.memory.newest import Last, remember_reading, remember_result, status_of
from colter.store.memory.notes import MemoryNotes
from colter.store.memory.retire import without_needless, without_results, without_target
from colter.store.memory.upkeep import Kept
from colter.store.roster import Known
from colter.store.slices import as_far_as


@dataclass(slots=True)
class _Day:
    """A number of one day, and the round that last raised it."""

    count: int
    round_key: str


class MemoryStore(MemoryNotes):
    """Everything in dictionaries; see `colter.core.ports.Store` for what is promised."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock or SystemClock())
        self._last: defaultdict[Known, Last] = defaultdict(Last)
        self._events: set[tuple[Known, str, str]] = set()
        self._daily: defaultdict[Known | None, dict[tuple[str, date], _Day]] = defaultdict(dict)
        self._marks: defaultdict[Known | None, dict[str, str]] = defaultdict(dict)

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
        pairs = zip(looked_at, done.readings, strict=True)
        readings = tuple(self._keep(known, reading, done.key) for known, reading in pairs)
        self._rounds[done.key] = (replace(done, readings=readings), looked_at)
        for known, reading in sorted(zip(looked_at, readings, strict=True), key=lambda pair: pair[1].at):
            remember_reading(self._last[known], reading, done.key, self._clock.now())
        for result in sorted(done.results, key=lambda result: result.at):
            remember_result(self._last[self._roster.place(result.target)], result, self._clock.now())
        self._stand(states)
        self._owe_all(done, deliveries)
        return True

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""
        seen = (known for known in self._roster.current() if known in self._last)
        return [status_of(known, self._last[known]) for known in sorted(seen, key=lambda known: known.target)]

    async def latest(self) -> Sequence[Latest]:
        """By source: the newest look at every target that is still watched, ordered by target."""
        looks = sorted(
            ((known, self._last[known]) for known in self._roster.current() if known in self._last),
            key=lambda look: look[0].target,
        )
        return [
            self._latest(source, [look for look in looks if look[0].target.source == source])
            for source in sorted({known.target.source for known, _ in looks})
        ]

    async def rounds(
        self, since: datetime, until: datetime, *, after: str | None = None, most: int | None = None
    ) -> Sequence[Round]:
        """Rounds that finished in [since, until), oldest first; targets under the names they have now."""
        found = self._window(since, until, after)
        if most is not None:
            found = list(as_far_as(most, found[: max(most, 1)], lambda each: self._weights[each[0].key]))
        return [self._as_now(*each) for each in found]

    async def rounds_by_key(self, keys: Sequence[str]) -> Sequence[Round]:
        """The rounds with these keys that are there, oldest first."""
        wanted = set(keys)
        return [self._as_now(*each) for each in self._oldest_first() if each[0].key in wanted]

    async def entries(self, since: datetime, until: datetime, *, after: str | None = None) -> int:
        """How many readings and results `rounds` would bring altogether."""
        return sum(self._weights[done.key] for done, _ in self._window(since, until, after))

    async def alert_states(self) -> Sequence[AlertState]:
        """All alert states, ordered by target and rule."""
        current = set(self._roster.current())
        states = [replace(state, target=known.target) for (known, _), state in self._states.items() if known in current]
        return sorted(states, key=lambda state: (state.target, state.rule))

    async def values(self, targets: Sequence[Target], keys: Collection[str], since: datetime) -> Values:
        """Plain numbers as they were read since then; a target or key of which nothing is known is absent."""
        looks = sorted(self._looks(), key=lambda look: look[1].at)
        found: dict[Target, dict[str, list[tuple[datetime, float]]]] = {}
        for name in targets:
            known = self._roster.named.get(name)
            for reading in (reading for of, reading in looks if of is known and reading.at >= since):
                for sample in reading.samples:
                    if sample.metric.key in keys and not sample.metric.labels:
                        series = found.setdefault(name, {}).setdefault(sample.metric.key, [])
                        series.append((reading.at, sample.value))
        return found

    async def first_and_last(
        self, targets: Sequence[Target], keys: Collection[str], since: datetime, until: datetime
    ) -> Values:
        """Plain numbers that were read in [since, until): of each the first and the last, or the only one."""
        found: dict[Target, dict[str, list[tuple[datetime, float]]]] = {}
        for name, numbers in (await self.values(targets, keys, since)).items():
            for key, series in numbers.items():
                if within := [each for each in series if each[0] < until]:
                    found.setdefault(name, {})[key] = within if len(within) == 1 else [within[0], within[-1]]
        return found

    async def events(
        self, targets: Sequence[Target], since: datetime, until: datetime
    ) -> Mapping[Target, Sequence[Event]]:
        """What happened to these in [since, until), oldest first; a target to which nothing did is absent."""
        found: defaultdict[Known, list[Event]] = defaultdict(list)
        for known, reading in self._looks():
            found[known] += [event for event in reading.events if since <= event.at < until]
        names = {name: self._roster.named.get(name) for name in targets}
        return {
            name: sorted(found[known], key=lambda event: event.at)
            for name, known in names.items()
            if known and found[known]
        }

    async def retire(
        self,
        *,
        results: datetime | None,
        readings: datetime | None,
        tallies: datetime | None,
        most: int,  # noqa: ARG002  it takes no time
    ) -> int:
        """Forget what is older than that; returns how many results, readings and tallies went."""
        before, rounds = self._size(), list(self._rounds.values())
        owed = {row.delivery.round_key for row in self._owed.values()}
        stay = (
            owed | {done.key for done in self._tallies.uncounted(done for done, _ in rounds)} | self._holding_newest()
        )
        if results is not None:
            old = results
            rounds = list(without_results(rounds, lambda done: done.finished < old and done.key not in stay))
        if readings is not None:
            rounds = list(without_needless(rounds, readings, self._is_needed, lambda done: done.key not in owed))
        self._put(rounds, lambda done: results is not None and done.finished < results)
        gone = 0 if tallies is None else self._tallies.retire(tallies)
        return before - self._size() + gone

    async def holding(self, name: Target) -> Holding | None:
        """What there is of the target with this name, which may be a former one; None: nobody knows it."""
        known = self._roster.named.get(name)
        if known is None:
            return None
        readings, results = Counter[str](), Counter[str]()
        for done, looked_at in self._rounds.values():
            readings[done.key] = sum(of is known for of in looked_at)
            results[done.key] = sum(result.target == known.target for result in done.results)
        owed = [row.delivery for row in self._owed.values() if row.delivery.lane == "sink"]
        to = (each.to for each in owed if each.round_key and readings[each.round_key] + results[each.round_key])
        return Holding(known.target, readings.total(), results.total(), frozenset(to))

    async def forget(self, name: Target) -> AsyncIterator[int]:
        """Forget everything that there is of one target; yields how many readings and results went."""
        known = self._roster.named.get(name)
        if known is None:
            return
        before = self._size()
        names = self._roster.forget(known)
        meant = {*map(str, names), *(each.name for each in names if each.source == "probe")}
        self._silences = {key: each for key, each in self._silences.items() if each.name not in meant}
        self._beats = {of: each for of, each in self._beats.items() if Target("probe", of[0]) not in names}
        self._events = {event for event in self._events if event[0] is not known}
        self._states = {of: state for of, state in self._states.items() if of[0] is not known}
        self._refusals = {of: each for of, each in self._refusals.items() if each.target not in names}
        for each in (self._last, self._daily, self._marks):
            each.pop(known, None)
        for former in names:
            self._tallies.endpoints.pop(former, None)
        self._put([without_target(each, known) for each in self._rounds.values()], lambda _: False)
        yield before - self._size()

    async def marks(self, target: Target) -> Mapping[str, str]:
        """The target's high-water marks; empty on first sight."""
        return dict(self._marks.get(self._roster.named.get(target), {}))

    async def daily(self, target: Target, series: str) -> Mapping[date, int]:
        """All days ever committed of one series of a target."""
        days = self._daily.get(self._roster.named.get(target), {})
        return {day: kept.count for (of, day), kept in days.items() if of == series}

    async def identities(self, source: str) -> Mapping[str, str]:
        """Identity by name, of every target of a source, with its former names too."""
        return {
            name.name: known.identity
            for name, known in self._roster.named.items()
            if name.source == source and known.identity is not None
        }

    def _looks(self) -> Iterator[tuple[Known, Reading]]:
        """In the order in which they were committed."""
        for done, looked_at in self._rounds.values():
            yield from zip(looked_at, done.readings, strict=True)

    def _put(self, rounds: Iterable[Kept], is_old: Callable[[Round], bool]) -> None:
        """These in place of those that are there, without any that is old or was changed, and holds nothing."""
        before, newest = self._weights, next(reversed(self._rounds), None)
        kept = {done.key: (done, looked_at) for done, looked_at in rounds}
        complete = {source: done.key for done, _ in self._oldest_first() for source in done.complete}
        days = {day.round_key for days in self._daily.values() for day in days.values()}
        stay = {newest, *complete.values(), *days, *(row.delivery.round_key for row in self._owed.values())}
        self._rounds = {
            key: (done, looked_at)
            for key, (done, looked_at) in kept.items()
            if done.entries or key in stay or not (before[key] or is_old(done))
        }
        self._weights = {key: len(done.entries) for key, (done, _) in self._rounds.items()}

    def _size(self) -> int:
        return sum(len(done.entries) for done, _ in self._rounds.values())

    def _holding_newest(self) -> set[str]:
        """Rounds with the newest result of an endpoint."""
        newest = {id(last.result) for last in self._last.values() if last.result}
        return {key for key, (done, _) in self._rounds.items() if any(id(result) in newest for result in done.results)}

    def _is_needed(self, round_key: str, known: Known, reading: Reading) -> bool:
        """Whether it is the newest of its target, or brought an event or a day."""
        days = self._daily.get(known, {}).values()
        is_newest = known in self._last and self._last[known].reading is reading
        return bool(reading.events) or is_newest or any(day.round_key == round_key for day in days)

    def _oldest_first(self) -> list[Kept]:
        return sorted(self._rounds.values(), key=lambda each: each[0].finished)

    def _window(self, since: datetime, until: datetime, after: str | None) -> list[Kept]:
        rounds = self._oldest_first()
        if after in self._rounds:
            rounds = rounds[rounds.index(self._rounds[after]) + 1 :]
        return [each for each in rounds if since <= each[0].finished < until]

    def _as_now(self, done: Round, looked_at: Sequence[Known]) -> Round:
        pairs = zip(looked_at, done.readings, strict=True)
        return replace(done, readings=tuple(self._look_now(known, reading, done.key) for known, reading in pairs))

    def _look_now(self, known: Known, reading: Reading, round_key: str) -> Reading:
        days = tuple(
            DailyCount(series, day, kept.count)
            for (series, day), kept in sorted(self._daily.get(known, {}).items())
            if kept.round_key == round_key
        )
        return replace(reading, target=known.target, identity=known.identity, daily=days)

    def _latest(self, source: str, looks: Sequence[tuple[Known, Last]]) -> Latest:
        believed = self._clock.now() + bounds.AHEAD
        rounds = (done for done, _ in self._oldest_first() if done.finished <= believed)
        complete = [done.started for done in rounds if source in done.complete]
        begun = complete[-1] if complete else None
        latest = Latest(
            source,
            tuple(
                self._look_now(known, last.reading, last.round_key)
                for known, last in looks
                if last.reading and (begun is None or begun <= last.reading.at <= believed)
            ),
            tuple(
                last.result
                for _, last in looks
                if last.result and (begun is None or begun <= last.result.at <= believed)
            ),
        )
        if latest.last_success is not None:
            return latest
        return replace(latest, earlier_success=self._earlier_success([last for _, last in looks]))

    def _earlier_success(self, looks: Sequence[Last]) -> datetime | None:
        read = [last.success for last in looks if last.success]
        turned = max((last.since for last in looks if last.since), default=None)
        for done, _ in reversed(self._oldest_first()):
            known = [result.at for result in done.results if result.state is not EndpointState.UNKNOWN]
            if known and turned and done.started <= turned:
                return max([*read, max(known)])
        return max(read, default=None)

    def _keep(self, known: Known, reading: Reading, round_key: str) -> Reading:
        """Merge what belongs to the target, and return what belongs to this look alone."""
        days = self._daily[known]
        for each in reading.daily:
            before = days.get((each.series, each.day))
            if before is None or each.count > before.count:
                days[each.series, each.day] = _Day(each.count, round_key)
        self._marks[known].update(reading.marks)
        events = tuple(event for event in reading.events if self._is_new(known, event))
        return replace(reading, samples=tuple(reading.samples), events=events, daily=(), marks={})

    def _is_new(self, known: Known, event: Event) -> bool:
        key = (known, event.kind, event.key)
        seen = key in self._events
        self._events.add(key)
        return not seen
