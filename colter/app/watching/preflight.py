"""What a daemon would refuse at its start, for `colter config check`: nothing is sent, and no password is needed."""

from collections.abc import Iterator
from contextlib import contextmanager

from colter.app.settings_in_use import needed_secrets
from colter.app.watching.tokens import check_token
from colter.config.schema.alerting import HookChannel
from colter.config.schema.config import Config
from colter.config.schema.endpoints import Endpoint
from colter.config.schema.problems import Loc
from colter.config.schema.secretref import SecretRef
from colter.config.settings import Settings
from colter.core.errors import ColterError, ConfigError, LockedError
from colter.core.secret import Secret
from colter.sources.probe.check import mistakes


def preflight(settings: Settings) -> list[ColterError]:
    """Everything that is wrong with checked settings as they are used; what stands behind a password stays unknown."""
    return _Preflight(settings).problems


class _Preflight:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: dict[str, ColterError] = {}
        config = settings.config
        needed = needed_secrets(settings, sinks=())
        for ref in config.secrets:
            if any(ref.path[: len(place)] == place for place in needed):
                with self._noted():
                    self._reveal(ref)
        for number, endpoint in enumerate(config.endpoints):
            self._endpoint(endpoint, ("endpoints", number), config)
        for number, canary in enumerate(config.probe.online_check):
            self._endpoint(canary.as_endpoint(), ("probe", "online_check", number), config)
        self._jobs(config)
        self._channels(config)
        self._database(config)

    @property
    def problems(self) -> list[ColterError]:
        """Each once: of a secret that is not there, whoever needs it tells the same."""
        return list(self._found.values())

    def _endpoint(self, endpoint: Endpoint, loc: Loc, config: Config) -> None:
        if endpoint.address:
            with self._noted():
                if found := mistakes(endpoint, config.probe, self._reveal):
                    raise ConfigError("\n".join(self._settings.line(loc, each) for each in found))

    def _jobs(self, config: Config) -> None:
        owners: dict[Secret, str] = {}
        for endpoint in config.endpoints:
            ref = endpoint.heartbeat.token if endpoint.heartbeat else None
            if ref is None or self._settings.needs_password(ref):
                continue
            with self._noted():
                check_token(ref, endpoint.name, owners, self._settings)

    def _channels(self, config: Config) -> None:
        for channel in config.channels.values():
            url = getattr(channel, "url", None)
            if isinstance(channel, HookChannel) and isinstance(url, SecretRef):
                with self._noted():
                    self._hook(channel, url)

    def _hook(self, channel: HookChannel, ref: SecretRef) -> None:
        try:
            channel.check_url(self._reveal(ref).reveal())
        except ValueError as error:
            raise ConfigError(f"{self._settings.place(ref)}: {error}") from None

    def _database(self, config: Config) -> None:
        if not (config.database and config.database.url):
            return
        from colter.sinks.database import address  # noqa: PLC0415  SQLAlchemy, for those who have one

        try:
            where = self._reveal(config.database.url)
        except ColterError:  # whoever writes there will be told: a daemon need not
            return
        with self._noted():
            address(where)

    def _reveal(self, ref: SecretRef) -> Secret:
        if self._settings.needs_password(ref):
            raise LockedError(f"{self._settings.place(ref)}: not opened")
        return self._settings.reveal(ref)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except LockedError:
            pass
        except ColterError as error:
            self._found.setdefault(str(error), error)
