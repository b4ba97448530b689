"""CSV: one row for each number, and one for each fact that is a word."""

from collections.abc import Iterator, Mapping

from colter.core.model import Entry, ProbeResult, Reading, Sample
from colter.core.notation import csv_rows
from colter.core.probe_metrics import STATE, samples
from colter.core.records import number
from colter.core.units import timestamp

COLUMNS = ("time", "source", "target", "metric", "labels", "value", "unit", "text", "round", "position")
HEAD = csv_rows([COLUMNS])

_Word = tuple[str, Mapping[str, str], str]


def written(entry: Entry) -> str:
    """Its rows. What could not be read has no row with a value, but one that says why: `missing` or `problem`."""
    what = entry.what
    first = (timestamp(what.at), what.target.source, what.target.name)
    last = (entry.round.key, entry.position)
    if isinstance(what, ProbeResult):
        # The state is a word of its own here; as numbers it would be a row for each state there is.
        numbers, words = [each for each in samples(what) if each.metric is not STATE], _of_result(what)
    else:
        numbers, words = [*what.samples], _of_reading(what)
    return csv_rows(
        [
            *((*first, *cells, *last) for cells in map(_number, numbers) if cells[2] is not None),
            *((*first, name, _labels(labels), None, None, text, *last) for name, labels, text in words),
        ]
    )


def _number(sample: Sample) -> tuple[str, str, float | None, str, None]:
    metric = sample.metric
    return metric.key, _labels(sample.labels), number(sample.value), metric.unit, None


def _of_reading(reading: Reading) -> Iterator[_Word]:
    for key, word in reading.info.items():
        yield key, {}, word
    for key, why in reading.missing.items():
        yield "missing", {"key": key}, why
    if reading.problem is not None:
        yield "problem", {}, reading.problem
    for event in reading.events:
        yield "event", {"kind": event.kind, "key": event.key, "at": timestamp(event.at), "url": event.url}, event.title


def _of_result(result: ProbeResult) -> Iterator[_Word]:
    words = {
        "state": result.state.value,
        "reason": result.reason and result.reason.value,
        "detail": result.detail,
        "url": result.url,
        "ip": result.ip,
        "group": result.group,
    }
    return ((name, {}, word) for name, word in words.items() if word)


def _labels(labels: Mapping[str, str]) -> str:
    r"""`phase=connect`, several with `;` between; in a value `;` is written `\\;` and a backslash twice."""
    return ";".join(f"{name}={_escaped(value)}" for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;")
