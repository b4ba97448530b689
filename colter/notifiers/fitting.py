"""Messages that must not be longer than their receiver takes."""

from collections.abc import Callable, Iterable


def fit(lines: Iterable[str], limit: int, size: Callable[[str], int] = len) -> list[str]:
    """As many whole lines as fit, each with its line break; the last one says how many are missing.

    Args:
        lines: what is to be said.
        limit: how much is taken, in what `size` counts.
        size: of a text; characters, unless said otherwise.
    """
    wanted = list(lines)
    kept: list[str] = []
    left = limit - size(_more(len(wanted)))
    for line in wanted:
        left -= size(line) + 1
        if left < 0:
            return [*kept, _more(len(wanted) - len(kept))]
        kept.append(line)
    return kept


def _more(number: int) -> str:
    return f"... and {number} more lines"
