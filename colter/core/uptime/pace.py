"""How one endpoint is looked at, as far as counting needs to know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from colter.core.alerting.policy import Threshold
from colter.core.model import Target

_DOWN_AFTER, _UP_AFTER = Threshold(3, 3), Threshold(2, 2)


@dataclass(frozen=True, slots=True)
class Pace:
    """What a look at an endpoint stands for."""

    interval: timedelta | None = None
    """From one look to the next, as it is configured; None: nobody knows, so the looks themselves have to tell."""
    down_after: Threshold = _DOWN_AFTER
    up_after: Threshold = _UP_AFTER
    maintenance: Callable[[datetime], bool] | None = None
    """Whether a moment lies in a maintenance; None: there is none. Asked in any thread, one at a time."""


Paces = Callable[[Target], Pace]
"""Of every endpoint, also of one that is not configured any more. Asked in any thread."""
