"""`3` and `3 of 5`: which of the looks so far still count towards a change."""

from typing import Protocol, TypeVar

from colter.core.alerting.observation import Verdict
from colter.core.alerting.policy import Threshold


class Judged(Protocol):
    """A look, whatever else is remembered of it."""

    @property
    def verdict(self) -> Verdict:
        """What it means."""


Look = TypeVar("Look", bound=Judged)


def follow(trail: tuple[Look, ...], mark: Look, wanted: Verdict, threshold: Threshold) -> tuple[Look, ...]:
    """The looks that can still be among `count of the last of`, this one included; the first is one that is wanted.

    A look counts as long as no more than `of - count` of the other kind have come after it. With three in a row
    that is none, and the first good look ends the run.
    """
    if not trail and mark.verdict is not wanted:
        return ()
    longer = (*trail, mark)
    others = [place for place, each in enumerate(longer) if each.verdict is not wanted]
    if len(others) > threshold.tolerated:
        longer = longer[others[-1 - threshold.tolerated] + 1 :]
    while longer and longer[0].verdict is not wanted:
        longer = longer[1:]
    # Longer than `of` it gets only while there are enough and `for` has not passed: then the first look tells since
    # when there are enough, and the last ones whether there still are.
    return longer if len(longer) <= threshold.of else (longer[0], *longer[len(longer) - threshold.of + 1 :])


def reached(trail: tuple[Judged, ...], wanted: Verdict, threshold: Threshold) -> bool:
    """Whether the last look has made it enough."""
    return (
        bool(trail) and sum(mark.verdict is wanted for mark in trail) >= threshold.count and trail[-1].verdict is wanted
    )
