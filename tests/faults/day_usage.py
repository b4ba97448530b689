"""F15: whether a daemon takes more and more of the machine."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from statistics import linear_regression, median

from tests.faults.day import Usage

_WARM = timedelta(hours=2)
_PER_HOUR = 1024  # KiB
_HOUR = timedelta(hours=1)
_MORE = 3
"""Connections come and go, and a pool has all of its threads only once so many were wanted at a time."""


def assert_steady(life: Sequence[Usage]) -> None:
    """In the last third of a life there are as many files and threads as in the middle one.

    After a long one memory, too: at most 1 MiB more every hour.
    """
    third = len(life) // 3
    middle, last = life[third : 2 * third], life[2 * third :]
    files = [median(usage.files for usage in part) for part in (middle, last)]
    threads = [median(usage.threads for usage in part) for part in (middle, last)]
    sys.stdout.write(f"after {life[-1].age}: {life[-1].memory / 1024:.1f} MiB; files {files}, threads {threads}\n")
    assert files[1] <= files[0] + _MORE
    assert threads[1] <= threads[0] + _MORE
    warm = [usage for usage in life if usage.age >= _WARM]
    if warm:
        slope = linear_regression([usage.age / _HOUR for usage in warm], [usage.memory for usage in warm]).slope
        sys.stdout.write(f"memory: {slope / 1024:+.3f} MiB an hour\n")
        assert slope <= _PER_HOUR
