"""What an endpoint needs: while that is in trouble, the endpoint raises no alert of its own.

Three invariants, after OneUptime (pull request 3122): alerting is suppressed, never monitoring; beginnings are
suppressed, never ends; one hop up is enough, for a parent's own standing tells of its parents.
"""

from collections.abc import Iterable

from colter.core.alerting.standing import Standing


def is_held(parents: Iterable[Standing]) -> bool:
    """Whether a child of these must keep quiet: `Around.held`.

    A parent whose last look was bad, though not yet often enough, holds its children too: it is decided first.
    """
    return any(parent.firing or parent.history.lower().endswith("b") for parent in parents)
