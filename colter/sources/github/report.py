"""What a collection has to say about every target: a reading, or a problem, once each."""

from collections.abc import Callable, Iterable, Mapping

from colter.core.clock import Clock
from colter.core.errors import SourceError
from colter.core.model import Reading, Target
from colter.sources.github.access import RefusedError
from colter.sources.github.limiter import LimitedError
from colter.sources.github.look import NAME, Look
from colter.sources.github.values import FULL_NAME


class Report:
    """Hands readings over as they come, and owes one for every name that was expected."""

    def __init__(
        self,
        emit: Callable[[Reading], None],
        clock: Clock,
        *,
        expected: Iterable[str],
        kept: Mapping[str, str],
        hint: str | None,
        renewal: str,
    ) -> None:
        """Nothing was said yet.

        Args:
            emit: takes the readings.
            clock: the time.
            expected: names and patterns.
            kept: names as earlier readings wrote them, by the name in lower case: a problem goes to that target.
            hint: what helps when a limit is used up.
            renewal: where a valid token is put in.
        """
        self._hint = hint
        self._renewal = renewal
        self._emit = emit
        self._kept = kept
        self._clock = clock
        self._owed = dict.fromkeys(expected)
        self._seen: set[str] = set()
        self._patterns: list[str] = []

    def has(self, look: Look) -> bool:
        """Whether this repository was already read, maybe under another name."""
        return look.identity in self._seen

    def read(self, look: Look, *, asked_as: str) -> None:
        """A repository was read; its reading goes by its name of today."""
        self._owed.pop(asked_as, None)
        if not self.has(look):
            self._seen.add(look.identity)
            self._emit(look.reading(self._clock.now()))

    def settled(self, name: str) -> None:
        """There is nothing more to say about an expected name or pattern."""
        self._owed.pop(name, None)

    def problem(self, name: str, reason: str) -> None:
        """A target could not be read."""
        self._owed.pop(name, None)
        target = Target(NAME, self._kept.get(name.lower(), name))
        self._emit(Reading(target, self._clock.now(), problem=reason))

    def pattern_problem(self, pattern: str, reason: str) -> None:
        """What a pattern stands for could not be found, or not all of it. A pattern is no target: see `finish`."""
        self._owed.pop(pattern, None)
        self._patterns.append(f"{pattern}: {reason}")

    def finish(self) -> None:
        """Everything was asked for.

        Raises:
            SourceError: some pattern could not be read.
        """
        if self._patterns:
            raise SourceError(f"{NAME}: {'; '.join(self._patterns)}")

    def stop(self, reason: Exception) -> None:
        """No further call can be made: what is still owed becomes problems.

        Raises:
            SourceError: nothing at all was read, or some pattern not to its end.
        """
        names = [name for name in self._owed if FULL_NAME.fullmatch(name)]
        if self._seen:
            for name in names:
                self.problem(name, str(reason))
        if not self._seen or self._owed or self._patterns:
            raise SourceError(
                f"{NAME}: {'; '.join([*self._patterns, str(reason)])}", hint=self._hint_for(reason)
            ) from reason

    def _hint_for(self, reason: Exception) -> str | None:
        if isinstance(reason, RefusedError):
            return f"put in a valid token: {self._renewal}"
        return self._hint if isinstance(reason, LimitedError) else None
