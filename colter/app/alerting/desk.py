"""Decides about alerts: what every round means to the rules, and what there is to tell.

There is one desk per state directory (`lock.py`), so it may keep where rules stand in memory.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain

from colter.app.alerting.endpoints import Endpoints
from colter.app.alerting.judge import Case, Judge, Minutes, new_id, to_state
from colter.app.alerting.plan import Plan
from colter.app.alerting.tracking import Tracking
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
    """Everything that is decided.

    What it decides changes where rules stand, in memory, at once. The caller commits it together with the round, in one
    transaction, or keeps both until that succeeds (`Ring`). To forget a decision is to forget the desk as well: a new
    one begins where the history was left.
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
        self._endpoints = Endpoints(plan.endpoints, self._judge)
        self._tracking = Tracking(plan, self._judge, store)
        self._channels = {name: Case(plan.channel(name)) for name in plan.channels}
        self._configuration = Case(plan.configuration())

    async def load(self) -> Decided:
        """Take over where all rules were left; what is decided is about those that are not configured any more.

        Raises:
            StateError: the history cannot be read.
        """
        minutes = Minutes(self._clock.now())
        await self._judge.refresh()
        states = await self._store.alert_states()
        await self._tracking.load([state for state in states if state.target.source in _TRACKED], minutes)
        for state in states:
            if state.target.source in _TRACKED:
                continue
            if case := self._case(state.target, state.rule):
                case.take(state)
                await self._judge.recall(case)
            else:
                minutes.forget(state)
        return self._decided(minutes)

    async def adopt(self, plan: Plan) -> Decided:
        """Go on by another plan; what is decided is about what is not configured any more. To be called in one's turn.

        What is configured still stands where it stood.
        """
        minutes = Minutes(self._clock.now())
        self._plan = plan
        self._judge.adopt(plan.channels)
        self._endpoints.adopt(plan.endpoints, minutes)
        self._tracking.adopt(plan, minutes)
        self._configuration.alert = plan.configuration()
        before, self._channels = self._channels, {}
        for name in plan.channels:
            case = self._channels[name] = before.get(name) or Case(plan.channel(name))
            case.alert = plan.channel(name)
        for standing in (case.standing for name, case in before.items() if name not in self._channels):
            if standing:
                minutes.forget(to_state(standing))
        await self._reassign()
        return self._decided(minutes)

    def concerns(self, done: Round) -> bool:
        """Whether there can be anything to decide about a round."""
        return any(result.endpoint in self._plan.endpoints for result in done.results) or any(
            any(self._plan.rules(reading.target)) for reading in done.readings
        )

    async def decide(self, done: Round) -> Decided:
        """What a round means; targets that are not configured mean nothing. One round at a time, as they were made."""
        await self._judge.refresh()
        minutes = Minutes(self._clock.now())
        if done.readings or done.complete:
            await self._tracking.decide(done, minutes)
        self._endpoints.decide(done.results, minutes)
        return self._decided(minutes)

    async def remind(self) -> Decided:
        """Reminders that have become due since the last looks. To be called in one's turn."""
        await self._judge.refresh()
        minutes = Minutes(self._clock.now())
        self._endpoints.remind(minutes)
        for case in chain(self._tracking.cases(), self._channels.values()):
            self._judge.remind(case, minutes)
        return self._decided(minutes)

    def heard(self, rows: Sequence[Outgoing]) -> None:
        """These notices have arrived: reminders count from now on."""
        self._judge.hear(rows)

    def diverted(self, row: Outgoing, new: Outgoing) -> list[AlertState]:
        """A notice goes to another channel, for its own refused it; so will what follows. To be committed with it."""
        case = self._case(row.notice.target, row.notice.rule)
        if case is None or case.standing is None or case.standing.incident is None:
            return []
        if case.standing.incident.id != row.notice.incident:
            return []
        case.standing = follow_to(case.standing, new.channel)
        return [to_state(case.standing)]

    def channel(self, name: str, refusal: str | None, now: datetime) -> Decided:
        """What a channel has said to a message: why it refuses it for good, clean; None when it took it."""
        case = self._channels.get(name)
        if case is None or (refusal is None and is_well(case.standing)):
            return NOTHING
        minutes = Minutes(now)
        self._judge.look(case, observe_channel(case.next_look, now, refusal), minutes)
        return self._decided(minutes)

    def configuration(self, at: datetime, problem: str | None) -> Decided:
        """What is wrong with the newest configuration since then, clean; None: nothing, it is in use."""
        case = self._configuration
        if problem is None and is_well(case.standing):
            return NOTHING
        minutes = Minutes(self._clock.now())
        self._judge.look(case, observe_configuration(case.next_look, at, problem), minutes)
        return self._decided(minutes)

    async def back_online(self, since: datetime, now: datetime) -> Decided:
        """The one message about a time in which it was us who were offline."""
        notice = back_online(since, now, new_id, tuple(self._plan.channels))
        return self._decided(Minutes(now, notices=[notice]))

    async def _reassign(self) -> None:
        own = [self._configuration]
        try:
            for case in chain(self._endpoints.cases(), self._tracking.cases(), self._channels.values(), own):
                await self._judge.reassign(case)
        except StateError as error:
            log.warning("whether somebody is still told of what is open could not be read: %s", error)

    def happened(self, kind: OwnEvent, what: str, target: Target) -> Decided:
        """The one message about something that has happened to Colter itself."""
        now = self._clock.now()
        notice = own_event(kind, what, now, new_id(now), tuple(self._plan.channels), target=target)
        return self._decided(Minutes(now, notices=[notice]))

    def _case(self, target: Target, rule: str) -> Case | None:
        if target.source in _TRACKED:
            return self._tracking.case(target, rule)
        if (target, rule) == (CONFIGURATION, WRONG):
            return self._configuration
        channel = self._channels.get(target.name)
        if channel and channel.alert.subject.target == target and channel.alert.subject.rule == rule:
            return channel
        return self._endpoints.case(target, rule)

    def _decided(self, minutes: Minutes) -> Decided:
        return minutes.decided(self._plan.channels, self._wait)
