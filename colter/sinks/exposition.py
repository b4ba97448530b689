"""Measurements in the text formats of Prometheus, from the declarations of the metrics."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Literal

from colter.core import own_metrics, probe_metrics
from colter.core.model import EndpointState, Latest, Metric, Owing, ProbeResult, Reading, Sample, Target
from colter.core.ports import TargetStatus
from colter.core.text import clean

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric as Family

TARGET_LABEL = {"github": "repo", "pypi": "package", "probe": "endpoint"}
_INFO = {"github": "colter_github_repo_info", "pypi": "colter_pypi_info"}
_NO_LABEL = frozenset({"last_push"})  # every push would begin a new series; its time is a number of its own
_LONGEST_LABEL = 200

Labels = tuple[tuple[str, str], ...]
TextFormat = Literal["openmetrics", "text"]
"""OpenMetrics 1.0, or the older text format 0.0.4 of Pushgateway and node exporter."""
CONTENT_TYPE: Mapping[TextFormat, str] = {
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "text": "text/plain; version=0.0.4; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One number on its way to Prometheus, or with no metric the facts of a target, which are a 1 with labels."""

    name: str
    labels: Labels
    value: float
    metric: Metric | None = None


def of_latest(latest: Iterable[Latest]) -> Iterator[Point]:
    """The newest looks at everything: what they read, and whether they read anything at all.

    A number that is missing in the newest look is absent, and so is every number of a look that failed. Of a source of
    which nothing is watched any more there is nothing: its last success would only grow old.
    """
    for known in latest:
        for reading in known.readings:
            yield _target_up(reading.target, up=reading.problem is None)
        for result in known.results:
            yield _target_up(result.target, up=result.state is not EndpointState.UNKNOWN)
        yield from of_readings(reading for reading in known.readings if reading.problem is None)
        yield from of_results(known.results)
        if known.last_success is not None and (known.readings or known.results):
            yield own_point(own_metrics.LAST_SUCCESS, known.last_success.timestamp(), source=known.source)


def of_readings(readings: Iterable[Reading]) -> Iterator[Point]:
    """The numbers and facts of readings; what could not be read is absent."""
    for reading in readings:
        yield from of_samples(reading.target, reading.samples)
        yield from _info(reading.target, reading.info)


def of_results(results: Iterable[ProbeResult]) -> Iterator[Point]:
    """The numbers of probe results; what was not measured is absent."""
    for result in results:
        yield from of_samples(result.target, probe_metrics.samples(result), group=result.group)


def of_samples(target: Target, samples: Iterable[Sample], **labels: str) -> Iterator[Point]:
    """The numbers of one target, with further labels of its own."""
    for sample in samples:
        yield _point(sample.metric, sample.value, {**_target_label(target), **labels, **sample.labels})


def of_owing(owing: Iterable[Owing]) -> Iterator[Point]:
    """What sinks have not taken."""
    for each in owing:
        if each.lane == "sink":
            yield own_point(own_metrics.OWED_DELIVERIES, each.deliveries, sink=each.to)
            yield own_point(own_metrics.OWED_ENTRIES, each.entries, sink=each.to)
            yield own_point(own_metrics.DROPPED, each.dropped, sink=each.to)
            yield own_point(own_metrics.REFUSED, each.refused, sink=each.to)
            if each.since is not None:
                yield own_point(own_metrics.OWED_SINCE, each.since.timestamp(), sink=each.to)


def of_status(targets: Iterable[TargetStatus], catalogue: Mapping[tuple[str, str], Metric]) -> Iterator[Point]:
    """The last known numbers and facts."""
    for status in targets:
        for key, known in status.values.items():
            if metric := catalogue.get((status.target.source, key)):
                yield _point(metric, known.value, _target_label(status.target))
        yield from _info(status.target, status.info)


def own_point(metric: Metric, value: float, **labels: str) -> Point:
    """One of Colter's own numbers."""
    return _point(metric, value, labels)


def page(points: Iterable[Point], format_: TextFormat) -> bytes:
    """The whole page in one of the formats."""
    from prometheus_client import exposition
    from prometheus_client.openmetrics import exposition as openmetrics_exposition

    if format_ == "text":
        return exposition.generate_latest(registry(points))
    written: bytes = openmetrics_exposition.generate_latest(registry(points))  # type: ignore[no-untyped-call]  # untyped
    return written


def openmetrics(points: Iterable[Point]) -> str:
    """The whole page in the OpenMetrics text format."""
    return page(points, "openmetrics").decode()


def registry(points: Iterable[Point]) -> "CollectorRegistry":
    """A registry of its own that holds just these: of the same series twice the later; no infinity and no NaN."""
    from prometheus_client import CollectorRegistry

    made = CollectorRegistry(auto_describe=False)
    made.register(_Fixed({(point.name, point.labels): point for point in points if isfinite(point.value)}.values()))
    return made


class _Fixed:
    """A collector of numbers that are already there."""

    def __init__(self, points: Iterable[Point]) -> None:
        self._families: dict[str, list[Point]] = {}
        for point in points:
            self._families.setdefault(point.name, []).append(point)

    def collect(self) -> "Iterator[Family]":
        for name, points in self._families.items():
            yield _family(name, points)


def _family(name: str, points: list[Point]) -> "Family":
    from prometheus_client.core import Metric as Family

    # Metrics that share a name differ in a label only; the help tells all of them.
    helps = dict.fromkeys(point.metric.help if point.metric else "What is known in words" for point in points)
    counter = any(point.metric and point.metric.kind == "counter" for point in points)
    family = Family(
        name.removesuffix("_total") if counter else name, "; ".join(helps), "counter" if counter else "gauge"
    )
    for point in points:
        family.add_sample(name, dict(point.labels), point.value)
    return family


def _target_up(target: Target, *, up: bool) -> Point:
    return own_point(own_metrics.TARGET_UP, float(up), tracker=target.source, target=target.name)


def _info(target: Target, facts: Mapping[str, str]) -> Iterator[Point]:
    labels = {name: text for name, text in facts.items() if name not in _NO_LABEL}
    if labels and target.source in _INFO:
        yield Point(_INFO[target.source], _harmless({**_target_label(target), **labels}), 1)


def _point(metric: Metric, value: float, labels: Mapping[str, str]) -> Point:
    return Point(metric.prometheus, _harmless({**labels, **dict(metric.fixed)}), value, metric)


def _target_label(target: Target) -> dict[str, str]:
    return {TARGET_LABEL.get(target.source, "target"): target.name}


def _harmless(labels: Mapping[str, str]) -> Labels:
    # A lone surrogate would fail the whole page when it is encoded.
    return tuple((name, clean(value, _LONGEST_LABEL)) for name, value in labels.items())
