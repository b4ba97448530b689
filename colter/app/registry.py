"""Which sources there are and what each is made from. A new one is one line in SOURCES and one function."""

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from colter.config.settings import Settings
from colter.core.clock import Clock
from colter.core.errors import ConfigError
from colter.core.model import Entry, Metric
from colter.core.ports import Display, Recall, Sink, Source

if TYPE_CHECKING:
    from colter.net.http import Http

T = TypeVar("T")
SourceName = Literal["github", "pypi"]
SinkName = Literal["influx", "prometheus", "database", "file"]


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


@dataclass(frozen=True, slots=True)
class Parts:
    """What sources and sinks are made from."""

    settings: Settings
    http: "Http"
    recall: Recall
    clock: Clock


@dataclass(frozen=True, slots=True)
class SinkKind:
    """One kind of sink."""

    section: str
    """Of the configuration: without it the sink is not set up."""
    make: Callable[[Parts], Sink[Any] | Display]


def make_source(plan: TrackPlan, parts: Parts) -> Source:
    """The source for a plan; ColterError when its settings or secrets are not usable."""
    return SOURCES[plan.source](plan, parts)


def check_sinks(names: Iterable[str], settings: Settings) -> None:
    """ConfigError when one of these sinks is not set up. Opens no secret."""
    for name in names:
        section = SINKS[cast("SinkName", name)].section
        if getattr(settings.config, section) is None:
            raise ConfigError(
                f"{name}: there is no section `{section}` in the configuration",
                hint=f"add it: docs/configuration.md; or: colter config set {section}.KEY VALUE",
            )


def configured_sinks(settings: Settings) -> list[str]:
    """The sinks that are set up."""
    return [name for name, kind in SINKS.items() if getattr(settings.config, kind.section) is not None]


def make_sink(name: str, parts: Parts) -> Sink[Any] | Display:
    """A sink that is set up; ColterError when its settings or secrets are not usable. To be closed by the caller."""
    return SINKS[cast("SinkName", name)].make(parts)


def catalogue() -> Mapping[tuple[str, str], Metric]:
    """Every declared metric by source and key."""
    from colter.core.probe_metrics import METRICS as PROBE  # noqa: PLC0415
    from colter.sources.github.metrics import METRICS as GITHUB  # noqa: PLC0415  keeps `--version` and friends light
    from colter.sources.pypi.metrics import METRICS as PYPI  # noqa: PLC0415

    declared = {"github": GITHUB, "pypi": PYPI, "probe": PROBE}
    return {(source, metric.key): metric for source, metrics in declared.items() for metric in metrics}


def _github(plan: TrackPlan, parts: Parts) -> Source:
    from colter.sources.github.source import GitHub  # noqa: PLC0415

    config = parts.settings.config.github
    token = parts.settings.reveal(config.token) if config.token else None
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


def _influx(parts: Parts) -> Sink[bytes]:
    from colter.sinks.influx import Influx  # noqa: PLC0415  each sink brings a library of its own

    config = _set_up(parts.settings.config.influxdb)
    token = parts.settings.reveal(config.token) if config.token else None
    return Influx(url=config.url, org=config.org, bucket=config.bucket, token=token, http=parts.http, clock=parts.clock)


def _file(parts: Parts) -> Sink[str]:
    from colter.sinks.file import File  # noqa: PLC0415
    from colter.sinks.formats import BY_ENDING, FORMATS  # noqa: PLC0415

    config = _set_up(parts.settings.config.file)
    path = Path(config.path).expanduser()
    format_ = FORMATS[config.format or BY_ENDING[path.suffix]]
    return File(path, format_, max_size=config.max_size.count, keep=config.keep, clock=parts.clock)


def _prometheus(parts: Parts) -> Display:
    from colter.sinks.prometheus import Place, Prometheus  # noqa: PLC0415
    from colter.sinks.pushgateway import Pushgateway  # noqa: PLC0415
    from colter.sinks.textfile import TextFile  # noqa: PLC0415

    config = _set_up(parts.settings.config.prometheus)
    places: list[Place] = []
    if config.gateway:
        gateway = Pushgateway(
            gateway=config.gateway,
            job=config.job,
            instance=config.instance or platform.node(),
            user=config.user,
            password=parts.settings.reveal(config.password) if config.password else None,
            http=parts.http,
            clock=parts.clock,
        )
        places.append(gateway)
    if config.textfile:
        places.append(TextFile(Path(config.textfile).expanduser()))
    return Prometheus(*places)


def _database(parts: Parts) -> Sink[Entry]:
    from colter.sinks.database import Database, Server, address  # noqa: PLC0415

    config, reveal = _set_up(parts.settings.config.database), parts.settings.reveal
    if config.url:
        return Database(address(reveal(config.url)))
    password = reveal(config.password) if config.password else None
    # The schema sees to it that there are a driver and a name where there is no url.
    server = Server(config.driver or "sqlite", config.name or "", config.host, config.port, config.user, password)
    return Database(address(server))


def _set_up(section: T | None) -> T:
    if section is None:
        raise ConfigError("a sink was asked for that is not set up", hint="colter config check")
    return section


SINKS: Mapping[SinkName, SinkKind] = {
    "influx": SinkKind("influxdb", _influx),
    "prometheus": SinkKind("prometheus", _prometheus),
    "database": SinkKind("database", _database),
    "file": SinkKind("file", _file),
}
