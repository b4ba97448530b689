"""The history in an SQLite file; see `colter.core.ports.Store` for what is promised."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Engine

from colter.core.clock import Clock
from colter.core.errors import StateError
from colter.core.model import (
    AlertState,
    Beat,
    Delivery,
    Event,
    Lane,
    LastBeats,
    Latest,
    Metric,
    Owing,
    Refusal,
    Round,
    Silence,
    Target,
    Transfer,
)
from colter.core.ports import Cached, TargetStatus, Values
from colter.store import beats, last_known, owing, replies, silences
from colter.store.kept import kept
from colter.store.migrate import bring_up_to_date
from colter.store.read import outbox as owed
from colter.store.read import results, state
from colter.store.read.between import read_events, read_first_and_last
from colter.store.read.latest import read_latest
from colter.store.read.rounds import count_entries, read_rounds, read_rounds_by_key
from colter.store.read.values import read_values
from colter.store.space import check_limit
from colter.store.sql.advice import advice, distrust
from colter.store.sql.checks import check_soundness, check_whole, check_writable
from colter.store.sql.upkeep import SqlUpkeep
from colter.store.write import outbox
from colter.store.write.results import Outcomes
from colter.store.write.rounds import write_round

log = logging.getLogger(__name__)

_MOST_UNWRITTEN = 4 * 2**20


class SqlStore(SqlUpkeep):
    """One SQLite file. Several processes may use it at once: readers never wait, writers wait for each other."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        metrics: Mapping[tuple[str, str], Metric],
        *,
        busy_timeout: timedelta = timedelta(seconds=10),
        limit: int = 2**30,
    ) -> None:
        """With its metrics by source and key; `limit` is the size in bytes from which on no measurement is added."""
        super().__init__(path, busy_timeout)
        self._clock = clock
        self._metrics = metrics
        self._limit = limit
        self._outcomes = Outcomes()
        self._read_outcomes = results.Outcomes()
        self._replies: dict[str, Cached] = {}
        self._unwritten = 0

    async def open(self) -> None:
        """Make it ready: directory, file, tables; an older schema is migrated.

        Raises:
            StateError: it is damaged, foreign, locked, out of reach or newer than this Colter.
        """
        file = self._hold()
        try:
            with distrust(self._path):
                await file.writer.compel(bring_up_to_date, self._path, file.writer.ending)
            await self._read(check_soundness, self._path)
        except BaseException:
            file.writer.break_off()
            self._let_go()
            raise

    async def examine(self) -> None:
        """Look through all of it, and see that it can be written.

        Raises:
            DamagedError: something in it is not as it was written.
            StateError: it cannot be written.
        """
        await self._read(check_whole, self._path)
        await self._write(check_writable)

    async def close(self) -> None:
        """Write what is left of the cache and let go of the file; harmless twice."""
        if self._file is not None:
            try:
                await self._write_replies()
            finally:
                self._let_go()

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep all of it or none of it; False when this round was already kept.

        Raises:
            FullError: the disk is full, or the history has reached its limit. Nothing of the round is kept then.
            StateError: the disk is broken, the file locked or damaged. The same.
        """
        writer = self._opened().writer
        press = writer.insist if done.readings or done.results else writer.compel
        with self._noting(advice):
            new = await press(self._commit, kept(done), states, deliveries)
        await self._write_replies()
        return new

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""
        return await self._read(lambda connection: last_known.read_status(connection.exec_driver_sql))

    async def latest(self) -> Sequence[Latest]:
        """By source: the newest look at every target that is still watched, ordered by target."""
        return await self._read(read_latest, self._metrics, self._read_outcomes, self._clock.now())

    async def rounds(
        self, since: datetime, until: datetime, *, after: str | None = None, most: int | None = None
    ) -> Sequence[Round]:
        """Rounds that finished in [since, until), oldest first; targets under the names they have now.

        An event stands in the round that brought it first, a day in the one that last raised it; marks in none.
        """
        return await self._read(read_rounds, self._metrics, self._read_outcomes, since, until, after=after, most=most)

    async def rounds_by_key(self, keys: Sequence[str]) -> Sequence[Round]:
        """The rounds with these keys that are there, oldest first."""
        return await self._read(read_rounds_by_key, self._metrics, self._read_outcomes, keys)

    async def entries(self, since: datetime, until: datetime, *, after: str | None = None) -> int:
        """How many readings and results `rounds` would bring altogether."""
        return await self._read(count_entries, since, until, after=after)

    async def transfer(self, key: str) -> Transfer | None:
        """The export that was asked for in these words and is not done."""
        return await self._read(owed.read_transfer, key)

    async def keep_transfer(self, transfer: Transfer) -> None:
        """Remember how far it has come, in place of what was remembered."""
        await self._write(outbox.keep_transfer, transfer)

    async def end_transfer(self, key: str) -> None:
        """It is done; harmless twice."""
        await self._write(outbox.end_transfer, key)

    async def alert_states(self) -> Sequence[AlertState]:
        """All alert states, ordered by target and rule."""
        return await self._read(state.read_alert_states)

    async def values(self, targets: Sequence[Target], keys: Collection[str], since: datetime) -> Values:
        """Plain numbers as they were read since then; a target or key of which nothing is known is absent."""
        return await self._read(read_values, targets, keys, since)

    async def first_and_last(
        self, targets: Sequence[Target], keys: Collection[str], since: datetime, until: datetime
    ) -> Values:
        """Plain numbers that were read in [since, until): of each the first and the last, or the only one."""
        return await self._read(read_first_and_last, targets, keys, since, until)

    async def events(
        self, targets: Sequence[Target], since: datetime, until: datetime
    ) -> Mapping[Target, Sequence[Event]]:
        """What happened to these in [since, until), oldest first; a target to which nothing did is absent."""
        return await self._read(read_events, targets, since, until)

    async def silences(self) -> Sequence[Silence]:
        """All silences that are kept, those that are over too, oldest first."""
        return await self._read(silences.read_silences)

    async def keep_silence(self, silence: Silence) -> None:
        """Keep one, in place of the one with the same key."""
        await self._write(silences.keep_silence, silence, self._clock.now())

    async def end_silences(self, keys: Sequence[str]) -> None:
        """Forget these; harmless twice."""
        await self._write(silences.end_silences, keys)

    async def keep_beat(self, beat: Beat) -> None:
        """Keep what a job has reported."""
        await self._write(lambda connection: beats.keep_beat(connection.exec_driver_sql, beat))

    async def last_beats(self) -> Sequence[LastBeats]:
        """The newest of every job that has ever reported, ordered by endpoint."""
        return await self._read(lambda connection: beats.read_last_beats(connection.exec_driver_sql))

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""
        return await self._read(owed.read_owed)

    async def owing(self) -> Sequence[Owing]:
        """The same, counted by recipient, with what is known of each: ordered by lane and name."""
        return await self._read(lambda connection: owing.read_owing(connection.exec_driver_sql))

    async def claim(self, sink: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take or keep the right to deliver to this sink; False while somebody else has it."""
        return await self._write(outbox.claim, sink, holder, until=until, now=now)

    async def release(self, sink: str, holder: str) -> None:
        """Give the right back; nothing happens when it was lost."""
        await self._write(outbox.release, sink, holder)

    async def next_owed(self, lane: Lane, to: str, *, most: int, after: str | None = None) -> Sequence[Delivery]:
        """The oldest deliveries after the one with this key, with at most so many entries together; at least one."""
        return await self._read(owed.read_next_owed, lane, to, most=most, after=after)

    async def settle(self, keys: Sequence[str], refused: Sequence[Refusal] = ()) -> None:
        """These have arrived, but for what was refused: in one transaction. Harmless twice."""
        await self._write(outbox.settle, keys, refused, self._clock.now())

    async def note(
        self, lane: Lane, to: str, problem: str | None, *, retry_at: datetime | None = None, asked: bool = False
    ) -> None:
        """Remember how the last try went; no problem: all is well, and its failures are forgotten."""
        await self._write(outbox.note, lane, to, problem, retry_at=retry_at, asked=asked)

    async def drop(self, sink: str, *, before: datetime, most: int) -> int:
        """Give up what is owed since before then, and the oldest beyond so many entries; returns how many entries."""
        return await self._write(outbox.drop, sink, before=before, most=most)

    async def refusals(self) -> Sequence[Refusal]:
        """Everything refused that is still kept, oldest first."""
        return await self._read(owed.read_refusals)

    async def exchange(
        self,
        put: Sequence[Delivery] = (),
        *,
        given_up: Mapping[str, str] = MappingProxyType({}),
        states: Sequence[AlertState] = (),
        decided: Sequence[str] = (),
    ) -> None:
        """Change what is owed to channels, in one transaction; harmless twice."""
        await self._write(
            outbox.exchange, put, given_up=given_up, states=states, decided=decided, now=self._clock.now()
        )

    async def arrived(self, incident: str) -> Sequence[Delivery]:
        """Notifications about this incident that have arrived, oldest first."""
        return await self._read(owed.read_arrived, incident)

    async def arrivals(self, to: str, since: datetime) -> Sequence[datetime]:
        """When messages have reached this channel since then, oldest first; what was settled together is one."""
        return await self._read(owed.read_arrivals, to, since)

    async def undelivered(self) -> Sequence[Delivery]:
        """Notifications that are owed, and those that were given up and are still kept, oldest first."""
        return await self._read(owed.read_undelivered)

    async def cached(self, key: str) -> Cached | None:
        """The reply kept under this key."""
        if (reply := self._replies.get(key)) is not None:
            return reply
        return await self._read(replies.read_reply, key)

    async def cache(self, key: str, reply: Cached) -> None:
        """Keep a reply, in place of an older one; written down with the next round, at the latest by `close`."""
        if len(reply.body) > replies.LARGEST:
            return
        self._replies[key] = reply
        self._unwritten += len(reply.body)
        if self._unwritten > _MOST_UNWRITTEN:
            await self._write_replies()

    async def marks(self, target: Target) -> Mapping[str, str]:
        """The target's high-water marks; empty on first sight."""
        return await self._read(state.read_marks, target)

    async def daily(self, target: Target, series: str) -> Mapping[date, int]:
        """All days ever committed of one series of a target."""
        return await self._read(state.read_daily, target, series)

    async def identities(self, source: str) -> Mapping[str, str]:
        """Identity by name, of every target of a source, with its former names too."""
        return await self._read(state.read_identities, source)

    async def _write_replies(self) -> None:
        """A reply that cannot be written is fetched again next time: no reason to fail."""
        written, self._unwritten = dict(self._replies), 0
        if not written:
            return
        try:
            with advice(self._path):
                await self._opened().writer.run(_write_replies, written)
        except StateError as e:
            log.warning("replies were not cached: %s", e)
        for key, reply in written.items():
            if self._replies.get(key) is reply:
                del self._replies[key]

    def _commit(
        self, writer: Engine, done: Round, states: Sequence[AlertState], deliveries: Sequence[Delivery]
    ) -> bool:
        try:
            with writer.begin() as connection:
                if done.readings or done.results:
                    check_limit(connection, self._limit)
                now = self._clock.now()
                return write_round(connection, done, states, deliveries, outcomes=self._outcomes, now=now)
        except BaseException:
            # The transaction was undone, and with it perhaps an outcome that is remembered as written.
            self._outcomes = Outcomes()
            raise


def _write_replies(writer: Engine, written: Mapping[str, Cached]) -> None:
    with writer.begin() as connection:
        replies.write_replies(connection, written)
