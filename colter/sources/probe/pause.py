"""How long an endpoint that asks for it is left alone (RFC 9110, 10.2.3; RFC 6585, 4)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from colter.sources.probe.check import Check
from colter.sources.probe.url import Url

POLITE = timedelta(minutes=1)
"""Where nothing is said about how long, or something that cannot be read."""
LONGEST = timedelta(hours=1)
"""However long is asked for: a server must not be able to have itself watched no more."""


def pause_end(retry_after: str | None, now: datetime) -> datetime:
    """When the pause ends that a `Retry-After` asks for, in seconds or as a date."""
    return min(max(_asked(retry_after or "", now), now), now + LONGEST)


class Pauses:
    """Which endpoints are left alone, and until when.

    Only this process remembers it. After a restart each is asked once, and says again how long it wants to be left
    alone: that harms nobody, and whoever has mended a server and starts Colter anew sees it at once.
    """

    def __init__(self) -> None:
        self._ends: dict[tuple[str, Url], datetime] = {}

    def begin(self, check: Check, end: datetime, now: datetime) -> None:
        """Leave an endpoint alone until then."""
        # Some were taken out of the configuration meanwhile, and nobody asks for them any more.
        self._ends = {key: each for key, each in self._ends.items() if each > now}
        self._ends[check.name, check.address] = end

    def end(self, check: Check, now: datetime) -> datetime | None:
        """Until when an endpoint is left alone; None when it may be asked."""
        end = self._ends.get((check.name, check.address)) if self._ends else None
        if end is None or now < end:
            return end
        del self._ends[check.name, check.address]
        return None


def _asked(written: str, now: datetime) -> datetime:
    text = written.strip()
    if text.isascii() and text.isdigit():
        return now + timedelta(seconds=int(text[:9]))
    try:
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return now + POLITE
