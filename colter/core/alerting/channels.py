"""R11: a channel that refuses for good is itself something to tell of, on the others, by the same machine."""

from collections.abc import Iterable
from datetime import datetime

from colter.core.alerting.observation import Observation, Verdict
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.standing import Standing
from colter.core.model import Target

REFUSES = "refuses"
"""The rule that every channel has."""

_ONCE = Threshold(1, 1)


def channel_target(channel: str) -> Target:
    """The channel as something that is watched."""
    return Target("channel", channel)


def channel_policy(channel: str, channels: Iterable[str]) -> Policy:
    """One refusal is enough, and so is one message that arrives; all the others are told."""
    return Policy(_ONCE, _ONCE, channels=tuple(name for name in channels if name != channel))


def observe_channel(sequence: int, now: datetime, refusal: str | None) -> Observation:
    """How the last message went: what the channel said to it, clean, or None when it arrived."""
    verdict = Verdict.GOOD if refusal is None else Verdict.BAD
    return Observation(sequence, verdict, now, reason=None if refusal is None else REFUSES, detail=refusal)


def is_well(standing: Standing | None) -> bool:
    """Whether one more message that arrives changes nothing: none of those it remembers was refused."""
    return standing is None or (standing.incident is None and not standing.history.strip("g"))
