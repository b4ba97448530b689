"""How a run went: problems told to the user, conditions judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from colter.cli.context import Context, Terminated
from colter.core.errors import BusyError, ColterError, StateError, UsageError

if TYPE_CHECKING:
    from colter.core.conditions import Condition, Vocabulary

INTERRUPTIONS = (KeyboardInterrupt, Terminated)
PARTIAL = ("table", "text", "jsonl")
"""The formats in which a part of a result is shown; half a document would look like a whole one."""
_MOST_LINES = 20

T = TypeVar("T")


@dataclass(slots=True)
class Seen(Generic[T]):
    """What a run has seen; filled while it goes on, so that an interruption loses nothing."""

    started: datetime
    found: list[T] = field(default_factory=list)
    problems: Sequence[ColterError] = ()

    def tell_interrupted(self, context: Context, what: str, *, kept: bool) -> None:
        """Say what became of what was seen until Ctrl-C or SIGTERM."""
        for problem in self.problems:
            tell_error(problem, context)
        if self.found:
            lost = not kept or any(isinstance(problem, StateError | BusyError) for problem in self.problems)
            where = "not kept" if lost else "kept in the history"
            context.say(f"colter: interrupted; {what} until then: {len(self.found)}, {where}")


def tell_error(error: ColterError, context: Context) -> None:
    """Tell the user what went wrong and what to do."""
    context.warn(f"colter: {error}", "ERROR")
    if error.hint:
        context.warn(f"  hint: {error.hint}", "ERROR")


def say_first(context: Context, lines: Sequence[str], where: str) -> None:
    """The first of the lines, and of how many more there are `where` says what tells them."""
    for line in lines[:_MOST_LINES]:
        context.say(f"colter: {line}")
    if len(lines) > _MOST_LINES:
        context.say(f"colter: {len(lines) - _MOST_LINES} more of such lines are left out; {where}")


def read_conditions(written: Iterable[str], known: "Vocabulary") -> "Sequence[Condition]":
    """The conditions of `--fail-on`; UsageError for one that is none."""
    from colter.core.conditions import parse_condition

    try:
        return [parse_condition(text, known) for text in written]
    except ValueError as error:
        raise UsageError(f"--fail-on: {error}") from error
