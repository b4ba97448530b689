"""The sources (GitHub, package indexes), and how each is made from the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from colter.app.registry.parts import Parts
from colter.config.settings import Settings
from colter.core.errors import ConfigError
from colter.core.ports import Source

SourceName = Literal["github", "pypi"]


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """What one source is to read."""

    source: SourceName
    targets: tuple[str, ...] = ()
    """None: the configured ones."""
    facts: frozenset[str] = frozenset()
    """GitHub: what to read beside the core facts; none: as configured."""
    splits: frozenset[str] = frozenset()
    """PyPI: `python`, `system`."""


def configured_sources(settings: Settings) -> list[TrackPlan]:
    """The sources that have something to read."""
    config = settings.config
    return [
        *([TrackPlan("github")] if config.github.targets or config.github.token else []),
        *([TrackPlan("pypi")] if config.pypi.packages else []),
    ]


def make_source(plan: TrackPlan, parts: Parts) -> Source:
    """The source for a plan; ColterError when its settings or secrets are not usable."""
    return SOURCES[plan.source](plan, parts)


def _github(plan: TrackPlan, parts: Parts) -> Source:
    from colter.sources.github.source import RENEWAL, GitHub  # noqa: PLC0415

    config = parts.settings.config.github
    token = parts.secret(config.token)
    targets = plan.targets or tuple(config.targets)
    if not targets and token is None:
        raise ConfigError(
            "github: no repositories to read, and no token whose owner's repositories could be read",
            hint="name some, as in: colter track github pallets/flask; or set github.targets or github.token",
        )
    return GitHub(
        targets=targets,
        facts=plan.facts or frozenset(config.with_),
        token=token,
        api_url=config.api_url,
        http=parts.http,
        recall=parts.recall,
        clock=parts.clock,
        allowances=parts.allowances,
        renewal=parts.settings.renewal(config.token) if config.token else RENEWAL,
    )


def _pypi(plan: TrackPlan, parts: Parts) -> Source:
    from colter.sources.pypi.source import PyPI  # noqa: PLC0415

    config = parts.settings.config.pypi
    packages = plan.targets or tuple(config.packages)
    if not packages:
        raise ConfigError(
            "pypi: no packages to read",
            hint="name some, as in: colter track pypi requests; or set pypi.packages",
        )
    return PyPI(
        packages=packages,
        splits=plan.splits,
        index_url=parts.settings.text(config.index_url),
        stats_url=parts.settings.text(config.stats_url),
        http=parts.http,
        recall=parts.recall,
        clock=parts.clock,
    )


SOURCES: Mapping[SourceName, Callable[[TrackPlan, Parts], Source]] = {"github": _github, "pypi": _pypi}
