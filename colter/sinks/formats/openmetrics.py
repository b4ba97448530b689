"""OpenMetrics with a time on every number, for `promtool tsdb create-blocks-from openmetrics`.

The format wants all numbers of a family together, and of each series in order of time. History comes the other way
round, so it is first written down as it comes, one number a line, and sorted when all of it is there.

https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from math import isfinite
from pathlib import Path
from typing import IO

from colter.core import own_metrics
from colter.core.model import Entry, Latest, Metric, ProbeResult
from colter.core.records import number
from colter.sinks.exposition import of_latest
from colter.sinks.text_format import Labels, Point, write_head, write_labels

_BETWEEN = "\x1f"
"""Between the parts of an unsorted line; `clean()` leaves none in any label, and it sorts before all that is left."""
_RUN = 100_000
"""Lines that are sorted at once: some 40 MB. Longer histories become several runs, which are merged."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(entry: Entry) -> str:
    """One unsorted line for each number: family, labels, milliseconds, value."""
    at = (entry.what.at - _EPOCH) // timedelta(milliseconds=1)
    return "".join(
        _BETWEEN.join((point.name, _labels(point.labels), f"{at:015d}", str(number(point.value)))) + "\n"
        for point in _points(entry)
        if isfinite(point.value)
    )


def arranged(unsorted: Iterable[str], metrics: Iterable[Metric], folder: Path | None = None) -> Iterator[str]:
    """The lines of the whole page, from unsorted ones. Of the same series at the same time, the later one counts.

    Args:
        unsorted: what `written` has made, line by line.
        metrics: every declared one of targets.
        folder: for files without a name, which keep this flat in memory; none: where such files usually lie.
    """
    heads = _heads([*metrics, own_metrics.TARGET_UP])
    with ExitStack() as stack:
        lines = heapq.merge(*_runs(unsorted, folder, stack), key=_series_and_time)
        for name, family in groupby(lines, key=lambda line: line.partition(_BETWEEN)[0]):
            yield write_head(name, heads.get(name, ()), "openmetrics")
            for _, same in groupby(family, key=_series_and_time):
                *_, last = same
                yield _final(last)
    yield "# EOF\n"


def _points(entry: Entry) -> Iterator[Point]:
    """What a scrape at that moment would have shown of it, so that history and live numbers are the same series."""
    what = entry.what
    source = what.target.source
    alone = Latest(source, results=[what]) if isinstance(what, ProbeResult) else Latest(source, readings=[what])
    shown = of_latest([alone])
    return (point for point in shown if point.metric is not own_metrics.LAST_SUCCESS)


def _labels(labels: Labels) -> str:
    """In the order of their names, as a series is the same however they stand; an empty one is none."""
    return write_labels(tuple(sorted(label for label in labels if label[1])))


def _runs(unsorted: Iterable[str], folder: Path | None, stack: ExitStack) -> list[IO[str]]:
    lines, runs = iter(unsorted), list[IO[str]]()
    while run := sorted(islice(lines, _RUN), key=_series_and_time):
        file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder)  # noqa: SIM115  below
        runs.append(stack.enter_context(file))
        file.writelines(run)
        file.seek(0)
    return runs


def _series_and_time(line: str) -> str:
    return line.rpartition(_BETWEEN)[0]


def _heads(metrics: Iterable[Metric]) -> dict[str, list[Metric]]:
    named: dict[str, list[Metric]] = {}
    for metric in metrics:
        named.setdefault(metric.prometheus, []).append(metric)
    return named


def _final(line: str) -> str:
    name, labels, at, value = line.rstrip("\n").split(_BETWEEN)
    seconds, milliseconds = divmod(int(at), 1000)
    return f"{name}{labels} {value} {seconds}.{milliseconds:03d}\n"
