"""Rules on repositories and packages: some hold or do not, others tell of what has happened, once."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from colter.app.alerting.judge import Case, Decisions, Judge, to_state
from colter.app.alerting.plan import Plan
from colter.core.alerting.happenings import Watermark, happen
from colter.core.alerting.readings import observe
from colter.core.alerting.rule_text import NEW, Happening, Level
from colter.core.alerting.written import read_mark, write_mark
from colter.core.errors import StateError
from colter.core.model import AlertState, Reading, Round, Target
from colter.core.ports import Store, Values

log = logging.getLogger(__name__)


class TrackingRules:
    """All repositories and packages that rules are about."""

    def __init__(self, plan: Plan, judge: Judge, store: Store) -> None:
        self._plan = plan
        self._judge = judge
        self._store = store
        self._rules: dict[Target, Mapping[str, _Rule]] = {}
        """By target, and by the text of the rule."""
        self._names: dict[str, Target] = {}
        """By identity, which stays when a repository is renamed."""

    async def load(self, states: Iterable[AlertState], decisions: Decisions) -> None:
        """Take over where rules were left; what is not configured any more is forgotten."""
        identities: dict[str, Mapping[str, str]] = {}
        for state in states:
            target = state.target
            if target.source not in identities:
                identities[target.source] = await self._store.identities(target.source)
            if identity := identities[target.source].get(target.name):
                self._names[identity] = target
            if rule := self._rules_of(target).get(state.rule):
                rule.take(state)
                await self._judge.recall(rule.case)
            else:
                decisions.forget(state)

    def adopt(self, plan: Plan, decisions: Decisions) -> None:
        """Go on by this one: rules that are still there stand where they stood, and the others are forgotten."""
        self._plan = plan
        before, self._rules = self._rules, {}
        for target, rules in before.items():
            fresh = self._rules_of(target)
            for text, rule in rules.items():
                if text in fresh:
                    rule.case.alert = fresh[text].case.alert
                elif rule.state:
                    decisions.forget(rule.state)
            self._rules[target] = {text: rules.get(text, rule) for text, rule in fresh.items()}

    def cases(self) -> Iterator[Case]:
        """All rules."""
        return (rule.case for rules in self._rules.values() for rule in rules.values())

    def case(self, target: Target, rule: str) -> Case | None:
        """One rule on one target; None when there is none."""
        found = self._rules.get(target, {}).get(rule)
        return found.case if found else None

    async def decide(self, done: Round, decisions: Decisions) -> None:
        """Judge its readings, and forget what it shows not to be watched any more."""
        self._follow_renames(done.readings, decisions)
        looks = [_Look(reading, rule) for reading in done.readings for rule in self._rules_on(reading, done)]
        earlier = await self._earlier(looks)
        for reading, rule in looks:
            if isinstance(rule.rule, Level):
                before = earlier.get(reading.target, {})
                self._judge.look(rule.case, observe(rule.rule, reading, before, rule.case.next_look), decisions)
            elif reading.problem is None:
                self._happen(rule, rule.rule, reading, decisions)
        self._forget_others(done, decisions)

    def _happen(self, rule: "_Rule", happening: Happening, reading: Reading, decisions: Decisions) -> None:
        alert = rule.case.alert
        muted = self._judge.is_muted(alert, reading.at)
        mark, notices = happen(happening, reading, rule.mark, decisions.now, alert.policy.channels, muted=muted)
        if mark != rule.mark:
            rule.mark = mark
            rule.left = AlertState(reading.target, happening.text, "ok", reading.at, memory=write_mark(mark))
            decisions.keep(rule.left)
        decisions.notices += notices

    async def _earlier(self, looks: Iterable["_Look"]) -> Values:
        """The numbers of the time before, as far back as any of these rules looks; one question, or none."""
        asked = [look for look in looks if look.rule.window]
        if not asked:
            return {}
        targets = sorted({look.reading.target for look in asked})
        keys = {look.rule.number for look in asked}
        # What held at the beginning of a window was read some time before it.
        since = min(look.reading.at - look.rule.window - 2 * look.rule.case.alert.policy.interval for look in asked)
        try:
            return await self._store.values(targets, keys, since)
        except StateError as error:  # such rules know nothing then; all others do
            log.warning("earlier numbers could not be read: %s", error)
            return {}

    def _follow_renames(self, readings: Iterable[Reading], decisions: Decisions) -> None:
        moved: dict[Target, Mapping[str, _Rule]] = {}
        for reading in readings:
            if reading.identity:
                former = self._names.get(reading.identity, reading.target)
                self._names[reading.identity] = reading.target
                if former != reading.target and former in self._rules:
                    moved[reading.target] = self._rules.pop(former)
        for target, rules in moved.items():
            self._rules.pop(target, None)
            fresh = self._rules_of(target)
            for state in _states(rules):
                if state.rule in fresh:
                    fresh[state.rule].take(replace(state, target=target))
                else:
                    decisions.forget(replace(state, target=target))

    def _rules_on(self, reading: Reading, done: Round) -> "Iterable[_Rule]":
        target = reading.target
        if target in self._rules or target.source in done.complete or self._plan.expects(target):
            return self._rules_of(target).values()
        return ()  # somebody was curious: of what is not configured nobody is told

    def _rules_of(self, target: Target) -> "Mapping[str, _Rule]":
        if target not in self._rules:
            rules = self._plan.rules(target)
            self._rules[target] = {rule.text: _Rule(rule, Case(self._plan.alert(target, rule))) for rule in rules}
        return self._rules[target]

    def _forget_others(self, done: Round, decisions: Decisions) -> None:
        shown = {reading.target for reading in done.readings}
        for target in [each for each in self._rules if each.source in done.complete and each not in shown]:
            for state in _states(self._rules.pop(target)):
                decisions.forget(state)


@dataclass(slots=True)
class _Rule:
    """One rule on one target."""

    rule: Level | Happening
    case: Case
    """Where it stands, if it is a level: a rule that holds or does not."""
    mark: Watermark | None = None
    """What was seen last, if it is a happening: a rule that tells of new events."""
    left: AlertState | None = None
    """The mark as it was written down."""

    @property
    def number(self) -> str:
        """What a level is about."""
        return self.rule.condition.name.removesuffix(NEW)

    @property
    def window(self) -> timedelta:
        """How far back a level looks."""
        return (self.rule.share_of or self.rule.growth_in) if isinstance(self.rule, Level) else timedelta(0)

    @property
    def state(self) -> AlertState | None:
        """What is committed of it; None before the first look."""
        return to_state(self.case.standing) if self.case.standing else self.left

    def take(self, state: AlertState) -> None:
        """Stand where it was left."""
        if isinstance(self.rule, Level):
            self.case.take(state)
        elif state.memory:
            self.mark, self.left = read_mark(state.memory), state


class _Look(NamedTuple):
    reading: Reading
    rule: _Rule


def _states(rules: Mapping[str, _Rule]) -> list[AlertState]:
    return [rule.state for rule in rules.values() if rule.state]
