"""F11: when it is us who are offline, nothing is known of anybody, and nobody is woken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
        Reason.TIMEOUT_BODY,
        Reason.TIMEOUT_TOTAL,
    }
)
"""Failures that a cut line brings. A refusal and an unknown name are answers: the line is there."""

_LEAST, _SHARE = 3, 0.5


@dataclass(frozen=True, slots=True)
class HostLook:
    """How a probe of anything on one host went."""

    host: str
    reason: Reason | None = None


def cut_from(looks: Sequence[HostLook]) -> int | None:
    """The place in a row of looks, oldest first, from which on many hosts fail as a cut line makes them fail.

    Many: half of the distinct hosts from there on, and three; all of them, where fewer were looked at. Of each host the
    newest look counts. None: nothing speaks for a cut; otherwise canaries have to tell.
    """
    least = min(_LEAST, len({look.host for look in looks}))
    seen: set[str] = set()
    failing, found = 0, None
    for place in range(len(looks) - 1, -1, -1):
        look = looks[place]
        fails = look.reason in NETWORK
        failing += fails and look.host not in seen
        seen.add(look.host)
        if fails and failing >= max(least, _SHARE * len(seen)):
            found = place
    return found


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
