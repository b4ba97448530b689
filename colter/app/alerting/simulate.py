"""What would have been sent: the stored history, replayed through the rules. Nothing is sent, nothing is stored."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import Plan
from colter.app.alerting.simulated_channels import Sent, SimulatedChannels
from colter.core.model import EndpointState, ProbeResult, Target
from colter.core.ports import Store, Values
from colter.store.memory import MemoryStore

_PAGE = 5_000
"""Readings and results of one page; never is all the history in memory."""


@dataclass(slots=True)
class Replayed:
    """How much was replayed."""

    looks: int = 0
    """Readings and results, those too that no rule is about."""
    outages: int = 0
    """How often an endpoint of those that are told of was down, be it for one look."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is replayed."""

    since: datetime
    until: datetime
    """First moment after it."""
    targets: Collection[Target] | None = None
    """What is told of, though everything is replayed; None: of everything."""

    def shows(self, sent: Sent) -> bool:
        """Whether a message is about any of it."""
        return self.targets is None or not sent.targets.isdisjoint(self.targets)


async def simulate(
    history: Store, plan: Plan, window: Scope, done: Replayed, turned: Callable[[], None] = lambda: None
) -> AsyncGenerator[Sent, None]:
    """What would have been sent, in order of time, had these been the rules. To be closed (`aclosing`).

    All is well at the beginning, whatever was before. Messages arrive at once. Silences are honoured as they are kept.

    Args:
        history: what was measured.
        plan: the rules and routes.
        window: which part of it.
        done: is counted up.
        turned: is called after every page of it.
    """
    clock = _Replay(window.since)
    past = await _past(history, clock)
    desk, channels, outages = Desk(plan, past, clock), SimulatedChannels(), _Outages(plan, window.targets)
    await desk.load()
    after = None
    while rounds := await history.rounds(window.since, window.until, after=after, most=_PAGE):
        for each in rounds:
            for sent in channels.send(each.finished):
                desk.heard(sent.packed.rows)
                if window.shows(sent):
                    yield sent
            clock.time = each.finished
            channels.put((await desk.decide(each)).deliveries)
            outages.see(each.results)
        after = rounds[-1].key
        done.looks += sum(len(each.readings) + len(each.results) for each in rounds)
        done.outages = outages.count
        turned()
    for sent in filter(window.shows, channels.send(None)):
        yield sent


class _Outages:
    """Counts how often endpoints were down."""

    def __init__(self, plan: Plan, targets: Collection[Target] | None) -> None:
        names = (name for name in plan.endpoints if targets is None or Target("probe", name) in targets)
        self._down = dict.fromkeys(names, False)
        self.count = 0

    def see(self, results: Iterable[ProbeResult]) -> None:
        """Later ones each time."""
        for result in results:
            before = self._down.get(result.endpoint)
            if before is None or result.state is EndpointState.UNKNOWN:
                continue
            down = result.state is EndpointState.DOWN
            if down is not before:
                self._down[result.endpoint] = down
                self.count += down


class _Replay:
    """The time as it was then."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, length: timedelta) -> None:
        self.time += length


async def _past(history: Store, clock: _Replay) -> Store:
    past = _Past(history, clock)
    for silence in await history.silences():
        await past.keep_silence(silence)
    return past


class _Past(MemoryStore):
    """Nothing is known but the numbers that were read before this time."""

    def __init__(self, history: Store, clock: _Replay) -> None:
        super().__init__(clock)
        self._history = history

    async def values(self, targets: Sequence[Target], keys: Collection[str], since: datetime) -> Values:
        return _before(self._clock.now(), await self._history.values(targets, keys, since))


def _before(now: datetime, values: Values) -> Values:
    return {
        target: {key: [each for each in known if each[0] < now] for key, known in numbers.items()}
        for target, numbers in values.items()
    }
