"""What sources, sinks and channels are made from: settings with their secrets, an HTTP client, the history, a clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from colter.config.schema.secretref import SecretRef
from colter.config.settings import Settings
from colter.core.allowance import Allowances
from colter.core.clock import Clock
from colter.core.errors import ConfigError
from colter.core.ports import Recall
from colter.core.secret import Secret

if TYPE_CHECKING:
    from colter.net.http import Http


@dataclass(frozen=True, slots=True)
class Parts:
    """What sources, sinks and channels are made from."""

    settings: Settings
    open_http: "Callable[[], Http]"
    """Opens the HTTP client. Only when asked: importing httpx takes a quarter of a second, and a file needs none."""
    recall: Recall
    clock: Clock
    allowances: Allowances = field(default_factory=Allowances)

    @property
    def http(self) -> "Http":
        """The HTTP client, opened when it is first asked for."""
        return self.open_http()

    def secret(self, ref: SecretRef | None) -> Secret | None:
        """A secret that need not be configured; raises what `Settings.reveal` does."""
        return self.settings.reveal(ref) if ref else None


def not_set_up(name: str, section: str) -> ConfigError:
    """Something was asked for without its section of the configuration."""
    return ConfigError(
        f"{name}: there is no section `{section}` in the configuration",
        hint=f"add it: docs/configuration.md; or: colter config set {section}.KEY VALUE",
    )
