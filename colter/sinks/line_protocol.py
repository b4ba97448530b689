"""Measurements as InfluxDB's line protocol, with times in milliseconds.

Bytes are what influxdb-client's `Point` would make of the same, several times faster: after an outage there may be a
million of them. Format: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from colter.core import probe_metrics as probe
from colter.core.model import EndpointState, Entry, Metric, ProbeResult, Reading, Reason, Target
from colter.core.text import clean

# The predecessor's measurements, and the facts in words that it kept: its buckets go on as they are.
MEASUREMENTS: Mapping[str, str] = {"github": "github_repo_stats", "pypi": "pypi_package_stats"}
WORDS: Mapping[str, tuple[str, ...]] = {"github": ("last_push",), "pypi": ("version",)}
DAILY = "_daily"
"""What the measurement of counts by day is called, after the name of the target's own."""

PROBE_FIELDS: Mapping[Metric, tuple[str, ...]] = {
    **{metric: (metric.field,) for metric in probe.METRICS},
    probe.PHASE: ("resolve_seconds", "connect_seconds", "tls_seconds", "processing_seconds", "transfer_seconds"),
}
"""The fields that tell a metric of an endpoint. Two have labels elsewhere: here each phase is a field of its own, and
`state` a text; beside it stands the text `reason`, when there is one."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000
_INT64 = 2.0**63  # a float: Python compares floats with large integers slowly, and it does so exactly either way
_LARGEST = sys.float_info.max
_LONGEST_TAG = 200
_LONGEST_TEXT = 300
_KEPT = 16_384  # tag sets, some 300 bytes each: more endpoints than anybody watches from one place

_MEASUREMENT = str.maketrans({",": r"\,", " ": r"\ "})
_KEY = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})
_STRING = str.maketrans({'"': r"\"", "\\": r"\\"})
_ESCAPING = re.compile(r"\\(?=[\\,= ]|$)")
_FULL_WIDTH = "\N{FULLWIDTH REVERSE SOLIDUS}"

Tags = tuple[tuple[str, str], ...]


def lines(entry: Entry) -> list[bytes]:
    """The lines of one entry, without line ends; none when it holds neither number nor word. Never raises."""
    what = entry.what
    return [_of_result(what)] if isinstance(what, ProbeResult) else list(_of_reading(what))


def _of_result(result: ProbeResult) -> bytes:
    """All of a look in one line, and no tag that changes.

    Absent is what `probe_metrics.samples` leaves out; its samples alone would take three times as long as the line.
    """
    spent, expires, answered = result.phases, result.certificate_expires, result.status_code is not None
    fields = (  # in the order of their names; an empty text for what is absent
        _whole("attempts", result.attempts),
        _seconds("connect_seconds", spent.connect),
        _whole("content_bytes", result.size),
        _seconds("duration_seconds", result.latency_ms),
        _whole("http_status_code", result.status_code),
        _http_version(result.http_version),
        _seconds("processing_seconds", spent.processing),
        _REASON[result.reason],
        _whole("redirects", result.redirects if answered else None),
        _seconds("resolve_seconds", spent.resolve),
        _STATE[result.state],
        "" if expires is None else f"tls_not_after_timestamp_seconds={_milliseconds(expires) // 1000}i",
        _seconds("tls_seconds", spent.tls),
        "" if expires is None else f"tls_valid={int(result.reason not in probe.UNTRUSTED)}i",
        _seconds("transfer_seconds", spent.transfer),
        _UP.get(result.state, ""),
    )
    written = ",".join(filter(None, fields))
    return f"{_endpoint(result.endpoint, result.group)} {written} {_milliseconds(result.at)}".encode()


def _whole(name: str, value: float | None) -> str:
    """An integer field; nothing for NaN, infinities and integers that are too large for 64 bits."""
    return f"{name}={int(value)}i" if value is not None and -_INT64 <= value < _INT64 else ""


def _seconds(name: str, milliseconds: float | None) -> str:
    return "" if milliseconds is None else _real(name, milliseconds / 1000)


def _real(name: str, value: float) -> str:
    """A float field; nothing for NaN, infinities and integers that are too large to be a float."""
    return f"{name}={float(value)!r}".removesuffix(".0") if -_LARGEST <= value <= _LARGEST else ""


@lru_cache
def _http_version(version: str | None) -> str:
    try:
        return _real("http_version", float(version)) if version else ""
    except ValueError:
        return ""


_REASON = {reason: f'reason="{reason}"' for reason in Reason} | {None: ""}
_STATE = {state: f'state="{state}"' for state in EndpointState}
_UP = {EndpointState.UP: "up=1i", EndpointState.DEGRADED: "up=1i", EndpointState.DOWN: "up=0i"}


def _of_reading(reading: Reading) -> Iterator[bytes]:
    own = MEASUREMENTS.get(reading.target.source) or _first_measurement(reading)
    target, at = _target_tags(reading.target), _milliseconds(reading.at)
    tags = target | _private(reading)
    for (measurement, labels), fields in _grouped(reading, own).items():
        yield from _line(measurement, tags | dict(labels), fields, at)
    for daily in reading.daily:
        # Without `private`: a day is written again and again, and stays one series when a repository is published.
        fields = {"count": _whole("count", daily.count)}
        yield from _line(own + DAILY, target | {"series": daily.series}, fields, _midnight(daily.day))


def _grouped(reading: Reading, own: str) -> dict[tuple[str, Tags], dict[str, str]]:
    """The written fields by name, by measurement and labels: what has labels is a line of its own."""
    plain: dict[str, str] = {}
    found: dict[tuple[str, Tags], dict[str, str]] = {(own, ()): plain}
    for sample in reading.samples:
        metric = sample.metric
        fields = plain
        if sample.labels or metric.measurement != own:
            fields = found.setdefault((metric.measurement, tuple(sample.labels.items())), {})
        write = _whole if metric.whole else _real
        fields[metric.field] = write(_key(metric.field), sample.value)
        if metric.former:
            fields[metric.former] = write(_key(metric.former), sample.value)
    for name in WORDS.get(reading.target.source, ()):
        if text := clean(reading.info.get(name, ""), _LONGEST_TEXT):
            plain[name] = f'{name}="{text.translate(_STRING)}"'
    return found


def _line(measurement: str, tags: Mapping[str, str], fields: Mapping[str, str], at: int) -> Iterator[bytes]:
    if written := ",".join(filter(None, [fields[name] for name in sorted(fields)])):
        yield f"{_head(measurement, tuple(sorted(tags.items())))} {written} {at}".encode()


def _first_measurement(reading: Reading) -> str:
    return next((sample.metric.measurement for sample in reading.samples), reading.target.source)


def _target_tags(target: Target) -> dict[str, str]:
    match target.source:
        case "github":
            owner, _, repo = target.name.rpartition("/")
            return {"owner": owner, "repo": repo}
        case "pypi":
            return {"package": target.name}
    return {"target": target.name}


def _private(reading: Reading) -> dict[str, str]:
    """The predecessor's tag; it knew nothing of `internal`, which is not public either."""
    if reading.target.source != "github":
        return {}
    private = _PRIVATE.get(reading.info.get("visibility", ""))
    return {"private": private} if private else {}


_PRIVATE = {"public": "false", "private": "true", "internal": "true"}


@lru_cache(_KEPT)
def _endpoint(name: str, group: str) -> str:
    return _head(probe.UP.measurement, (("endpoint", name), ("group", group)))


@lru_cache(_KEPT)
def _head(measurement: str, tags: Tags) -> str:
    """Measurement and tags; a tag without a value is left out, for the protocol has no empty one."""
    written = [(_key(name), _tag(value)) for name, value in tags]
    return ",".join([measurement.translate(_MEASUREMENT), *(f"{name}={value}" for name, value in written if value)])


@lru_cache
def _key(name: str) -> str:
    return name.translate(_KEY)


def _tag(value: str) -> str:
    """A backslash that would be read together with what follows it, or with the tag's end, is made full-width.

    The protocol has no escape for it: of two influxd makes two and VictoriaMetrics one, and the last one swallows the
    comma or space that ends the tag. influxdb-client adds a space to that one, which comes back in its place.
    """
    return _ESCAPING.sub(_FULL_WIDTH, clean(value, _LONGEST_TAG)).translate(_KEY)


def _milliseconds(at: datetime) -> int:
    since = at - _EPOCH
    return since.days * _DAY + since.seconds * 1000 + since.microseconds // 1000


def _midnight(day: date) -> int:
    return (day.toordinal() - _EPOCH.toordinal()) * _DAY
