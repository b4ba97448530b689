"""Names in messages: the first of many, and the one that was probably meant."""

from collections.abc import Sequence
from difflib import get_close_matches

_SHOWN = 3


def few(names: Sequence[str], shown: int = _SHOWN) -> str:
    """The first names, and how many more there are: `api, web, db and 4 more`."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """`did you mean 'api'?`, with the known name that is most like this one; empty when none is."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else ""
