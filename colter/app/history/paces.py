"""How often each endpoint is looked at and after how many failures it is down: needed to count its uptime."""

from dataclasses import dataclass
from datetime import datetime

from colter.app.alerting.calendar import Calendar, read_calendar
from colter.app.alerting.plan import to_match, to_threshold
from colter.config.schema.config import Config
from colter.core.alerting.endpoints import DOWN
from colter.core.alerting.routes import Subject
from colter.core.model import Target
from colter.core.uptime.pace import Pace, Paces


def read_paces(config: Config) -> Paces:
    """The paces of a checked configuration. How often anything else was looked at, only its looks can tell."""
    calendars = [read_calendar(each, to_match(each.match)) for each in config.alerts.maintenance]
    defaults = config.probe
    others = Pace(None, to_threshold(defaults.down_after), to_threshold(defaults.up_after))
    paces: dict[Target, Pace] = {}
    same: dict[Pace, Pace] = {}  # thousands of endpoints share a few
    for endpoint in config.endpoints:
        subject = Subject(Target("probe", endpoint.name), DOWN, endpoint.group, frozenset(endpoint.tags))
        closed = tuple(calendar for calendar in calendars if calendar.match.meets(subject))
        pace = Pace(
            endpoint.interval or defaults.interval,
            to_threshold(endpoint.down_after or defaults.down_after),
            to_threshold(endpoint.up_after or defaults.up_after),
            _Maintenance(closed) if closed else None,
        )
        paces[subject.target] = same.setdefault(pace, pace)
    return lambda target: paces.get(target, others)


@dataclass(frozen=True, slots=True)
class _Maintenance:
    """Whether one of these is open."""

    calendars: tuple[Calendar, ...]

    def __call__(self, at: datetime) -> bool:
        return any(calendar.is_open(at) for calendar in self.calendars)
