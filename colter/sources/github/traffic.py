"""Views and clones of the last 14 days, which GitHub tells only those who may push, and forgets afterwards."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from colter.core.model import DailyCount
from colter.sources.github.access import Access
from colter.sources.github.look import Look
from colter.sources.github.values import count, dig, items, moment

_LIFETIME = timedelta(days=1)
_READERS = ("READ", "TRIAGE")
_DAYS = 31
"""More than the window has: a longer list is no window of 14 days."""


async def add_traffic(access: Access, look: Look) -> None:
    """Keep the sums of the window and the days, read once a day.

    The window is cut at the hour, so the oldest day comes cut off: the store keeps the larger number of each day.
    `uniques` of days must not be added up; the window has its own.
    """
    if look.node.get("viewerPermission") in _READERS:
        look.missing["traffic"] = "GitHub tells the traffic only to those who may push to the repository"
        return
    with look.attempt("traffic"):
        for kind in ("views", "clones"):
            _take(look, kind, await access.read(f"/repos/{look.name}/traffic/{kind}", _LIFETIME))


def _take(look: Look, kind: str, told: Any) -> None:
    sums = count(dig(told, ("count",))), count(dig(told, ("uniques",)))
    days = [_day(f"traffic_{kind}", row) for row in items(dig(told, (kind,)))[:_DAYS]]
    look.values[f"traffic_{kind}"], look.values[f"traffic_unique_{kind}"] = sums
    look.daily.extend(days)


def _day(series: str, row: Mapping[str, Any]) -> DailyCount:
    return DailyCount(series, moment(dig(row, ("timestamp",))).date(), int(count(dig(row, ("count",)))))
