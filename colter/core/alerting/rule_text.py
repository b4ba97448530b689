"""Rules on tracked numbers, as people write them.

open_vulnerability_alerts > 0          a number, compared
archived                               a fact that is true
downloads_day < 50% of 7d              compared with its mean over the time before
stars_new > 50 in 1d                   how much it has grown over that time
open_issues_new > 0                    events, or growth since the look before: told of once each, never over
ci_success == 0 for 1h                 any but the last kind, when it has lasted
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from colter.core.conditions import Condition, Vocabulary, parse_condition
from colter.core.units import parse_duration

NEW = "_new"

_RULE = re.compile(
    r"(?P<condition>.+?)(?:(?P<share>%)\s+of\s+(?P<of>\S+)|\s+in\s+(?P<within>\S+))?(?:\s+for\s+(?P<lasting>\S+))?"
)
_EXAMPLES = "'stars_new > 50 in 1d', 'downloads_day < 50% of 7d' or 'ci_success == 0 for 1h'"
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Level:
    """Holds or does not, at every look: the state machine makes incidents of it."""

    text: str
    condition: Condition
    """With `share_of`, its bound is in percent; with `growth_in`, its number is the growth."""
    share_of: timedelta = _NOTHING
    growth_in: timedelta = _NOTHING
    for_: timedelta = _NOTHING


@dataclass(frozen=True, slots=True)
class Happening:
    """Comes to pass at a look, and is told of once."""

    text: str
    condition: Condition
    """On how many there are."""
    event: str = ""
    """Kind of event; none: growth of the number since the look before."""

    @property
    def number(self) -> str:
        """Whose growth it is, when it is no event."""
        return self.condition.name.removesuffix(NEW)


def parse_rule(
    text: str, numbers: frozenset[str], words: frozenset[str], events: Mapping[str, str]
) -> Level | Happening:
    """Read a rule.

    Args:
        text: as it was written.
        numbers: keys of the metrics that it may speak of.
        words: facts that are true or false: `archived`, `yanked`.
        events: kinds of events, by the names that count them.

    Raises:
        ValueError: it is no rule, or speaks of something that is not known.
    """
    found = _RULE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"expected a rule such as {_EXAMPLES}, got {text!r}")
    grown = frozenset(name + NEW for name in numbers)
    known = Vocabulary(numbers | grown | events.keys(), words, _EXAMPLES)
    condition = parse_condition(found["condition"], known)
    for_ = parse_duration(found["lasting"]) if found["lasting"] else _NOTHING
    if found["share"]:
        return Level(text, condition, share_of=_window(found["of"]), for_=for_)
    if found["within"]:
        if condition.name not in grown:
            raise ValueError(f"'in' goes with the growth of a number, such as stars_new: {text!r}")
        return Level(text, condition, growth_in=_window(found["within"]), for_=for_)
    if condition.name in grown or condition.name in events:
        if for_:
            raise ValueError(f"what happens at one moment does not last; leave out 'for': {text!r}")
        return Happening(text, condition, events.get(condition.name, ""))
    return Level(text, condition, for_=for_)


def _window(written: str) -> timedelta:
    window = parse_duration(written)
    if not window:
        raise ValueError(f"expected a window such as 7d, got {written!r}")
    return window
