"""What is configured about alerts, in the words of the engine: which rules watch what, and who is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from graphlib import TopologicalSorter

from colter.app.alerting.calendar import Calendar, read_calendar
from colter.config.rhythm import longest_pause, own_rhythms
from colter.config.schema import alerting as section
from colter.config.schema.config import Config
from colter.config.schema.endpoints import Endpoint
from colter.config.schema.measures import Threshold as Looks
from colter.core.alerting.channels import REFUSES, channel_policy, channel_target
from colter.core.alerting.configuration import CONFIGURATION, WRONG, configuration_policy
from colter.core.alerting.endpoints import DEGRADED, DOWN
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.routes import Match, Route, Subject, routed
from colter.core.alerting.rule_text import Happening, Level
from colter.core.alerting.tracked import read_rule
from colter.core.model import Target
from colter.sources.pypi.names import same_name

_AT_MOST = timedelta(days=1)
"""Without a rhythm: a look speaks for the time since the one before it, but for no longer than this."""
_ONCE = Threshold(1, 1)
_NO_TAGS: frozenset[str] = frozenset()  # an empty one made anew takes 216 bytes, for each of thousands of endpoints


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule on one target."""

    subject: Subject
    policy: Policy
    calendars: Sequence[Calendar] = ()
    """Maintenance: times in which nobody is told of it."""


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """One endpoint, with the two rules that every endpoint has."""

    down: Alert
    degraded: Alert
    needs: Sequence[str]
    """Names of other endpoints."""
    place: int
    """Endpoints are decided in the order of this number: each one after all that it needs."""


@dataclass(frozen=True, slots=True)
class TrackedRule:
    """A rule on repositories or packages."""

    match: Match
    rule: Level | Happening

    def watches(self, target: Target) -> bool:
        """Whether it is about this target. Neither GitHub nor package indexes care for capitals."""
        return self.match.meets(_lower(target))


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told, and when nobody is."""

    channels: Sequence[str]
    """In the order of the configuration."""
    routes: Sequence[Route]
    calendars: Sequence[Calendar]
    _policies: dict[Policy, Policy] = field(default_factory=dict)
    """Each once: thousands of endpoints share a few."""

    def alert(self, subject: Subject, policy: Policy) -> Alert:
        """What this policy comes to for this subject."""
        policy = routed(policy, subject, self.routes, self.channels)
        calendars = tuple(each for each in self.calendars if each.match.meets(subject))
        return Alert(subject, self._policies.setdefault(policy, policy), calendars)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is configured about alerts."""

    endpoints: Mapping[str, EndpointPlan]
    tracked: Sequence[TrackedRule]
    telling: Telling
    fallback: Mapping[str, str]
    """Channel to tell in the place of one that refuses, where one is named."""
    listed: Mapping[str, Sequence[Match]]
    """By source, the repositories or packages that its list or a rule names. No entry: which they are is not known."""
    rhythm: timedelta | None
    """Time from one look at repositories and packages to the next; None: looks come when somebody asks for them."""
    apart: Mapping[str, timedelta] = field(default_factory=dict)
    """The same for sources that have another one, by name."""

    @property
    def channels(self) -> Sequence[str]:
        """In the order of the configuration."""
        return self.telling.channels

    def rules(self, target: Target) -> Iterator[Level | Happening]:
        """The rules on a repository or a package, each once."""
        found = {each.rule.text: each.rule for each in self.tracked if each.watches(target)}
        return iter(found.values())

    def expects(self, target: Target) -> bool:
        """Whether a repository or a package may be one of those that are configured."""
        listed = self.listed.get(target.source)
        return not listed or any(match.meets(_lower(target)) for match in listed)

    def alert(self, target: Target, rule: Level | Happening) -> Alert:
        """One of these rules on one of its targets. What it says is no accident: one look is enough."""
        for_ = rule.for_ if isinstance(rule, Level) else timedelta(0)
        policy = Policy(_ONCE, _ONCE, for_=for_, interval=self.apart.get(target.source, self.rhythm or _AT_MOST))
        return self.telling.alert(Subject(target, rule.text), policy)

    def channel(self, name: str) -> Alert:
        """The rule on a channel."""
        return Alert(Subject(channel_target(name), REFUSES), channel_policy(name, self.channels))

    def configuration(self) -> Alert:
        """The rule on the configuration itself."""
        return Alert(Subject(CONFIGURATION, WRONG), configuration_policy(tuple(self.channels)))


def read_plan(config: Config, *, rhythm: timedelta | None = None) -> Plan:
    """The plan of a checked configuration.

    Args:
        config: the configuration.
        rhythm: of a daemon: time from one look at repositories and packages to the next; endpoints then have their own
            intervals. None: looks come when somebody asks for them.
    """
    calendars = [read_calendar(each, to_match(each.match)) for each in config.alerts.maintenance]
    routes = [Route(to_match(each.match), tuple(each.notify), tuple(each.remind)) for each in config.alerts.routes]
    telling = Telling(tuple(config.channels), routes, calendars)
    return Plan(
        endpoints=_endpoints(config, telling, rhythmic=rhythm is not None),
        tracked=[TrackedRule(_pattern(rule.match), read_rule(rule.when, rule.source)) for rule in config.alerts.rules],
        telling=telling,
        fallback={name: channel.fallback for name, channel in config.channels.items() if channel.fallback},
        listed=_listed(config),
        rhythm=rhythm,
        apart={name: longest_pause(own) for name, own in own_rhythms(config).items()} if rhythm else {},
    )


@lru_cache(maxsize=64)  # thousands of endpoints share a few
def to_threshold(looks: Looks) -> Threshold:
    """A threshold in the words of the engine."""
    return Threshold(looks.count, looks.of)


def to_match(match: section.Match) -> Match:
    """The same for what is matched."""
    return Match(match.name, match.group, frozenset(match.tags), match.state)


def _endpoints(config: Config, telling: Telling, *, rhythmic: bool) -> Mapping[str, EndpointPlan]:
    needs = {endpoint.name: endpoint.needs for endpoint in config.endpoints}
    place = {name: number for number, name in enumerate(TopologicalSorter(needs).static_order())}
    planned = {}
    for endpoint in config.endpoints:
        policy = _policy(endpoint, config, rhythmic=rhythmic)
        target, tags = Target("probe", endpoint.name), frozenset(endpoint.tags) or _NO_TAGS
        down, degraded = (
            telling.alert(Subject(target, rule, endpoint.group, tags), policy) for rule in (DOWN, DEGRADED)
        )
        planned[endpoint.name] = EndpointPlan(down, degraded, tuple(endpoint.needs), place[endpoint.name])
    return planned


def _policy(endpoint: Endpoint, config: Config, *, rhythmic: bool) -> Policy:
    return Policy(
        down_after=to_threshold(endpoint.down_after or config.probe.down_after),
        up_after=to_threshold(endpoint.up_after or config.probe.up_after),
        interval=(endpoint.interval or config.probe.interval) if rhythmic else _AT_MOST,
    )


def _listed(config: Config) -> Mapping[str, Sequence[Match]]:
    listed = {
        "github": [f"github:{name}" for name in config.github.targets if "/" in name and not name.startswith("!")],
        "pypi": [f"pypi:{name}" for name in config.pypi.packages],
    }
    named = [rule.match for rule in config.alerts.rules if "*" not in rule.match]
    return {source: [_pattern(name) for name in (*names, *named)] for source, names in listed.items() if names}


def _pattern(written: str) -> Match:
    source, _, name = written.partition(":")
    # The names of packages are kept as PEP 503 writes them.
    return Match(name=f"{source}:{same_name(name) if source == 'pypi' else name.lower()}")


def _lower(target: Target) -> Subject:
    return Subject(Target(target.source, target.name.lower()), "")
