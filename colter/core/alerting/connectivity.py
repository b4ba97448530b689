"""F11: when it is us who are offline, nothing is known of anybody, and nobody is woken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from colter.core.alerting.announce import IncidentIds
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.standing import Claim
from colter.core.model import Reason, Target

SELF = Target("colter", "connectivity")

NETWORK = frozenset(
    {
        Reason.DNS_TIMEOUT,
        Reason.DNS_ERROR,
        Reason.CONNECT_TIMEOUT,
        Reason.CONNECT_UNREACHABLE,
        Reason.TIMEOUT_HEADERS,
        Reason.TIMEOUT_TOTAL,
    }
)
"""Failures that a cut line brings. A refusal and an unknown name are answers: the line is there."""

_LEAST, _SHARE = 3, 0.5


@dataclass(frozen=True, slots=True)
class HostLook:
    """How the last probe of anything on one host went."""

    host: str
    at: datetime
    reason: Reason | None = None


def is_offline(looks: Iterable[HostLook], canaries: Sequence[bool], now: datetime, window: timedelta) -> bool:
    """Whether many hosts fail as a cut line makes them fail, and every canary is dead too.

    Many: half of the distinct hosts looked at within the window, and three; all of them, where there are fewer.

    Args:
        looks: in any order; of each host the newest counts.
        canaries: whether each answered. None were asked: nothing is blamed on the line.
        now: end of the window.
        window: how old a look may be.
    """
    newest = {look.host: look for look in sorted(looks, key=lambda look: look.at) if now - look.at <= window}
    failing = sum(look.reason in NETWORK for look in newest.values())
    enough = min(max(_LEAST, _SHARE * len(newest)), len(newest))
    return bool(newest) and failing >= enough and bool(canaries) and not any(canaries)


def back_online(since: datetime, now: datetime, ids: IncidentIds, channels: tuple[str, ...] = ()) -> Notice:
    """The one message about it, for when the line is back: from when until when nothing was known."""
    return Notice(
        incident=ids(now),
        sequence=1,
        kind=Kind.OFFLINE,
        target=SELF,
        rule="offline",
        claim=Claim.OK,
        at=now,
        since=since,
        until=now,
        reason=Reason.SELF_OFFLINE,
        channels=channels,
    )
