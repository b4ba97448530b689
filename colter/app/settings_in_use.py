"""Which settings each sink, channel and source is made with: the newest, or older ones while new secrets are locked."""

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple, cast

from colter.app.registry import SINKS, SinkName
from colter.config.schema.alerting import EmailChannel
from colter.config.schema.config import Config
from colter.config.settings import Settings

Path = tuple[str, ...]


class Part(NamedTuple):
    """Something that is made with settings."""

    kind: Literal["sink", "channel", "source"]
    name: str


class SettingsInUse:
    """The newest settings; and older ones, for the parts whose new secrets are locked."""

    def __init__(self, settings: Settings, sinks: Sequence[str]) -> None:
        self.newest = settings
        self._sinks = sinks
        self._older: dict[Part, Settings] = {}

    def of(self, part: Part) -> Settings:
        """The settings that a part is made with."""
        return self._older.get(part, self.newest)

    def adopt(self, settings: Settings, locked: Collection[Path]) -> set[Part]:
        """Go on with these.

        Args:
            settings: the new ones.
            locked: places of the secrets in them that cannot be opened now.

        Returns:
            The parts that must be made anew.
        """
        older, changed = {}, set()
        for part in _parts(settings.config, self._sinks):
            before = self.of(part)
            if _is_locked(part, settings.config, locked) and _written(part, before.config):
                older[part] = before
            elif _written(part, before.config) != _written(part, settings.config):
                changed.add(part)
        self.newest, self._older = settings, older
        return changed


def needed_secrets(settings: Settings, sinks: Sequence[str]) -> list[Path]:
    """Beginnings of the places where the secrets are that sinks, channels, sources and endpoints need."""
    places = {place for part in _parts(settings.config, sinks) for place in _places(part, settings.config)}
    return [*places, ("endpoints",), ("probe",)]


def _parts(config: Config, sinks: Sequence[str]) -> Iterator[Part]:
    yield from (Part("sink", name) for name in sinks)
    yield from (Part("channel", name) for name in config.channels)
    yield from (Part("source", name) for name in ("github", "pypi"))


def _places(part: Part, config: Config) -> list[Path]:
    if part.kind == "sink":
        return [(SINKS[cast("SinkName", part.name)].section,)]
    if part.kind == "source":
        return [(part.name,)]
    mail = isinstance(config.channels.get(part.name), EmailChannel)
    return [("alerts", "channels", part.name), *([("smtp",)] if mail else [])]


def _written(part: Part, config: Config) -> list[object]:
    """What is configured of a part; nothing when it is not."""
    if part.kind != "channel":
        sections = [getattr(config, place[0]) for place in _places(part, config)]
    elif channel := config.channels.get(part.name):
        sections = [channel, *([config.smtp] if isinstance(channel, EmailChannel) else [])]
    else:
        sections = []
    return [section for section in sections if section is not None and section.model_fields_set]


def _is_locked(part: Part, config: Config, locked: Collection[Path]) -> bool:
    return any(secret[: len(place)] == place for place in _places(part, config) for secret in locked)
