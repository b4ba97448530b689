"""A configuration that stays wrong while the one before it is in use: told once, and again when it is right."""

from datetime import datetime

from colter.core.alerting.observation import Observation, Verdict
from colter.core.alerting.policy import Policy, Threshold
from colter.core.model import Target

WRONG = "wrong"
"""The rule about it."""
CONFIGURATION = Target("colter", "configuration")

_ONCE = Threshold(1, 1)


def configuration_policy(channels: tuple[str, ...]) -> Policy:
    """Whoever observes it has waited already; everybody is told."""
    return Policy(_ONCE, _ONCE, channels=channels)


def observe_configuration(sequence: int, at: datetime, problem: str | None) -> Observation:
    """What is wrong with it since then, clean; None: nothing."""
    verdict = Verdict.GOOD if problem is None else Verdict.BAD
    return Observation(sequence, verdict, at, reason=None if problem is None else WRONG, detail=problem)
