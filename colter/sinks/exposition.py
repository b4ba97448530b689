"""Measurements in the OpenMetrics text format, from the declarations of the metrics."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from colter.core.model import Metric, Reading, Sample, Target
from colter.core.ports import TargetStatus
from colter.core.text import clean

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric as Family

_TARGET_LABEL = {"github": "repo", "pypi": "package", "probe": "endpoint"}
_INFO = {"github": "colter_github_repo_info", "pypi": "colter_pypi_info"}
_NO_LABEL = frozenset({"last_push"})  # every push would begin a new series; its time is a number of its own
_LONGEST_LABEL = 200

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One number on its way to Prometheus, or with no metric the facts of a target, which are a 1 with labels."""

    name: str
    labels: Labels
    value: float
    metric: Metric | None = None


def of_readings(readings: Iterable[Reading]) -> Iterator[Point]:
    """The numbers and facts of readings; what could not be read is absent."""
    for reading in readings:
        yield from of_samples(reading.target, reading.samples)
        yield from _info(reading.target, reading.info)


def of_samples(target: Target, samples: Iterable[Sample], **labels: str) -> Iterator[Point]:
    """The numbers of one target, with further labels of its own."""
    for sample in samples:
        yield _point(sample.metric, sample.value, {**_target_label(target), **labels, **sample.labels})


def of_status(targets: Iterable[TargetStatus], catalogue: Mapping[tuple[str, str], Metric]) -> Iterator[Point]:
    """The last known numbers and facts."""
    for status in targets:
        for key, known in status.values.items():
            if metric := catalogue.get((status.target.source, key)):
                yield _point(metric, known.value, _target_label(status.target))
        yield from _info(status.target, status.info)


def openmetrics(points: Iterable[Point]) -> str:
    """The whole page in the OpenMetrics text format."""
    from prometheus_client.openmetrics.exposition import generate_latest

    page: bytes = generate_latest(registry(points))  # type: ignore[no-untyped-call]  # the library ships no types for it
    return page.decode()


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


def _info(target: Target, facts: Mapping[str, str]) -> Iterator[Point]:
    labels = {name: text for name, text in facts.items() if name not in _NO_LABEL}
    if labels and target.source in _INFO:
        yield Point(_INFO[target.source], _harmless({**_target_label(target), **labels}), 1)


def _point(metric: Metric, value: float, labels: Mapping[str, str]) -> Point:
    return Point(metric.prometheus, _harmless({**labels, **dict(metric.fixed)}), value, metric)


def _target_label(target: Target) -> dict[str, str]:
    return {_TARGET_LABEL.get(target.source, "target"): target.name}


def _harmless(labels: Mapping[str, str]) -> Labels:
    # A lone surrogate would fail the whole page when it is encoded.
    return tuple((name, clean(value, _LONGEST_LABEL)) for name, value in labels.items())
