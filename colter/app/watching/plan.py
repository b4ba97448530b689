"""What a daemon watches: endpoints, jobs, repositories and packages, and how often, from the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from colter.app.registry import TrackPlan, configured_sources
from colter.app.watching.canaries import quick
from colter.app.watching.endpoints import WatchedEndpoint
from colter.app.watching.schedule import SOON
from colter.app.watching.servers import distant_servers
from colter.app.watching.tokens import read_tokens
from colter.config.rhythm import Rhythm, own_rhythms, read_rhythm
from colter.config.schema.endpoints import Canary, Endpoint
from colter.config.settings import Settings
from colter.core.errors import ConfigError
from colter.core.secret import Secret
from colter.core.units import format_amount
from colter.sources.probe.check import Check, check_from_config, check_from_url

TRACK_TIMEOUT = timedelta(minutes=10)
"""For a source as a whole."""


@dataclass(frozen=True)
class WatchPlan:
    """Everything that is watched."""

    endpoints: Sequence[WatchedEndpoint]
    jobs: Mapping[str, tuple[Endpoint, timedelta]]
    """By name: jobs that report, and how often it is looked up whether they have."""
    sources: Sequence[TrackPlan]
    every: Rhythm
    """How often each source is read."""
    apart: Mapping[str, Rhythm] = field(default_factory=dict)
    """The same for those that have a rhythm of their own, by name."""
    named: Sequence[Check] = ()
    """Who was named to tell whether we are online."""
    services: Sequence[Check] = ()
    """Who can tell otherwise: servers that are talked to anyway."""
    track_timeout: timedelta = TRACK_TIMEOUT
    soon: timedelta = SOON
    """Within this each endpoint has its first look."""
    tokens: Mapping[str, Secret] = field(default_factory=dict)
    """By the name of the job: the token by which it reports over HTTP."""
    heartbeat_url: str | None = None
    """What is fetched while all goes well."""

    def __str__(self) -> str:
        """Such as `3 endpoints and 2 sources`."""
        endpoints = len(self.endpoints) + len(self.jobs)
        return f"{format_amount(endpoints, 'endpoint')} and {format_amount(len(self.sources), 'source')}"

    @property
    def rhythms(self) -> Mapping[str, Rhythm]:
        """How often each source is read, by name."""
        return {plan.source: self.apart.get(plan.source, self.every) for plan in self.sources}

    @cached_property
    def checks(self) -> Mapping[str, Check]:
        """The checks of the endpoints, by name."""
        return {each.check.name: each.check for each in self.endpoints}


def read_watch_plan(
    settings: Settings, every: Rhythm | None = None, *, soon: timedelta = SOON, before: WatchPlan | None = None
) -> WatchPlan:
    """The plan of a checked configuration.

    Args:
        settings: the configuration.
        every: how often sources are read that have no rhythm of their own; None: as configured.
        soon: within this each endpoint has its first look.
        before: the plan until now. Of thousands of endpoints that are as they were there is one copy.

    Raises:
        ConfigError: nothing is configured that could be watched, or something of it cannot be used.
        LockedError, VaultError: a secret of an endpoint cannot be opened.
    """
    config = settings.config
    defaults = config.probe
    known = {each.check.name: each for each in before.endpoints} if before else {}

    def watched(endpoint: Endpoint) -> WatchedEndpoint:
        check = check_from_config(endpoint, defaults, settings.reveal)
        made = WatchedEndpoint(check, endpoint.interval or defaults.interval)
        former = known.get(endpoint.name)
        return former if former == made else made

    plan = WatchPlan(
        endpoints=[watched(each) for each in config.endpoints if each.address],
        jobs={each.name: (each, each.interval or defaults.interval) for each in config.endpoints if each.heartbeat},
        sources=configured_sources(settings),
        every=every or read_rhythm(config.daemon.every, config.daemon.tz),
        apart=own_rhythms(config),
        named=[_named(canary, settings) for canary in defaults.online_check],
        services=[quick(check_from_url(f"tcp://{server}")) for server in distant_servers(settings)],
        soon=soon,
        tokens=read_tokens(settings),
        heartbeat_url=config.daemon.heartbeat_url,
    )
    if not (plan.endpoints or plan.jobs or plan.sources):
        raise ConfigError(
            "nothing to watch: no endpoints, no repositories and no packages are configured", hint="colter config init"
        )
    return plan


def _named(canary: Canary, settings: Settings) -> Check:
    return quick(check_from_config(canary.as_endpoint(), settings.config.probe, settings.reveal))
