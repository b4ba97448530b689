"""What the rounds of a memory store come to, counted as every store counts them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from colter.core.model import EndpointState, ProbeResult, Round, Target
from colter.core.ports import Step
from colter.core.uptime.counting import Counting, Look
from colter.core.uptime.outage import Outage
from colter.core.uptime.pace import Paces
from colter.core.uptime.running import Running, Spell
from colter.core.uptime.tally import Tally
from colter.store.moments import from_ms, to_ms

_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Counted:
    """What was counted of one endpoint, by its beginning in milliseconds."""

    steps: dict[Step, dict[int, Tally]] = field(default_factory=lambda: {"hour": {}, "day": {}})
    outages: dict[int, Spell] = field(default_factory=dict)
    running: Running = field(default_factory=Running)

    def add(self, counting: Counting) -> None:
        """Take in what was counted since."""
        more: Mapping[Step, Mapping[int, Tally]] = {"hour": counting.hours, "day": counting.days}
        for step, tallies in more.items():
            for begins, tally in tallies.items():
                self.steps[step].setdefault(begins, Tally()).merge(tally)
        self.outages |= counting.outages
        self.running = counting.running


class MemoryTallies:
    """Endpoints by target, and which rounds are counted."""

    def __init__(self) -> None:
        self.endpoints: defaultdict[Target, Counted] = defaultdict(Counted)
        self._rounds: set[str] = set()

    def uncounted(self, rounds: Iterable[Round]) -> list[Round]:
        """Those of all these rounds that are not counted."""
        known = list(rounds)
        self._rounds &= {each.key for each in known}
        return [each for each in known if each.key not in self._rounds]

    def count(self, rounds: Sequence[Round], paces: Paces) -> int:
        """Count these, and return how many results they have."""
        looks: defaultdict[Target, list[Look]] = defaultdict(list)
        for result in (result for done in rounds for result in done.results):
            looks[result.target].append(_look(result))
        for target, seen in looks.items():
            counting = Counting(self.endpoints[target].running)
            counting.add(seen, paces(target))
            self.endpoints[target].add(counting)
        self._rounds |= {done.key for done in rounds}
        return sum(len(done.results) for done in rounds)

    def retire(self, before: datetime) -> int:
        """Forget hours that ended before that; returns how many."""
        gone = 0
        for counted in self.endpoints.values():
            hours = counted.steps["hour"]
            counted.steps["hour"] = {begins: tally for begins, tally in hours.items() if begins > to_ms(before - _HOUR)}
            gone += len(hours) - len(counted.steps["hour"])
        return gone

    def tallies(
        self, targets: Iterable[Target], since: datetime, until: datetime, step: Step
    ) -> Mapping[Target, Sequence[tuple[datetime, Tally]]]:
        """What was counted of these in hours or days that begin in the window, oldest first."""
        found = {}
        for target in targets:
            tallies = self.endpoints[target].steps[step] if target in self.endpoints else {}
            if within := [each for each in sorted(tallies) if to_ms(since) <= each < to_ms(until)]:
                found[target] = [(from_ms(each), Tally.total([tallies[each]])) for each in within]
        return found

    def outages(self, targets: Iterable[Target], since: datetime, until: datetime) -> list[Outage]:
        """Outages of these that touch the window, oldest first."""
        known = [target for target in set(targets) if target in self.endpoints]
        found = [_outage(target, spell) for target in known for spell in self.endpoints[target].outages.values()]
        within = (each for each in found if each.started < until and (each.ended is None or each.ended > since))
        return sorted(within, key=lambda each: (each.started, each.target))


def _look(result: ProbeResult) -> Look:
    state = result.state if result.attempts else EndpointState.UNKNOWN
    latency = None if result.latency_ms is None else round(result.latency_ms * 1000)
    return to_ms(result.at), state, latency, result.reason


def _outage(target: Target, spell: Spell) -> Outage:
    ended = None if spell.ended is None else from_ms(spell.ended)
    return Outage(target, from_ms(spell.started), ended, spell.reason, spell.looks)
