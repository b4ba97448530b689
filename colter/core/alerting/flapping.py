"""R9: a target that goes up and down is told of once, and again when it has settled."""

from itertools import pairwise

_LOOKS = 21  # as in Nagios: https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/3/en/flapping.html
_BEGINS, _ENDS = 0.5, 0.25
_CHANGES = 4


def remember(history: str, *, bad: bool, turned: bool) -> str:
    """The last looks with this one: b or g, a capital where the alert began or ended."""
    letter = "b" if bad else "g"
    return (history + (letter.upper() if turned else letter))[-_LOOKS:]


def is_flapping(history: str, *, before: bool) -> bool:
    """More than half of the looks differ from the one before them; once it flaps, until less than a quarter do."""
    unrest = max(_share(history, _LOOKS - 1), _burst(history))
    return unrest >= _ENDS if before else unrest > _BEGINS


def _burst(history: str) -> float:
    """The same over the last four beginnings and ends alone: nobody shall get eleven messages first."""
    turns = [place for place, letter in enumerate(history) if letter.isupper()]
    if len(turns) < _CHANGES:
        return 0.0
    start = max(turns[-_CHANGES] - 1, 0)
    return _share(history[start:], len(history) - 1 - start)


def _share(history: str, pairs: int) -> float:
    looks = history.lower()
    return sum(one != other for one, other in pairwise(looks)) / pairs
