"""Notices on their way to channels: one row of the outbox for each of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from colter.core.alerting.channels import channel_target
from colter.core.alerting.notice import Notice

GROUP_WAIT = timedelta(seconds=10)
_GIVE_UP = timedelta(hours=24)
_TRIES = 24


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One notice for one channel."""

    channel: str
    notice: Notice
    queued: datetime
    due: datetime
    """Others that come until then travel with it."""
    begun: str | None = None
    """Key of the message in which it was first sent: a repeat must hold the same as the first try."""
    refused_by: tuple[str, ...] = ()
    """Channels that would have been told, and never will (R11)."""

    @property
    def key(self) -> str:
        """Unique for ever, and given to the receiver."""
        return f"{self.notice.key}:{self.channel}"


def queue(notices: Iterable[Notice], now: datetime, wait: timedelta = GROUP_WAIT) -> tuple[Outgoing, ...]:
    """The rows to commit in the same transaction as the standings, in an order that no schedule decides."""
    ordered = sorted(
        notices, key=lambda notice: (notice.target, notice.rule, notice.since, notice.key, notice.sequence)
    )
    return tuple(
        Outgoing(channel, notice, now, now + wait) for notice in ordered for channel in sorted(set(notice.channels))
    )


def divert(row: Outgoing, fallback: Mapping[str, str], channels: Sequence[str], now: datetime) -> Outgoing | None:
    """R11: the same notice for another channel, after its own has refused it for good.

    The channel's own fallback first, then any other in the order of the configuration; None: all others
    have been sent it themselves, or have refused it too. How a channel fares is never told to that channel.
    What follows in the same incident must go there too: `follow_to`.
    """
    refused = (*row.refused_by, row.channel)
    wanted = [fallback[name] for name in refused[::-1] if name in fallback]
    served = {*refused, *row.notice.channels}
    left = [
        name
        for name in (*wanted, *channels)
        if name not in served and name in channels and row.notice.target != channel_target(name)
    ]
    if not left:
        return None
    return replace(row, channel=left[0], queued=now, due=now, begun=None, refused_by=refused)


def may_give_up(row: Outgoing, tries: int, now: datetime) -> bool:
    """R12: not before a day is over; nor after a few tries, for the clock may just have jumped a day."""
    return now - row.queued >= _GIVE_UP and tries >= _TRIES
