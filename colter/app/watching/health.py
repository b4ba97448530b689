"""How the running daemon is: plain counters and times, filled by those who do the work, read by those who show it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from colter.app.watching.schedule import Counts
from colter.core.clock import Clock
from colter.core.model import Round

LONGEST_TURN = timedelta(seconds=3)
"""The loop turns once a second at least; who has not for so long hangs."""

Kind = Literal["probe", "job", "source"]
"""What is looked at by a schedule of its own: endpoints, jobs that report, repositories and packages."""


class Health:
    """Made when the daemon starts; a start counts as a reload that went well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.counts: Mapping[Kind, Counts] = {}
        """Looks that have begun, and what did not go as planned with them."""
        self.rounds: Counter[str] = Counter()
        """Rounds that were kept, by source."""
        self.last_round: datetime | None = None
        """When a round was kept last."""
        self.durations: dict[str, timedelta] = {}
        """By source: how long its last round took, from its first look until it was kept."""
        self.started = clock.now()
        self.loaded = self.started
        """When the configuration in use was taken over."""
        self.reload_problem: str | None = None
        """Why the last change of the configuration was not taken over."""
        self.wrong_since: datetime | None = None
        """Since when the newest configuration has not been in use; None: it is."""
        self.locked: Sequence[str] = ()
        """Keys of the secrets that could not be opened since: what needs them goes on as it was."""
        self._wrong = 0.0
        self._turned: float | None = None

    def turned(self) -> None:
        """The loop has come round."""
        self._turned = self._clock.monotonic()

    def kept(self, done: Round) -> None:
        """A round was kept."""
        self.last_round = self._clock.now()
        sources = {reading.target.source for reading in done.readings} | ({"probe"} if done.results else set())
        for source in sources:
            self.rounds[source] += 1
            self.durations[source] = self.last_round - done.started

    def reloaded(self, problem: str | None) -> None:
        """A changed configuration was taken over; or it was not, for this reason, and the one before stays in use."""
        self.reload_problem = problem
        if problem is None:
            self.loaded, self.wrong_since = self._clock.now(), None
        elif self.wrong_since is None:
            self.wrong_since, self._wrong = self._clock.now(), self._clock.monotonic()

    @property
    def wrong_for(self) -> timedelta:
        """How long the newest configuration has not been in use, whatever was changed in it meanwhile."""
        since = self._clock.monotonic() if self.wrong_since is None else self._wrong
        return timedelta(seconds=self._clock.monotonic() - since)

    @property
    def lag(self) -> float:
        """Seconds that a look of the last minute or two has begun after it was due, at most."""
        now = self._clock.monotonic()
        return max((counts.lag.value(now) for counts in self.counts.values()), default=0.0)

    def is_alive(self, now: float) -> bool:
        """Whether the loop turns; `now` by the monotonic clock. Until its first turn it is only starting."""
        return self._turned is None or now - self._turned < LONGEST_TURN.total_seconds()

    @property
    def is_ready(self) -> bool:
        """Whether the history is open, and something was kept in it."""
        return self.last_round is not None
