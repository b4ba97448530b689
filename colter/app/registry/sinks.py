"""The sinks (where measurements go), and how each is made from the configuration."""

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from colter.app.registry.parts import Parts, not_set_up
from colter.config.settings import Settings
from colter.core.errors import ConfigError
from colter.core.model import Entry
from colter.core.ports import Display, Sink

T = TypeVar("T")
SinkName = Literal["influx", "prometheus", "database", "file"]


@dataclass(frozen=True, slots=True)
class SinkKind:
    """One kind of sink."""

    section: str
    """The section of the configuration that sets it up."""
    make: Callable[[Parts], Sink[Any] | Display]


def check_sinks(names: Iterable[str], settings: Settings) -> None:
    """ConfigError when one of these sinks is not set up. Opens no secret."""
    for name in names:
        section = SINKS[cast("SinkName", name)].section
        if getattr(settings.config, section) is None:
            raise not_set_up(name, section)


def configured_sinks(settings: Settings) -> list[str]:
    """The sinks that are set up."""
    return [name for name, kind in SINKS.items() if getattr(settings.config, kind.section) is not None]


def make_sink(name: str, parts: Parts) -> Sink[Any] | Display:
    """A sink that is set up; ColterError when its settings or secrets are not usable. To be closed by the caller."""
    return SINKS[cast("SinkName", name)].make(parts)


def _influx(parts: Parts) -> Sink[bytes]:
    from colter.sinks.influx import Influx  # noqa: PLC0415  each sink brings a library of its own

    config = _set_up(parts.settings.config.influxdb)
    token = parts.secret(config.token)
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
    from colter.sinks.textfile import TextFile  # noqa: PLC0415

    config = _set_up(parts.settings.config.prometheus)
    places: list[Place] = []
    if config.gateway:
        from colter.sinks.pushgateway import Pushgateway  # noqa: PLC0415

        gateway = Pushgateway(
            gateway=config.gateway,
            job=config.job,
            instance=config.instance or platform.node(),
            user=config.user,
            password=parts.secret(config.password),
            http=parts.http,
            clock=parts.clock,
        )
        places.append(gateway)
    if config.textfile:
        places.append(TextFile(Path(config.textfile).expanduser()))
    return Prometheus(*places)


def _database(parts: Parts) -> Sink[Entry]:
    from colter.sinks.database import Database, Server, address  # noqa: PLC0415

    config = _set_up(parts.settings.config.database)
    if config.url:
        return Database(address(parts.settings.reveal(config.url)))
    password = parts.secret(config.password)
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
