"""Where alerts stand, and when nobody wants to hear of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from colter.core.model.targets import Target


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where one rule stands for one target."""

    target: Target
    rule: str
    state: Literal["ok", "pending", "firing", "recovering", "gone"]
    """Gone: it is not watched any more, and is forgotten."""
    since: datetime
    count: int = 0
    """Failures or successes in a row that count towards the next state."""
    incident: str | None = None
    sequence: int = 0
    memory: str = ""
    """All that the engine remembers of it, as it wrote it down."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which somebody wants to hear nothing of an endpoint, or of all with a tag; measuring goes on."""

    key: str
    """Unique for ever."""
    name: str
    """Of an endpoint or another target, `*` stands for anything; or `@tag`."""
    begins: datetime
    ends: datetime
    note: str = ""
    """Why, already clean."""
