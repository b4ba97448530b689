"""How each kind of trouble is spoken of."""

from dataclasses import dataclass

from colter.core.alerting.channels import REFUSES
from colter.core.alerting.configuration import WRONG
from colter.core.alerting.endpoints import DEGRADED, DOWN
from colter.core.alerting.notice import Notice
from colter.core.alerting.standing import Claim


@dataclass(frozen=True, slots=True)
class Phrases:
    """What is said of something, after its name; of several, after their number and noun."""

    noun: str
    bad: str
    bad_many: str
    still: str
    still_many: str
    good: str
    good_many: str
    was: str
    look: str
    """What is counted while it lasts."""
    prefix: str = ""
    """Before the name."""


_DOWN = Phrases(
    "endpoint",
    bad="is down",
    bad_many="are down",
    still="is still down",
    still_many="are still down",
    good="is up again",
    good_many="are up again",
    was="was down",
    look="failed look",
)
_DEGRADED = Phrases(
    "endpoint",
    bad="is degraded",
    bad_many="are degraded",
    still="is still degraded",
    still_many="are still degraded",
    good="is well again",
    good_many="are well again",
    was="was degraded",
    look="degraded look",
)
_CHANNEL = Phrases(
    "channel",
    bad="takes no messages",
    bad_many="take no messages",
    still="still takes no messages",
    still_many="still take no messages",
    good="takes messages again",
    good_many="take messages again",
    was="took no messages",
    look="refusal",
    prefix="channel ",
)
_CONFIGURATION = Phrases(
    "configuration",
    bad="is wrong, and the one before it in use",
    bad_many="are wrong",
    still="is still wrong",
    still_many="are still wrong",
    good="is right again",
    good_many="are right again",
    was="was wrong",
    look="attempt",
    prefix="the ",
)
_CONDITION = Phrases(
    "rule",
    bad="alerts",
    bad_many="alert",
    still="still alerts",
    still_many="still alert",
    good="alerts no more",
    good_many="alert no more",
    was="alerted",
    look="look",
)
_BY_RULE = {DOWN: _DOWN, DEGRADED: _DEGRADED, REFUSES: _CHANNEL, WRONG: _CONFIGURATION}


def phrases(notice: Notice) -> Phrases:
    """Those that fit its rule; whatever is no rule of our own is a condition that somebody has configured."""
    return _BY_RULE.get(notice.rule, _CONDITION)


def because(notice: Notice) -> str:
    """The end of a title: `: connect_refused`, or the condition; nothing where there is no short reason, or no more."""
    if phrases(notice) is _CONDITION:
        return f": {notice.rule}"
    told = notice.rule in (DOWN, DEGRADED) and notice.claim is Claim.FIRING
    return f": {notice.reason}" if told and notice.reason else ""
