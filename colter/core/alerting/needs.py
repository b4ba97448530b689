"""What an endpoint needs: while that is in trouble, the endpoint raises no alert of its own.

Three invariants, after OneUptime (pull request 3122): alerting is suppressed, never monitoring; beginnings are
suppressed, never ends; one hop up is enough, for a parent's own standing tells of its parents.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from colter.core.alerting.standing import Standing

_STALE = timedelta(hours=1)


def is_held(parents: Iterable[Standing], now: datetime) -> bool:
    """Whether a child of these must keep quiet: `Circumstances.held`.

    A parent whose last look was bad, though not yet often enough, holds its children too: it is decided first. But not
    for ever: nobody may be looking at it any more.
    """
    return any(parent.firing or (_failed(parent) and _is_fresh(parent, now)) for parent in parents)


def _failed(parent: Standing) -> bool:
    return parent.history.lower().endswith("b")


def _is_fresh(parent: Standing, now: datetime) -> bool:
    return parent.looked is not None and abs(now - parent.looked) <= _STALE
