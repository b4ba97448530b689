"""The promises that the parts make to each other. Every docstring here has a contract test."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar, runtime_checkable

from colter.core.message import Message
from colter.core.model import (
    AlertState,
    Beat,
    Delivery,
    Entry,
    Event,
    Holding,
    LastBeats,
    Latest,
    Metric,
    Owing,
    ProbeResult,
    Reading,
    Refusal,
    Round,
    Silence,
    Target,
    Transfer,
)
from colter.core.uptime.outage import Outage
from colter.core.uptime.pace import Paces
from colter.core.uptime.tally import Tally

Item = TypeVar("Item")
Lane = Literal["sink", "channel", "desk"]
"""Rounds for sinks, notifications for channels, and rounds for whoever decides about alerts."""
Step = Literal["hour", "day"]
Values = Mapping[Target, Mapping[str, Sequence[tuple[datetime, float]]]]
"""By target and key of the metric: when a number was read, and what it was, oldest first."""


@dataclass(frozen=True, slots=True)
class Cached:
    """A reply kept from an earlier run."""

    body: bytes
    validator: str
    """The ETag that came with it, or nothing."""
    stored: datetime
    fresh_until: datetime
    """Until then nobody needs to ask again."""

    def is_fresh(self, now: datetime) -> bool:
        """Whether it need not be asked for again; not when it was kept in the future, by a clock since set back."""
        return self.stored <= now < self.fresh_until


class Recall(Protocol):
    """What a source may ask of the past."""

    async def cached(self, key: str) -> Cached | None:
        """The reply kept under this key."""

    async def cache(self, key: str, reply: Cached) -> None:
        """Keep a reply, in place of an older one. May be lost in a crash: a cache is no history."""

    async def marks(self, target: Target) -> Mapping[str, str]:
        """The target's high-water marks, as the last committed reading left them; empty on first sight."""

    async def daily(self, target: Target, series: str) -> Mapping[date, int]:
        """All days ever committed of one series of a target."""

    async def identities(self, source: str) -> Mapping[str, str]:
        """Identity by name, of every target of a source, with its former names too."""


class Source(Protocol):
    """Reads targets of one kind."""

    name: str
    metrics: tuple[Metric, ...]

    async def collect(self, emit: Callable[[Reading], None]) -> None:
        """Look at every target and hand over each reading as it comes.

        A target that fails is a Reading with a problem. What was handed over before a failure stands.

        Raises:
            SourceError: nothing at all can be read (a refused token, a used-up limit).
        """


@dataclass(frozen=True, slots=True)
class LastKnown:
    """The newest value of one number of one target, and the one before it."""

    target: Target
    key: str
    value: float
    at: datetime
    before: float | None


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """The newest that is known of one target, without asking any network."""

    target: Target
    at: datetime
    """When it was last looked at."""
    problem: str | None
    values: Mapping[str, LastKnown]
    info: Mapping[str, str]
    missing: Mapping[str, str]
    result: ProbeResult | None = None
    """Endpoints only: the last result."""
    since: datetime | None = None
    """Endpoints only: since when it has been in this state."""


class Sink(Protocol[Item]):
    """Takes measurements. To be given the same twice must be harmless."""

    name: str
    batch: int
    """Most items at once."""
    at_once: int
    """How many batches may be on their way at a time."""

    def encode(self, entry: Entry) -> Sequence[Item]:
        """The items of one entry, none when it holds nothing for this sink. Runs in any thread, and never raises."""

    async def send(self, items: Sequence[Item]) -> None:
        """Hand over all of these, and return when they are safe there.

        Raises:
            DeliveryError: they are not; its `answer` says what that means for them.
        """

    def show(self, item: Item) -> str:
        """One item as a person may read it, for the list of what was refused."""

    async def close(self) -> None:
        """Let go of connections and files; harmless twice."""


@runtime_checkable
class Display(Protocol):
    """Shows the newest look at everything (a Pushgateway, a file that is scraped): what came before does not matter."""

    name: str

    async def show(self, latest: Sequence[Latest]) -> None:
        """Show this, all of it, in place of what was shown before of these sources; one with nothing in it vanishes.

        Raises:
            DeliveryError: it could not be shown.
        """

    async def clear(self) -> None:
        """Show nothing any more. DeliveryError when that fails."""

    async def close(self) -> None:
        """Let go of connections; harmless twice."""


class Notifier(Protocol):
    """Brings messages to one channel. One contract suite runs over all implementations."""

    name: str
    """Of the channel, as it is configured."""

    async def send(self, message: Message) -> None:
        """Hand it over, trying once, within a deadline of its own; return when it is safe there.

        To send the same again is harmless as far as the receiver can tell: it is given the message's key.

        Raises:
            DeliveryError: it is not; `answer` is RETRY, REFUSED (this message will never be taken) or PAUSE.
        """

    async def close(self) -> None:
        """Let go of connections; harmless twice."""


class Outbox(Protocol):
    """What is owed to sinks and channels. One contract suite runs over all implementations."""

    async def owed(self) -> Sequence[Delivery]:
        """Deliveries that are not settled, oldest first."""

    async def owing(self) -> Sequence[Owing]:
        """The same, counted by recipient, with what is known of each: ordered by lane and name."""

    async def claim(self, sink: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take or keep the right to deliver to this sink; False while somebody else has it.

        A right that has run out, or that would last longer than anybody asks for (a clock was set back), is free.
        """

    async def release(self, sink: str, holder: str) -> None:
        """Give the right back; nothing happens when it was lost."""

    async def next_owed(self, lane: Lane, to: str, *, most: int, after: str | None = None) -> Sequence[Delivery]:
        """The oldest deliveries, with at most so many entries together, but at least one if anything is owed.

        Args:
            lane: sinks or channels.
            to: the recipient.
            most: so many entries (readings and results of their rounds) at most.
            after: only behind the delivery with this key; when that is settled meanwhile: from the oldest.
        """

    async def settle(self, keys: Sequence[str], refused: Sequence[Refusal] = ()) -> None:
        """These have arrived, but for what was refused: in one transaction. Harmless twice."""

    async def note(
        self, lane: Lane, to: str, problem: str | None, *, retry_at: datetime | None = None, asked: bool = False
    ) -> None:
        """Remember how the last try went; no problem: all is well, and its failures are forgotten."""

    async def drop(self, sink: str, *, before: datetime, most: int) -> int:
        """Give up what is owed since before then, and the oldest beyond so many entries; returns how many entries."""

    async def refusals(self) -> Sequence[Refusal]:
        """Everything refused that is still kept, oldest first."""

    async def exchange(
        self,
        put: Sequence[Delivery] = (),
        *,
        given_up: Mapping[str, str] = MappingProxyType({}),
        states: Sequence[AlertState] = (),
        decided: Sequence[str] = (),
    ) -> None:
        """Change what is owed to channels, in one transaction; harmless twice.

        Args:
            put: notifications to owe; one whose key is there already takes that one's place, and its turn.
            given_up: notifications that will never arrive, by key, each with the reason.
            states: where rules stand after that.
            decided: deliveries of the lane `desk` that are settled by this.
        """

    async def arrived(self, incident: str) -> Sequence[Delivery]:
        """Notifications about this incident that have arrived, oldest first: their keys begin with its id and a colon.

        Those that arrived long ago may be forgotten; while the incident is open, the newest of each channel is there.
        """

    async def arrivals(self, to: str, since: datetime) -> Sequence[datetime]:
        """When messages have reached this channel since then, oldest first; what was settled together is one."""

    async def undelivered(self) -> Sequence[Delivery]:
        """Notifications that are owed, and those that were given up and are still kept, oldest first."""


class Store(Recall, Outbox, Protocol):
    """History, alert states, outbox and caches. One contract suite runs over all implementations."""

    async def open(self) -> None:
        """Make it ready, migrating an older schema.

        Raises:
            StateError: it is damaged, out of reach, or was written by a newer Colter.
        """

    async def close(self) -> None:
        """Let go of it; harmless twice."""

    async def commit(self, done: Round, states: Sequence[AlertState] = (), deliveries: Sequence[Delivery] = ()) -> bool:
        """Keep all of it or none of it; False when this round was already kept.

        A state `gone` is forgotten; one that is there already is replaced.

        Raises:
            StateError: it could not be kept; a FullError when there was no room for it.
        """

    async def status(self) -> Sequence[TargetStatus]:
        """The last known of every target, ordered by target."""

    async def latest(self) -> Sequence[Latest]:
        """By source: the newest look at every target, ordered by target.

        Only what is still watched: not older than the newest round that was complete for its source.
        """

    async def rounds(
        self, since: datetime, until: datetime, *, after: str | None = None, most: int | None = None
    ) -> Sequence[Round]:
        """Stored rounds that finished in [since, until), oldest first.

        Args:
            since: first moment of the window.
            until: first moment after it.
            after: only those behind the round with this key.
            most: so many entries together at most, but at least one round.
        """

    async def rounds_by_key(self, keys: Sequence[str]) -> Sequence[Round]:
        """The rounds with these keys that are there, oldest first."""

    async def entries(self, since: datetime, until: datetime, *, after: str | None = None) -> int:
        """How many readings and results `rounds` would bring altogether."""

    async def transfer(self, key: str) -> Transfer | None:
        """The export that was asked for in these words and is not done."""

    async def keep_transfer(self, transfer: Transfer) -> None:
        """Remember how far it has come, in place of what was remembered."""

    async def end_transfer(self, key: str) -> None:
        """It is done; harmless twice."""

    async def alert_states(self) -> Sequence[AlertState]:
        """All alert states, ordered by target and rule."""

    async def values(self, targets: Sequence[Target], keys: Collection[str], since: datetime) -> Values:
        """Plain numbers as they were read since then; a target or key of which nothing is known may be absent."""

    async def first_and_last(
        self, targets: Sequence[Target], keys: Collection[str], since: datetime, until: datetime
    ) -> Values:
        """Plain numbers that were read in [since, until): of each the first and the last, or the only one."""

    async def events(
        self, targets: Sequence[Target], since: datetime, until: datetime
    ) -> Mapping[Target, Sequence[Event]]:
        """What happened to these in [since, until), oldest first; a target to which nothing did may be absent."""

    async def roll_up(self, paces: Paces, *, most: int) -> int:
        """Count the next results into tallies and outages, each once and for ever, in the order of their rounds.

        Returns how many were counted: more than `most` when the next round alone holds more, 0 when all are. However it
        is cut into pieces, interrupted, or done by several processes at once, it comes to the same. A result that is
        older than one of its endpoint that was counted before is counted as a look, but nothing else changes by it;
        unless it is older by more than an hour: then the clock was set back, and time goes on from there.

        Args:
            paces: how every endpoint is looked at; asked in another thread.
            most: so many results at once.
        """

    async def uncounted(self) -> int:
        """How many readings and results there are in the rounds that `roll_up` has not come to yet."""

    async def tallies(
        self, targets: Sequence[Target], since: datetime, until: datetime, step: Step
    ) -> Mapping[Target, Sequence[tuple[datetime, Tally]]]:
        """What was counted of these in UTC hours or days that begin in [since, until), each by its beginning.

        Oldest first; an hour or day in which nothing was known or looked at may be absent, and so may a target.
        """

    async def outages(self, targets: Sequence[Target], since: datetime, until: datetime) -> Sequence[Outage]:
        """Outages of these that were counted, some part of which lies in [since, until), oldest first."""

    async def pack(self, before: datetime, *, most: int) -> int:
        """Keep old results in less room. Nothing else changes by it: every round is read back as it was, in its place.

        What is not counted yet (`roll_up`), is owed, or is the newest of an endpoint is left alone; and results that do
        not fill a pack wait for more, for a day.

        Returns how many results were packed, 0 when there is nothing more to pack just now. May be interrupted
        anywhere, and done by several processes at once.

        Args:
            before: only rounds that finished before that.
            most: so many results at once, or one round if that is larger.
        """

    async def retire(
        self, *, results: datetime | None, readings: datetime | None, tallies: datetime | None, most: int
    ) -> int:
        """Forget what is older than that; None: nothing of it.

        What is owed to somebody stays until it is not, and so does the newest of every target. Events and days of
        daily counts never go, nor do outages and daily tallies.

        Returns how many results, readings and tallies went: about `most`; 0 when there is nothing more to forget. May
        be interrupted anywhere, and done by several processes at once.

        Args:
            results: results of rounds that finished before that, once they are counted (`roll_up`); those that lie
                in a pack with younger ones go with these, less than a day later.
            readings: readings of UTC days that ended before that, but for the last good one of each target and day,
                and those that brought an event or a day.
            tallies: hourly tallies of hours that ended before that.
            most: so many at once.
        """

    async def holding(self, name: Target) -> Holding | None:
        """What there is of the target with this name, which may be a former one; None: nobody knows it."""

    def forget(self, name: Target) -> AsyncIterator[int]:
        """Forget everything that there is of one target, and in the end that there ever was one.

        Rounds that hold others too stay, with these. What of it is owed to somebody will never get there.

        Yields how many readings and results went, again and again until nothing is left. May be ended or interrupted
        anywhere, and done while others write.
        """

    async def silences(self) -> Sequence[Silence]:
        """All silences that are kept, those that are over too, oldest first."""

    async def keep_silence(self, silence: Silence) -> None:
        """Keep one, in place of the one with the same key."""

    async def end_silences(self, keys: Sequence[str]) -> None:
        """Forget these; harmless twice."""

    async def keep_beat(self, beat: Beat) -> None:
        """Keep what a job has reported."""

    async def last_beats(self) -> Sequence[LastBeats]:
        """The newest of every job that has ever reported, ordered by endpoint."""
