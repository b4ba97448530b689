"""Which targets somebody means by a name: `api`, `@prod`, `github:me/*`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from colter.config.schema.config import Config
from colter.core.alerting.routes import Subject, meant_by
from colter.core.errors import UsageError
from colter.core.model import Target
from colter.core.names import did_you_mean, few

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Nameable:
    """The targets that can be named, each with its tags."""

    targets: Mapping[Target, frozenset[str]]

    def meant(self, name: str) -> frozenset[Target]:
        """The targets that a name, a pattern or `@tag` means, at least one.

        Raises:
            UsageError: it means none. The hint has the name that is most like it.
        """
        match = meant_by(name)
        found = {target for target, tags in self.targets.items() if match.meets(Subject(target, "", tags=tags))}
        if not found:
            raise UsageError(f"nothing that is watched is called {name!r}", hint=self._hint(name))
        return frozenset(found)

    def _hint(self, name: str) -> str:
        tags = {f"@{tag}" for each in self.targets.values() for tag in each}
        shown = sorted({*map(shown_target, self.targets), *tags})
        if guess := did_you_mean(name, sorted({*shown, *map(str, self.targets)})):
            return guess
        return f"watched are: {few(shown, _SHOWN)}" if shown else "nothing is watched"


def nameable(config: Config, seen: Iterable[Target]) -> Nameable:
    """Everything that is configured, and the repositories and packages that were seen: those may be meant by `me/*`."""
    names = [Target("pypi", package) for package in config.pypi.packages]
    names += [Target("github", name) for name in config.github.targets if not name.startswith("!")]
    names += [target for target in seen if target.source != "probe"]
    tagged = {Target("probe", endpoint.name): frozenset(endpoint.tags) for endpoint in config.endpoints}
    return Nameable({**dict.fromkeys(names, frozenset()), **tagged})


def shown_target(target: Target) -> str:
    """As people call it: an endpoint by its name, everything else with its source."""
    return target.name if target.source == "probe" else str(target)
