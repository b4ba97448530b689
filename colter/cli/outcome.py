"""How a run went: problems told to the user, conditions judged."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.core.errors import ColterError, UsageError

if TYPE_CHECKING:
    from colter.core.conditions import Condition

_SHOWN = 3


def report(error: ColterError, context: Context) -> None:
    """Tell the user what went wrong and what to do."""
    context.warn(f"colter: {error}")
    if error.hint:
        context.warn(f"  hint: {error.hint}")


def read_conditions(written: Iterable[str], *, numbers: frozenset[str], words: frozenset[str]) -> "Sequence[Condition]":
    """The conditions of `--fail-on`; UsageError for one that is none."""
    from colter.core.conditions import parse_condition

    try:
        return [parse_condition(text, numbers=numbers, words=words) for text in written]
    except ValueError as error:
        raise UsageError(f"--fail-on: {error}") from error


def few(names: Sequence[str], shown: int = _SHOWN) -> str:
    """The first names, and how many more there are."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")
