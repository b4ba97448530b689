"""How long endpoints were up, each by itself and by group."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from colter.app.reports.subjects import Subject
from colter.app.reports.window import Window
from colter.core.model import Target
from colter.core.ports import Store
from colter.core.uptime.outage import Outage
from colter.core.uptime.tally import Tally

_Counted = Sequence[tuple[datetime, Tally]]


@dataclass(frozen=True, slots=True)
class Uptime:
    """How one endpoint was, or several together."""

    tally: Tally
    """All that was counted in the window."""
    span: timedelta
    """The length of the window, for each of them."""
    outages: Sequence[Outage]
    """Those that lasted in the window, in part or whole, oldest first."""

    @property
    def availability(self) -> float | None:
        """The share of the known time in which it was not down; None when nothing is known."""
        return self.tally.availability

    @property
    def coverage(self) -> float:
        """The share of the window of which it is known how it was."""
        return self.tally.coverage(self.span) or 0.0


@dataclass(frozen=True, slots=True)
class EndpointReport:
    """How one endpoint was."""

    subject: Subject
    uptime: Uptime
    since: datetime | None
    """The hour or the day of the first look, where that is not the one in which the window begins."""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """How the endpoints of one group were, together."""

    name: str
    endpoints: int
    uptime: Uptime


async def read_endpoints(store: Store, subjects: Sequence[Subject], window: Window) -> Sequence[EndpointReport]:
    """A report of each of these, also of those of which nothing is known."""
    if not subjects:
        return []
    targets = [subject.target for subject in subjects]
    counted: defaultdict[Target, list[_Counted]] = defaultdict(list)
    for part in window.parts:
        for target, tallies in (await store.tallies(targets, part.since, part.until, part.step)).items():
            counted[target].append(tallies)
    outages = _by_target(await store.outages(targets, window.since, window.end))
    return [_endpoint(each, counted[each.target], outages.get(each.target, ()), window) for each in subjects]


def lasted_until(outage: Outage, subject: Subject) -> datetime:
    """Its end; of one that lasts, the last look: where nobody looks any more, nothing is known behind it."""
    return outage.ended or subject.seen or outage.started


def grouped(endpoints: Iterable[EndpointReport]) -> Sequence[GroupReport]:
    """One for each group that has a name, in the order of their first endpoints."""
    groups: defaultdict[str, list[EndpointReport]] = defaultdict(list)
    for endpoint in endpoints:
        if endpoint.subject.group:
            groups[endpoint.subject.group].append(endpoint)
    return [GroupReport(name, len(members), _together(members)) for name, members in groups.items()]


def _endpoint(
    subject: Subject, counted: Sequence[_Counted], outages: Sequence[Outage], window: Window
) -> EndpointReport:
    tally = Tally.total(tally for part in counted for _, tally in part)
    first = min((begins for part in counted for begins, _ in part), default=None)
    since = first if first and first > window.since else None
    known = [outage for outage in outages if lasted_until(outage, subject) > window.since]
    return EndpointReport(subject, Uptime(tally, window.length, known), since)


def _together(members: Sequence[EndpointReport]) -> Uptime:
    uptimes = [member.uptime for member in members]
    return Uptime(
        Tally.total(uptime.tally for uptime in uptimes),
        sum((uptime.span for uptime in uptimes), timedelta()),
        sorted((outage for uptime in uptimes for outage in uptime.outages), key=lambda outage: outage.started),
    )


def _by_target(outages: Iterable[Outage]) -> Mapping[Target, Sequence[Outage]]:
    found: defaultdict[Target, list[Outage]] = defaultdict(list)
    for outage in outages:
        found[outage.target].append(outage)
    return found
