"""A store that forgets when the process ends: for --no-store, --dry-run and tests."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from colter.core.clock import Clock, SystemClock
from colter.core.model import (
    AlertState,
    Beat,
    BeatKind,
    DailyCount,
    Delivery,
    EndpointState,
    Event,
    LastBeats,
    Latest,
    ProbeResult,
    Reading,
    Round,
    Silence,
    Target,
    Transfer,
)
from colter.core.ports import Cached, LastKnown, TargetStatus, Values
from colter.store import bounds
from colter.store.kept import kept
from colter.store.memory_outbox import MemoryOutbox
from colter.store.roster import Known
from colter.store.slices import as_far_as


@dataclass(slots=True)
class _Last:
    """The newest that was seen of one target."""

    reading: Reading | None = None
    round_key: str = ""
    """Of that reading."""
    success: datetime | None = None
    """When it was last read without a problem."""
    info: Mapping[str, str] = field(default_factory=dict)
    numbers: dict[str, LastKnown] = field(default_factory=dict)
    result: ProbeResult | None = None
    since: datetime | None = None


@dataclass(slots=True)
class _Day:
    """A number of one day, and the round that last raised it."""

    count: int
    round_key: str


_Kept = tuple[Round, list[Known]]
"""A round and the targets of its readings."""


class MemoryStore(MemoryOutbox):
    """Everything in dictionaries; see `colter.core.ports.Store` for what is promised."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock or SystemClock())
        self._rounds: dict[str, _Kept] = {}
        self._last: defaultdict[Known, _Last] = defaultdict(_Last)
        self._events: set[tuple[Known, str, str]] = set()
        self._daily: defaultdict[Known | None, dict[tuple[str, date], _Day]] = defaultdict(dict)
        self._marks: defaultdict[Known | None, dict[str, str]] = defaultdict(dict)
        self._transfers: dict[str, Transfer] = {}
        self._silences: dict[str, Silence] = {}
        self._beats: dict[tuple[str, bool], Beat] = {}
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
        pairs = zip(looked_at, done.readings, strict=True)
        readings = tuple(self._keep(known, reading, done.key) for known, reading in pairs)
        self._rounds[done.key] = (replace(done, readings=readings), looked_at)
        for known, reading in sorted(zip(looked_at, readings, strict=True), key=lambda pair: pair[1].at):
            self._remember_reading(self._last[known], reading, done.key)
        for result in sorted(done.results, key=lambda result: result.at):
            self._remember_result(self._last[self._roster.place(result.target)], result)
        self._stand(states)
        self._owe_all(done, deliveries)
        return True

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""
        seen = (known for known in self._roster.current() if known in self._last)
        return [_status(known, self._last[known]) for known in sorted(seen, key=lambda known: known.target)]

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

    async def transfer(self, key: str) -> Transfer | None:
        """The export that was asked for in these words and is not done."""
        return self._transfers.get(key)

    async def keep_transfer(self, transfer: Transfer) -> None:
        """Remember how far it has come, in place of what was remembered."""
        self._transfers[transfer.key] = transfer

    async def end_transfer(self, key: str) -> None:
        """It is done; harmless twice."""
        self._transfers.pop(key, None)

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

    async def silences(self) -> Sequence[Silence]:
        """All silences that are kept, those that are over too, oldest first."""
        return sorted(self._silences.values(), key=lambda silence: (silence.begins, silence.key))

    async def keep_silence(self, silence: Silence) -> None:
        """Keep one, in place of the one with the same key."""
        self._silences[silence.key] = silence
        oldest = self._clock.now() - bounds.SILENCES_KEPT
        self._silences = {key: each for key, each in self._silences.items() if each.ends >= oldest}

    async def end_silences(self, keys: Sequence[str]) -> None:
        """Forget these; harmless twice."""
        for key in keys:
            self._silences.pop(key, None)

    async def keep_beat(self, beat: Beat) -> None:
        """Keep what a job has reported."""
        self._beats[beat.endpoint, beat.kind is BeatKind.START] = beat

    async def last_beats(self) -> Sequence[LastBeats]:
        """The newest of every job that has ever reported, ordered by endpoint."""
        jobs = sorted({endpoint for endpoint, _ in self._beats})
        return [LastBeats(job, self._beats.get((job, True)), self._beats.get((job, False))) for job in jobs]

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

    def _oldest_first(self) -> list[_Kept]:
        return sorted(self._rounds.values(), key=lambda each: each[0].finished)

    def _window(self, since: datetime, until: datetime, after: str | None) -> list[_Kept]:
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

    def _latest(self, source: str, looks: Sequence[tuple[Known, _Last]]) -> Latest:
        complete = [done.started for done, _ in self._oldest_first() if source in done.complete]
        begun = complete[-1] if complete else None
        latest = Latest(
            source,
            tuple(
                self._look_now(known, last.reading, last.round_key)
                for known, last in looks
                if last.reading and (begun is None or last.reading.at >= begun)
            ),
            tuple(last.result for _, last in looks if last.result and (begun is None or last.result.at >= begun)),
        )
        if latest.last_success is not None:
            return latest
        return replace(latest, earlier_success=self._earlier_success([last for _, last in looks]))

    def _earlier_success(self, looks: Sequence[_Last]) -> datetime | None:
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

    @staticmethod
    def _remember_reading(last: _Last, reading: Reading, round_key: str) -> None:
        if last.reading is None or reading.at >= last.reading.at:
            last.reading, last.round_key = reading, round_key
            if reading.problem is None:
                last.info, last.success = reading.info, reading.at
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
