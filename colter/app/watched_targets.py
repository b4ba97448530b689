"""What the configuration says is watched."""

from colter.config.schema.config import Config
from colter.core.model import Target
from colter.sources.github.selection import matches, select
from colter.sources.pypi.names import same_name


class WatchedTargets:
    """The targets of a configuration."""

    def __init__(self, config: Config) -> None:
        self._endpoints = {endpoint.name for endpoint in config.endpoints}
        self._packages = set(map(same_name, config.pypi.packages))
        self._selection = select(config.github.targets)
        self._repositories = {name.lower() for name in self._selection.names}

    def place(self, target: Target) -> str | None:
        """Where in the configuration it comes from; None: it is not watched."""
        match target.source:
            case "probe" if target.name in self._endpoints:
                return "endpoints"
            case "pypi" if target.name in self._packages:
                return "pypi.packages"
            case "github" if self._is_selected(target.name):
                return "github.targets"
        return None

    def _is_selected(self, name: str) -> bool:
        """Which repositories the token's owner has is known to GitHub alone: those are not held to be meant."""
        if self._selection.excludes(name):
            return False
        return name.lower() in self._repositories or any(matches(each, name) for each in self._selection.patterns)
