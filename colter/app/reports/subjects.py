"""What a report can be about: everything that is configured or was ever looked at, and what names mean of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from colter.app.naming import Nameable, nameable
from colter.config.schema.config import Config
from colter.config.schema.endpoints import Endpoint
from colter.core.model import Target
from colter.core.ports import TargetStatus

ENDPOINTS = "probe"
"""The source of endpoints; all others have numbers."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a report can be about."""

    target: Target
    group: str = ""
    """Endpoints only."""
    tags: frozenset[str] = frozenset()
    """Endpoints only: those that are configured."""
    configured: bool = True
    """Endpoints only: False when it is looked at no more, or only when somebody asks."""
    seen: datetime | None = None
    """When it was last looked at."""


def subjects(config: Config, seen: Iterable[TargetStatus]) -> Sequence[Subject]:
    """Endpoints in the order of the configuration, then what the history knows beside them."""
    left = {status.target: status for status in seen}
    configured = [
        _configured(endpoint, left.pop(Target(ENDPOINTS, endpoint.name), None)) for endpoint in config.endpoints
    ]
    return [*configured, *(_seen(left[target]) for target in sorted(left))]


def chosen(names: Sequence[str], config: Config, known: Sequence[Subject]) -> Sequence[Subject]:
    """Those that any of the names means; without names, all. `@` stands before a tag or a group.

    Raises:
        UsageError: a name means nothing; the hint has the nearest one.
    """
    if not names:
        return known
    all_known = Nameable({**nameable(config, ()).targets, **{each.target: _labels(each) for each in known}})
    meant = frozenset[Target]().union(*map(all_known.meant, names))
    return [subject for subject in known if subject.target in meant]


def _configured(endpoint: Endpoint, status: TargetStatus | None) -> Subject:
    seen = status.at if status else None
    return Subject(Target(ENDPOINTS, endpoint.name), endpoint.group, frozenset(endpoint.tags), seen=seen)


def _seen(status: TargetStatus) -> Subject:
    group = status.result.group if status.result else ""
    return Subject(status.target, group, configured=status.target.source != ENDPOINTS, seen=status.at)


def _labels(subject: Subject) -> frozenset[str]:
    return subject.tags | ({subject.group} if subject.group else frozenset())
