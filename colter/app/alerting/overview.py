"""What fires, what is silent, and what nobody has been told yet: read from the history alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from colter.app.alerting.calendar import Calendar
from colter.app.alerting.plan import Plan
from colter.app.alerting.silencing import in_force
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.routes import Match
from colter.core.alerting.standing import Claim, Standing
from colter.core.alerting.titles import title
from colter.core.alerting.written import read_standing
from colter.core.message import LONGEST_TITLE
from colter.core.model import AlertState, Delivery, Owing, Silence
from colter.core.ports import Store
from colter.core.text import clean


@dataclass(frozen=True, slots=True)
class Told:
    """What one channel was told of an incident."""

    channel: str
    messages: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule on one target for which not all is simply well."""

    standing: Standing
    told: Sequence[Told] = ()
    """By channel; of long ago only the newest is known."""

    @property
    def open(self) -> bool:
        """Whether it fires or flaps; else it has only begun to fail, or nobody was told yet that it is over."""
        return self.standing.claim is not Claim.OK

    @property
    def state(self) -> str:
        """`pending`, `firing`, `recovering`, `flapping`, or `ok`."""
        return Claim.FLAPPING.value if self.standing.flapping else self.standing.phase.value

    @property
    def since(self) -> datetime:
        """When it began, by the looks."""
        incident = self.standing.incident
        return incident.since if incident else self.standing.since

    @property
    def messages(self) -> int:
        """How many have arrived, all channels counted."""
        incident = self.standing.incident
        return max(sum(each.messages for each in self.told), incident.told.deliveries if incident else 0)


@dataclass(frozen=True, slots=True)
class Unheard:
    """A notification that has not arrived."""

    delivery: Delivery
    channel: Owing | None
    """How its channel fares; None: nothing is wrong with it, or the notification was given up."""

    @property
    def title(self) -> str:
        """What it says, clean."""
        return clean(title(from_delivery(self.delivery).notice), LONGEST_TITLE)

    @property
    def given_up(self) -> bool:
        """Whether it never will arrive."""
        return self.delivery.settled is not None

    @property
    def problem(self) -> str | None:
        """Why it has not arrived; None when it has only just come."""
        return self.delivery.last_error or (self.channel.problem if self.channel else None)

    @property
    def tries(self) -> int | None:
        """How often in a row its channel has taken nothing; None when nobody tries any more."""
        return None if self.given_up else self.channel.failures if self.channel else 0

    @property
    def retry_at(self) -> datetime | None:
        """When its channel is tried again."""
        return self.channel.retry_at if self.channel else None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Something that nobody is told of now."""

    name: str
    """`api`, `@prod`, `group backend`, or `everything`."""
    kind: Literal["silence", "maintenance"]
    begins: datetime
    ends: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """How things stand."""

    at: datetime
    alerts: Sequence[Alert]
    quiet: Sequence[Quiet]
    unheard: Sequence[Unheard]
    """Oldest first."""


async def survey(store: Store, plan: Plan, now: datetime) -> Overview:
    """Read it; maintenances are those of the plan."""
    alerts = [Alert(each, await _told(store, each)) for each in _not_simply_well(await store.alert_states())]
    channels = {each.to: each for each in await store.owing() if each.lane == "channel"}
    unheard = [Unheard(row, None if row.settled else channels.get(row.to)) for row in await store.undelivered()]
    quiet = [*map(_by_hand, in_force(await store.silences(), now)), *_maintained(plan.telling.calendars, now)]
    return Overview(now, alerts, quiet, unheard)


def _by_hand(silence: Silence) -> Quiet:
    return Quiet(silence.name, "silence", silence.begins, silence.ends, silence.note)


def _maintained(calendars: Iterable[Calendar], now: datetime) -> Iterable[Quiet]:
    windows = (calendar.window(now) for calendar in calendars)
    return (Quiet(_described(each.match), "maintenance", each.begins, each.ends) for each in windows if each)


def _described(match: Match) -> str:
    parts = [match.name, match.group and f"group {match.group}", " or ".join(f"@{tag}" for tag in sorted(match.tags))]
    return ", ".join(filter(None, [*parts, match.state])) or "everything"


def _not_simply_well(states: Iterable[AlertState]) -> Iterable[Standing]:
    for state in states:
        if state.state != "ok" or state.incident:  # the marks of rules on events are `ok` and have none
            yield replace(read_standing(state.memory), target=state.target)


async def _told(store: Store, standing: Standing) -> Sequence[Told]:
    if standing.incident is None:
        return ()
    by_channel: dict[str, list[datetime]] = {}
    for row in await store.arrived(standing.incident.id):
        by_channel.setdefault(row.to, []).append(row.settled or row.due)
    return [Told(channel, len(times), max(times)) for channel, times in by_channel.items()]
