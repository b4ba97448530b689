"""Decides about alerts: what every round means to the rules, and what there is to tell.

There is one desk per state directory (`lock.py`), so it may keep where rules stand in memory.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain

from colter.app.alerting.endpoint_rules import EndpointRules
from colter.app.alerting.judge import Case, Decisions, Judge, new_id, to_state
from colter.app.alerting.plan import Plan
from colter.app.alerting.tracking_rules import TrackingRules
from colter.core.alerting.announce import follow_to
from colter.core.alerting.channels import is_well, observe_channel
from colter.core.alerting.configuration import CONFIGURATION, WRONG, observe_configuration
from colter.core.alerting.connectivity import back_online
from colter.core.alerting.decided import NOTHING, Decided
from colter.core.alerting.outgoing import GROUP_WAIT, Outgoing
from colter.core.alerting.own_events import OwnEvent, own_event
from colter.core.clock import Clock
from colter.core.errors import StateError
from colter.core.model import AlertState, Round, Target
from colter.core.ports import Store

log = logging.getLogger(__name__)

_TRACKED = ("github", "pypi")


class Desk:
    """Decides about all alerts of one state directory.

    What it decides changes where rules stand, in memory, at once. The caller commits it together with the round, in one
    transaction, or keeps both until that succeeds (`Ring`). Who drops a decision must drop the desk as well, and make a
    new one, which begins with what the history knows.
    """

    def __init__(self, plan: Plan, store: Store, clock: Clock, *, wait: timedelta = GROUP_WAIT) -> None:
        """A desk; `load` comes before everything else.

        Args:
            plan: what is configured.
            store: the history.
            clock: the time.
            wait: how long what there is to tell waits for more that may travel with it.
        """
        self.turn = asyncio.Lock()
        """Held while something is decided and committed: what was decided first must be committed first."""
        self._plan = plan
        self._store = store
        self._clock = clock
        self._wait = wait
        self._judge = Judge(store, clock, plan.channels, rhythmic=plan.rhythm is not None)
        self._endpoints = EndpointRules(plan.endpoints, self._judge)
        self._tracking = TrackingRules(plan, self._judge, store)
        self._channels = {name: Case(plan.channel(name)) for name in plan.channels}
        self._configuration = Case(plan.configuration())

    async def load(self) -> Decided:
        """Read where all rules stand. Returns what there is to commit about those that are not configured any more.

        Raises:
            StateError: the history cannot be read.
        """
        decisions = Decisions(self._clock.now())
        await self._judge.refresh()
        states = await self._store.alert_states()
        await self._tracking.load([state for state in states if state.target.source in _TRACKED], decisions)
        for state in states:
            if state.target.source in _TRACKED:
                continue
            if case := self._case(state.target, state.rule):
                case.take(state)
                await self._judge.recall(case)
            else:
                decisions.forget(state)
        return self._decided(decisions)

    async def adopt(self, plan: Plan) -> Decided:
        """Go on by another plan. Returns what there is to commit about what is not configured any more.

        What is still configured stands where it stood. To be called in one's turn.
        """
        decisions = Decisions(self._clock.now())
        self._plan = plan
        self._judge.adopt(plan.channels)
        self._endpoints.adopt(plan.endpoints, decisions)
        self._tracking.adopt(plan, decisions)
        self._configuration.alert = plan.configuration()
        before, self._channels = self._channels, {}
        for name in plan.channels:
            case = self._channels[name] = before.get(name) or Case(plan.channel(name))
            case.alert = plan.channel(name)
        for standing in (case.standing for name, case in before.items() if name not in self._channels):
            if standing:
                decisions.forget(to_state(standing))
        await self._reassign()
        return self._decided(decisions)

    def concerns(self, done: Round) -> bool:
        """Whether there can be anything to decide about a round."""
        return any(result.endpoint in self._plan.endpoints for result in done.results) or any(
            any(self._plan.rules(reading.target)) for reading in done.readings
        )

    async def decide(self, done: Round) -> Decided:
        """What a round means; targets that are not configured mean nothing. One round at a time, as they were made."""
        await self._judge.refresh()
        decisions = Decisions(self._clock.now())
        if done.readings or done.complete:
            await self._tracking.decide(done, decisions)
        self._endpoints.decide(done.results, decisions)
        return self._decided(decisions)

    async def remind(self) -> Decided:
        """Reminders that have become due since the last looks. To be called in one's turn."""
        await self._judge.refresh()
        decisions = Decisions(self._clock.now())
        self._endpoints.remind(decisions)
        for case in chain(self._tracking.cases(), self._channels.values()):
            self._judge.remind(case, decisions)
        return self._decided(decisions)

    def heard(self, rows: Sequence[Outgoing]) -> None:
        """These notices have arrived: reminders count from now on."""
        self._judge.hear(rows)

    def diverted(self, row: Outgoing, new: Outgoing) -> list[AlertState]:
        """A notice goes to another channel, because its own refused it; so will what follows it.

        Returns:
            What is to be committed together with that.
        """
        case = self._case(row.notice.target, row.notice.rule)
        if case is None or case.standing is None or case.standing.incident is None:
            return []
        if case.standing.incident.id != row.notice.incident:
            return []
        case.standing = follow_to(case.standing, new.channel)
        return [to_state(case.standing)]

    def channel(self, name: str, refusal: str | None, now: datetime) -> Decided:
        """Decide about a channel by its answer to a message: why it refuses it for good, clean; None: it took it."""
        case = self._channels.get(name)
        if case is None or (refusal is None and is_well(case.standing)):
            return NOTHING
        decisions = Decisions(now)
        self._judge.look(case, observe_channel(case.next_look, now, refusal), decisions)
        return self._decided(decisions)

    def configuration(self, at: datetime, problem: str | None) -> Decided:
        """Decide about the configuration: what is wrong with it since then, clean; None: nothing, it is in use."""
        case = self._configuration
        if problem is None and is_well(case.standing):
            return NOTHING
        decisions = Decisions(self._clock.now())
        self._judge.look(case, observe_configuration(case.next_look, at, problem), decisions)
        return self._decided(decisions)

    async def back_online(self, since: datetime, now: datetime) -> Decided:
        """The one message about a time in which this machine was offline."""
        notice = back_online(since, now, new_id, tuple(self._plan.channels))
        return self._decided(Decisions(now, notices=[notice]))

    def happened(self, kind: OwnEvent, what: str, target: Target) -> Decided:
        """The one message about something that has happened to Colter itself."""
        now = self._clock.now()
        notice = own_event(kind, what, now, new_id(now), tuple(self._plan.channels), target=target)
        return self._decided(Decisions(now, notices=[notice]))

    async def _reassign(self) -> None:
        own = [self._configuration]
        try:
            for case in chain(self._endpoints.cases(), self._tracking.cases(), self._channels.values(), own):
                await self._judge.reassign(case)
        except StateError as error:
            log.warning("whether somebody is still told of what is open could not be read: %s", error)

    def _case(self, target: Target, rule: str) -> Case | None:
        if target.source in _TRACKED:
            return self._tracking.case(target, rule)
        if (target, rule) == (CONFIGURATION, WRONG):
            return self._configuration
        channel = self._channels.get(target.name)
        if channel and channel.alert.subject.target == target and channel.alert.subject.rule == rule:
            return channel
        return self._endpoints.case(target, rule)

    def _decided(self, decisions: Decisions) -> Decided:
        return decisions.decided(self._plan.channels, self._wait)
