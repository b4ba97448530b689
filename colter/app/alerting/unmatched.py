"""What routes and maintenances speak of and nothing has: no error, for it may come later, but likely a slip."""

from collections.abc import Iterator

from colter.app.naming import Nameable, nameable
from colter.app.registry import SINKS
from colter.config.schema.alerting import Match
from colter.config.schema.config import Config
from colter.config.schema.conflicts import Conflict
from colter.config.schema.keys import nearest_item
from colter.core.alerting.channels import channel_target
from colter.core.alerting.configuration import CONFIGURATION
from colter.core.alerting.connectivity import SELF
from colter.core.alerting.own_events import COLTER
from colter.core.errors import UsageError
from colter.core.model import Target
from colter.sources.pypi.names import same_name


def find_unmatched(config: Config) -> Iterator[Conflict]:
    """Every group, tag and name in them that nothing of what is configured has."""
    ours = [
        COLTER,
        CONFIGURATION,
        SELF,
        *map(channel_target, config.channels),
        *(Target("sink", sink) for sink in SINKS),
    ]
    packages = [Target("pypi", same_name(package)) for package in config.pypi.packages]
    known = nameable(config, [*ours, *packages])
    groups = sorted({endpoint.group for endpoint in config.endpoints if endpoint.group})
    tags = sorted({tag for endpoint in config.endpoints for tag in endpoint.tags})
    for section, written in (("routes", config.alerts.routes), ("maintenance", config.alerts.maintenance)):
        for place, match in enumerate(each.match for each in written):
            loc = ("alerts", section, place, "match")
            if match.group is not None and match.group not in groups:
                yield (*loc, "group"), f"no endpoint has the group {match.group!r}; {nearest_item(match.group, groups)}"
            for number, tag in enumerate(match.tags):
                if tag not in tags:
                    yield (*loc, "tags", number), f"no endpoint has the tag {tag!r}; {nearest_item(tag, tags)}"
            if slip := _slip(match, known, config):
                yield (*loc, "name"), slip


def _slip(match: Match, known: Nameable, config: Config) -> str:
    # Which repositories there are, and how their names are written, GitHub knows.
    tracked = config.github.targets or config.github.token
    if match.name is None or (tracked and ("/" in match.name or "*" in match.name)):
        return ""
    try:
        known.meant(match.name)
    except UsageError as error:
        return f"{error}; {error.hint}"
    return ""
