"""Numbers of downloads, from the rows of the statistics."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from colter.core.model import DailyCount, Metric, Sample
from colter.sources.pypi import metrics
from colter.sources.pypi.draft import Part
from colter.sources.pypi.server import MissingError
from colter.sources.pypi.stats import Row

SERIES = "downloads"
KEYS = (
    metrics.DOWNLOADS_DAY.key,
    metrics.DOWNLOADS_WEEK.key,
    metrics.DOWNLOADS_MONTH.key,
    metrics.DOWNLOADS_180D.key,
    metrics.DOWNLOADS_TRACKED_TOTAL.key,
    metrics.DATA_TIMESTAMP.key,
)
PYTHON_KEYS = (
    metrics.BY_PYTHON_MAJOR.key,
    metrics.BY_PYTHON_MINOR.key,
    metrics.PYTHON_MAJOR.key,
    metrics.PYTHON_MINOR.key,
)
SYSTEM_KEYS = (metrics.BY_SYSTEM.key, metrics.SYSTEM.key)

_WINDOWS = (
    (metrics.DOWNLOADS_DAY, 1),
    (metrics.DOWNLOADS_WEEK, 7),
    (metrics.DOWNLOADS_MONTH, 30),
    (metrics.DOWNLOADS_180D, 180),
)
_SPLIT_DAYS = 30
_WHOLE_DAYS = 180
_PYTHON = re.compile(r"\d\.\d{1,2}", re.ASCII)
_SYSTEMS = frozenset({"Windows", "Linux", "Darwin"})


def overall(rows: Sequence[Row], known: Mapping[date, int]) -> Part:
    """Day, week, month and half a year as sums that end at the newest day, and the total of all days ever seen.

    A day that differs between the rows and what is known counts with the larger number, in the total only.

    Args:
        rows: of the table `overall`; those with mirrors are left out.
        known: the days of earlier rounds.

    Raises:
        MissingError: there is not one row.
    """
    days: dict[date, int] = {}
    for row in rows:
        if row.category == "without_mirrors":
            days[row.day] = max(row.downloads, days.get(row.day, 0))
    if not days:
        raise MissingError("the statistics have no day of it yet")
    newest = max(days)
    grown = {day: count for day, count in days.items() if count > known.get(day, -1)}
    windows = [Sample(metric, sum(_last(days, newest, length))) for metric, length in _WINDOWS]
    total = Sample(metrics.DOWNLOADS_TRACKED_TOTAL, sum({**known, **grown}.values()))
    stamp = Sample(metrics.DATA_TIMESTAMP, datetime.combine(newest, time(tzinfo=UTC)).timestamp())
    daily = [DailyCount(SERIES, day, count) for day, count in sorted(grown.items())]
    return Part(samples=[*windows, total, stamp], daily=daily)


def by_python(rows: Sequence[Row]) -> Part:
    """Downloads by Python version, and by its major number."""
    minor = _by(rows, _python)
    major = Counter[str]()
    for version, count in minor.items():
        major[version.partition(".")[0]] += count
    whole = _whole(rows)
    return Part(
        samples=[
            *_labelled(metrics.BY_PYTHON_MAJOR, major),
            *_labelled(metrics.BY_PYTHON_MINOR, minor),
            Sample(metrics.PYTHON_MAJOR, whole),
            Sample(metrics.PYTHON_MINOR, whole),
        ]
    )


def by_system(rows: Sequence[Row]) -> Part:
    """Downloads by operating system."""
    return Part(
        samples=[*_labelled(metrics.BY_SYSTEM, _by(rows, _system)), Sample(metrics.SYSTEM, _whole(rows))],
    )


def _last(days: Mapping[date, int], newest: date, length: int) -> Iterable[int]:
    first = newest - timedelta(days=length - 1)
    return (count for day, count in days.items() if day >= first)


def _by(rows: Sequence[Row], label: Callable[[str], str]) -> Counter[str]:
    first = _newest(rows) - timedelta(days=_SPLIT_DAYS - 1)
    found = Counter[str]()
    for row in rows:
        if row.day >= first:
            found[label(row.category)] += row.downloads
    return found


def _whole(rows: Sequence[Row]) -> int:
    first = _newest(rows) - timedelta(days=_WHOLE_DAYS - 1)
    return sum(row.downloads for row in rows if row.day >= first)


def _newest(rows: Sequence[Row]) -> date:
    if not rows:
        raise MissingError("the statistics have no day of it yet")
    return max(row.day for row in rows)


def _labelled(metric: Metric, counts: Mapping[str, int]) -> list[Sample]:
    (label,) = metric.labels
    return [Sample(metric, count, {label: value}) for value, count in sorted(counts.items())]


# A label is made of what the server may say, never of what it says: strangers must not make series at will.
def _python(category: str) -> str:
    return category if _PYTHON.fullmatch(category) else _unknown(category)


def _system(category: str) -> str:
    return category if category in _SYSTEMS else _unknown(category)


def _unknown(category: str) -> str:
    return "unknown" if category == "null" else "other"
