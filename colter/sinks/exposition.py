"""Measurements in the text formats of Prometheus, from the declarations of the metrics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from colter.core import own_metrics, probe_metrics
from colter.core.model import EndpointState, Latest, Metric, Owing, ProbeResult, Reading, Sample, Target
from colter.core.ports import TargetStatus
from colter.core.text import clean
from colter.sinks.text_format import Column, Labels, Point, TextFormat, write, write_labels

TARGET_LABEL = {"github": "repo", "pypi": "package", "probe": "endpoint"}
_INFO = {"github": "colter_github_repo_info", "pypi": "colter_pypi_info"}
_NO_LABEL = frozenset({"last_push"})  # every push would begin a new series; its time is a number of its own
_LONGEST_LABEL = 200


def of_latest(latest: Iterable[Latest]) -> Iterator[Point]:
    """The newest looks at everything: what they read, and whether they read anything at all.

    A number that is missing in the newest look is absent, and so is every number of a look that failed. Of a source of
    which nothing is watched any more there is nothing: its last success would only grow old.
    """
    for known in latest:
        yield from _beside_results(known)
        for result in known.results:
            yield _target_up(result.target, up=_is_known(result))
        yield from of_results(known.results)


def page_of_latest(latest: Sequence[Latest], others: Iterable[Point], format_: TextFormat) -> Iterator[bytes]:
    """The whole page of these and others, in pieces, as `of_latest` tells it, in little memory.

    Ten thousand endpoints have 200,000 numbers: here none of them is there for longer than it takes to write it.
    """
    points = chain(others, *map(_beside_results, latest))
    return write(points, format_, _columns([result for known in latest for result in known.results]))


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
    """What sinks and channels have not taken."""
    for each in owing:
        if each.lane == "channel":
            yield own_point(own_metrics.OWED_NOTIFICATIONS, each.deliveries, channel=each.to)
            yield own_point(own_metrics.GIVEN_UP, each.refused, channel=each.to)
            if each.since is not None:
                since = each.since.timestamp()
                yield own_point(own_metrics.OWED_NOTIFICATIONS_SINCE, since, channel=each.to)
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
    return b"".join(write(points, format_))


def openmetrics(points: Iterable[Point]) -> str:
    """The whole page in the OpenMetrics text format."""
    return page(points, "openmetrics").decode()


def _beside_results(known: Latest) -> Iterator[Point]:
    for reading in known.readings:
        yield _target_up(reading.target, up=reading.problem is None)
    yield from of_readings(reading for reading in known.readings if reading.problem is None)
    if known.last_success is not None and (known.readings or known.results):
        yield own_point(own_metrics.LAST_SUCCESS, known.last_success.timestamp(), source=known.source)


def _columns(results: Iterable[ProbeResult]) -> Iterator[Column]:
    of_name = {_cleaned(result.endpoint): result for result in results}
    ups = (_target_up(result.target, up=_is_known(result)) for result in of_name.values())
    yield Column(own_metrics.TARGET_UP, ((write_labels(point.labels), point.value) for point in ups))
    named = [(_own_labels(result), result) for result in of_name.values()]
    for number in probe_metrics.NUMBERS:
        yield Column(number.metric, _numbers(named, number))


def _numbers(named: Iterable[tuple[str, ProbeResult]], number: probe_metrics.Number) -> Iterator[tuple[str, float]]:
    more = write_labels(_harmless(number.labels))
    rest = f",{more[1:]}" if more else "}"
    for labels, result in named:
        if (value := number.of(result)) is not None:
            yield f"{labels}{rest}", float(value)


def _own_labels(result: ProbeResult) -> str:
    """As they are written, without the closing brace."""
    return write_labels(_harmless({**_target_label(result.target), "group": result.group}))[:-1]


def _is_known(result: ProbeResult) -> bool:
    return result.state is not EndpointState.UNKNOWN


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
    return tuple([(name, _cleaned(value)) for name, value in labels.items()])


@lru_cache(maxsize=256)  # the twenty numbers of a target have the same name one after the other
def _cleaned(text: str) -> str:
    return clean(text, _LONGEST_LABEL)
