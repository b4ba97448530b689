"""What readings of repositories and packages mean to rules.

A number that is missing tells nothing: absent is not zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from colter.core.alerting.observation import Observation, Verdict
from colter.core.alerting.rule_text import NEW, Level
from colter.core.model import Reading

Earlier = Mapping[str, Sequence[tuple[datetime, float]]]
"""Values of numbers before this reading, oldest first: as far back as the windows of the rules reach."""

_FACTS = {"true": True, "false": False}
_COVERED = 0.5  # of the window must be known before a mean over it means anything


def observe(rule: Level, reading: Reading, earlier: Earlier, sequence: int) -> Observation:
    """The reading, judged by the rule."""
    if rule.condition.compare is None:
        fact = _FACTS.get(reading.info.get(rule.condition.name, ""))
        return _observation(rule, reading, sequence, fact)
    value, base = _value(rule, reading, earlier), _base(rule, reading, earlier)
    if value is None or base is None:
        return _observation(rule, reading, sequence, None)
    name = rule.condition.name
    condition = replace(rule.condition, bound=rule.condition.bound * base)
    shown = f"{name} is {value:g}" + (f", the mean of the time before is {100 * base:g}" if rule.share_of else "")
    return _observation(rule, reading, sequence, condition.holds({name: value}, frozenset()), shown)


def _observation(
    rule: Level, reading: Reading, sequence: int, holds: bool | None, detail: str | None = None
) -> Observation:
    verdict = Verdict.UNKNOWN if holds is None else Verdict.BAD if holds else Verdict.GOOD
    return Observation(sequence, verdict, reading.at, reason=rule.text, detail=detail)


def _value(rule: Level, reading: Reading, earlier: Earlier) -> float | None:
    if not rule.growth_in:
        return reading.values.get(rule.condition.name)
    number = rule.condition.name.removesuffix(NEW)
    value, start = reading.values.get(number), reading.at - rule.growth_in
    before = [known for at, known in earlier.get(number, ()) if at <= start]
    return None if value is None or not before else value - before[-1]


def _base(rule: Level, reading: Reading, earlier: Earlier) -> float | None:
    """What the bound is multiplied with: 1, or a hundredth of the mean."""
    if not rule.share_of:
        return 1.0
    known = [
        (at, value)
        for at, value in earlier.get(rule.condition.name, ())
        if reading.at - rule.share_of <= at < reading.at
    ]
    if not known or reading.at - known[0][0] < _COVERED * rule.share_of:
        return None
    return sum(value for _, value in known) / len(known) / 100
