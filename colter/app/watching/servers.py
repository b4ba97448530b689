"""The servers that Colter talks to anyway, as configured: whether they answer tells whether this machine is online."""

from collections.abc import Iterator
from contextlib import suppress

from colter.app.watching.loopback import is_loopback
from colter.config.schema.destination import origin
from colter.config.schema.secretref import SecretRef
from colter.config.settings import Settings
from colter.core.errors import ColterError


def distant_servers(settings: Settings) -> list[str]:
    """`host:port` of each, but those on this machine; those whose address cannot be opened are left out."""
    servers = dict.fromkeys(where.rpartition("://")[2] for where in _configured(settings))
    return [server for server in servers if not is_loopback(server.rpartition(":")[0].strip("[]"))]


def _configured(settings: Settings) -> Iterator[str]:
    """`scheme://host:port` or `host:port`."""
    config = settings.config
    if config.github.targets or config.github.token:
        yield config.github.destination()
    if config.influxdb:
        yield config.influxdb.destination()
    if config.prometheus and config.prometheus.gateway:
        yield config.prometheus.destination()
    if config.database and config.database.driver not in (None, "sqlite"):
        yield config.database.destination().partition("/")[0]
    if config.smtp:
        yield config.smtp.destination()
    for url in (config.pypi.index_url, config.pypi.stats_url):
        yield from _opened(url, settings)
    for channel in config.channels.values():
        yield from _opened(getattr(channel, "url", None), settings)


def _opened(url: str | SecretRef | None, settings: Settings) -> Iterator[str]:
    with suppress(ColterError, ValueError):  # whoever uses it will complain
        address = settings.text(url)
        if address and address.startswith(("http://", "https://")):
            yield origin(address)
