"""F15: whether a daemon takes more and more of the machine."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from statistics import linear_regression, median

from tests.faults.day import Usage
from tests.full import FULL

_WARM = timedelta(hours=2)
_PER_HOUR = 1024  # KiB
_HOUR = timedelta(hours=1)
_SHORT = 9
"""Minutes at work; on a busy machine most of it goes by before it is."""


def assert_steady(lives: Sequence[Sequence[Usage]]) -> None:
    """In the last third of the last life there are no more files and threads than there ever were before, as a rule.

    Connections come and go, and a pool has all of its threads only once so many were wanted at a time. After a long
    life it is memory, too: at most 1 MiB more every hour.
    """
    life = lives[-1]
    if len(life) < _SHORT and not FULL:
        return
    last = life[2 * len(life) // 3 :]
    before = [usage for each in lives for usage in each][: -len(last)]
    files = max(usage.files for usage in before), median(usage.files for usage in last)
    threads = max(usage.threads for usage in before), median(usage.threads for usage in last)
    sys.stdout.write(f"after {life[-1].age}: {life[-1].memory / 1024:.1f} MiB; files {files}, threads {threads}\n")
    assert files[1] <= files[0]
    assert threads[1] <= threads[0]
    warm = [usage for usage in life if usage.age >= _WARM]
    if warm:
        slope = linear_regression([usage.age / _HOUR for usage in warm], [usage.memory for usage in warm]).slope
        sys.stdout.write(f"memory: {slope / 1024:+.3f} MiB an hour\n")
        assert slope <= _PER_HOUR
