"""Applies each new look at a target to a rule, with all that matters then: silences, maintenance, who was told."""

import logging
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from colter.app.alerting.plan import Alert
from colter.core.alerting.announce import Circumstances, remind, remove, told_nobody
from colter.core.alerting.decided import NOTHING, Decided
from colter.core.alerting.deliveries import from_delivery, to_delivery
from colter.core.alerting.incident_id import ulid
from colter.core.alerting.machine import begin, resume, step
from colter.core.alerting.notice import Notice
from colter.core.alerting.observation import Observation
from colter.core.alerting.outgoing import Outgoing, queue
from colter.core.alerting.routes import Window, is_muted, meant_by
from colter.core.alerting.standing import NONE_ARRIVED, Claim, Standing, Told
from colter.core.alerting.written import read_standing, row, worth_writing, write_standing
from colter.core.clock import Clock
from colter.core.errors import StateError
from colter.core.model import AlertState, Silence, Target
from colter.core.ports import Store

log = logging.getLogger(__name__)

_FRESH = timedelta(seconds=5)
"""Silences that other processes begin or end are honoured after this time."""
_LATE = timedelta(days=1)
"""Looks may be judged so long after they were taken; silences that ended before that are of no interest."""
_RANDOM_BITS = 80


@dataclass(slots=True)
class Case:
    """One rule on one target: as it is configured, and where it stands."""

    alert: Alert
    standing: Standing | None = None
    """None: it has never been looked at."""

    @property
    def next_look(self) -> int:
        """The sequence of the next look."""
        return 0 if self.standing is None else self.standing.seen + 1

    def take(self, state: AlertState) -> None:
        """Continue from what was kept."""
        if state.memory:
            subject = self.alert.subject
            self.standing = replace(read_standing(state.memory), target=subject.target, rule=subject.rule)


@dataclass(slots=True)
class Decisions:
    """What was decided together, and is to be committed together."""

    now: datetime
    states: dict[tuple[Target, str], AlertState] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def keep(self, state: AlertState) -> None:
        """Commit this, in place of what was to be committed of the same."""
        self.states[state.target, state.rule] = state

    def forget(self, state: AlertState) -> None:
        """It is not watched any more: who was told that it fires is told so."""
        if state.incident and state.memory:
            self.notices += remove(replace(read_standing(state.memory), target=state.target), self.now)
        self.keep(replace(state, state="gone", memory=""))

    def decided(self, channels: Sequence[str], wait: timedelta) -> Decided:
        """All of it; channels that are not configured any more are told nothing."""
        if not self.states and not self.notices:
            return NOTHING
        notices = [
            replace(notice, channels=tuple(name for name in notice.channels if name in channels))
            for notice in self.notices
        ]
        return Decided(tuple(self.states.values()), tuple(map(to_delivery, queue(notices, self.now, wait))))


class Judge:
    """Knows what matters to all cases: silences, what has arrived of open incidents, whether looks have a rhythm."""

    def __init__(self, store: Store, clock: Clock, channels: Collection[str], *, rhythmic: bool) -> None:
        self._store = store
        self._clock = clock
        self._channels = frozenset(channels)
        self._rhythmic = rhythmic
        self._silences: Sequence[Window] = ()
        self._read_again: float | None = None
        self._told: dict[str, Told] = {}
        """What was told, by the id of each open incident."""

    def adopt(self, channels: Collection[str]) -> None:
        """From now on there are these channels."""
        self._channels = frozenset(channels)

    async def refresh(self) -> None:
        """Read the silences, unless that was just done; when they are out of reach, the known ones hold."""
        now = self._clock.monotonic()
        if self._read_again is not None and now < self._read_again:
            return
        self._read_again = now + _FRESH.total_seconds()
        try:
            silences = await self._store.silences()
        except StateError as error:
            log.warning("silences could not be read: %s", error)
        else:
            oldest = self._clock.now() - _LATE
            self._silences = [_window(silence) for silence in silences if silence.ends > oldest]

    async def reassign(self, case: Case) -> None:
        """Have others told of its open incident, when all the channels that were told of it are gone."""
        if case.alert.policy.channels and case.standing and await self._is_orphaned(case.standing):
            case.standing = told_nobody(case.standing, new_id(self._clock.now()))

    async def recall(self, case: Case) -> None:
        """Do the same, and read which messages about the incident have arrived."""
        await self.reassign(case)
        if case.standing and case.standing.incident:
            incident = case.standing.incident.id
            self._told[incident] = NONE_ARRIVED
            self.hear(map(from_delivery, await self._store.arrived(incident)))

    def hear(self, rows: Iterable[Outgoing]) -> None:
        """These have arrived."""
        for each in rows:
            incident = each.notice.incident
            if known := self._told.get(incident):
                arrived = max(known.sequence, each.notice.sequence)
                self._told[incident] = Told(arrived, known.deliveries + 1)

    def is_muted(self, alert: Alert, at: datetime) -> bool:
        """Whether nobody is to be told of what is seen at this moment."""
        return any(calendar.is_open(at) for calendar in alert.calendars) or is_muted(alert.subject, self._silences, at)

    def look(self, case: Case, look: Observation, decisions: Decisions, *, held: bool = False) -> None:
        """Judge it by this look. `held`: something that it needs is in trouble."""
        subject, policy, before = case.alert.subject, case.alert.policy, case.standing
        known = before or begin(subject.target, subject.rule, look.measured_at)
        around = Circumstances(new_id, self.is_muted(case.alert, look.measured_at), held, self._heard_of(known))
        counted = resume(known, policy, look.measured_at) if self._rhythmic else known
        case.standing, notices = step(counted, look, policy, decisions.now, around)
        self._remember(known, case.standing)
        if before is None or _matters(before, case.standing):
            decisions.keep(to_state(case.standing))
        decisions.notices += notices

    def remind(self, case: Case, decisions: Decisions, *, held: bool = False) -> None:
        """Between two looks: see whether a reminder has become due."""
        before = case.standing
        if before is None or before.incident is None:
            return
        around = Circumstances(new_id, self.is_muted(case.alert, decisions.now), held, self._heard_of(before))
        case.standing, notices = remind(before, case.alert.policy, decisions.now, around)
        after = case.standing.incident
        if notices or (after and after.told != before.incident.told):  # not each moment of a silence
            decisions.keep(to_state(case.standing))
        decisions.notices += notices

    async def _is_orphaned(self, standing: Standing) -> bool:
        told = standing.incident.channels if standing.incident else ()
        if standing.told is Claim.OK or not self._channels.isdisjoint(told):
            return False
        # What such a channel is owed still is told to another one, and then that one is told the rest.
        owed = (owing.to for owing in await self._store.owing() if owing.lane == "channel" and owing.deliveries)
        return frozenset(owed).isdisjoint(told)

    def _heard_of(self, standing: Standing) -> Told:
        return self._told.get(standing.incident.id, NONE_ARRIVED) if standing.incident else NONE_ARRIVED

    def _remember(self, before: Standing, after: Standing) -> None:
        if after.incident:
            self._told.setdefault(after.incident.id, NONE_ARRIVED)
        elif before.incident:
            self._told.pop(before.incident.id, None)


def to_state(standing: Standing) -> AlertState:
    """What is committed of a standing."""
    return replace(row(standing), memory=write_standing(standing))


def _matters(before: Standing, after: Standing) -> bool:
    # While it is us who are offline, thousands of looks tell nothing, one like the other.
    still_unknown = before.unknown and after.unknown and before.muted == after.muted and not after.trail
    return worth_writing(before, after) and not still_unknown


def new_id(now: datetime) -> str:
    """An id for a new incident."""
    return ulid(now, secrets.randbits(_RANDOM_BITS))


def _window(silence: Silence) -> Window:
    return Window(meant_by(silence.name), silence.begins, silence.ends)
