"""A web server whose endpoints behave by plan, look after look."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from colter.core.clock import SystemClock
from tests.fakes.endpoints import Visit, reply

Look = Literal["up", "down", "degraded"]
SLOW = 1.6  # seconds; Clockwerk's example has an alert at 1.5
_PATIENCE = 300
_SHORT = timedelta(milliseconds=50)
_WAIT = SystemClock()


@dataclass
class Planned:
    """By path, what each look finds; at the end of its plan everything is up."""

    plans: Mapping[str, Sequence[Look]]
    looks: Counter[str] = field(default_factory=Counter)

    def __call__(self, visit: Visit) -> None:
        plan, place = self.plans[visit.path], self.looks[visit.path]
        self.looks[visit.path] += 1
        found = plan[place] if place < len(plan) else "up"
        if found == "degraded":
            visit.pause(SLOW)
        reply(500 if found == "down" else 204, b"")(visit)

    @property
    def over(self) -> bool:
        """Whether every plan is, and one more look was taken."""
        return all(self.looks[path] > len(plan) for path, plan in self.plans.items())


async def until(true: Callable[[], object]) -> None:
    """Wait for something that will be soon."""
    deadline = _WAIT.monotonic() + _PATIENCE
    while not true():
        assert _WAIT.monotonic() < deadline, "it did not happen"
        await _WAIT.sleep(_SHORT)
