"""The channels of a simulation: they take every message at once; grouping, digests and limits are the real ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.notice import Notice
from colter.core.alerting.outgoing import GROUP_WAIT, Outgoing
from colter.core.alerting.packing import Message as Packed
from colter.core.alerting.packing import pack
from colter.core.alerting.wording import NOTHING, word
from colter.core.message import Message
from colter.core.model import Delivery, Target

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that would have been sent."""

    at: datetime
    packed: Packed

    @property
    def channel(self) -> str:
        """Where to."""
        return self.packed.channel

    @property
    def notices(self) -> Sequence[Notice]:
        """What it tells."""
        return self.packed.notices

    @property
    def targets(self) -> frozenset[Target]:
        """What it is about."""
        return frozenset(notice.target for notice in self.notices)

    @property
    def message(self) -> Message:
        """Its words, but for what the configuration adds to them."""
        return word(self.packed, lambda _: NOTHING)


@dataclass(slots=True)
class _Slot:
    """One channel."""

    wakes: datetime
    """When to look again whether a message is to be sent."""
    rows: list[Outgoing] = field(default_factory=list)
    arrivals: list[datetime] = field(default_factory=list)
    """When messages arrived in the last hour: their number is limited."""


class SimulatedChannels:
    """All of them. None ever fails."""

    def __init__(self) -> None:
        self._slots: dict[str, _Slot] = {}

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Owe these."""
        for row in map(from_delivery, deliveries):
            slot = self._slots.setdefault(row.channel, _Slot(row.due))
            slot.wakes = min(slot.wakes, row.due) if slot.rows else row.due
            slot.rows.append(row)

    def send(self, until: datetime | None) -> Iterator[Sent]:
        """What goes until then, in order of time; None: all of it."""
        while due := [(slot.wakes, name) for name, slot in self._slots.items() if slot.rows]:
            at, name = min(due)
            if until is not None and at > until:
                return
            yield from self._wake(self._slots[name], at)

    @staticmethod
    def _wake(slot: _Slot, at: datetime) -> Iterator[Sent]:
        slot.arrivals = [each for each in slot.arrivals if at - each < _HOUR]
        messages = pack(slot.rows, at, slot.arrivals)
        gone = {row.key for message in messages for row in message.rows}
        slot.rows = [row for row in slot.rows if row.key not in gone]
        slot.arrivals += [at] * len(messages)
        slot.wakes = at + GROUP_WAIT  # too much was sent of late: nothing may have gone
        return (Sent(at, message) for message in messages)
