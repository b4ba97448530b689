"""What was measured, as the JSON documents that Colter promises: stable names, additive changes only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from colter.core.model import Event, Owing, Phases, ProbeResult, Reading, Sample
from colter.core.ports import TargetStatus
from colter.core.units import timestamp

READINGS = "colter.readings/1"
PROBES = "colter.probes/1"
STATUS = "colter.status/1"

Record = dict[str, Any]
"""Plain JSON: dictionaries, lists, texts, numbers, true, false, null."""


def readings_document(collected_at: datetime, readings: Iterable[Reading]) -> Record:
    """The document of one round over repositories and packages."""
    records = [reading_record(reading) for reading in readings]
    return {"schema": READINGS, "collected_at": timestamp(collected_at), "readings": records}


def probes_document(collected_at: datetime, results: Iterable[ProbeResult]) -> Record:
    """The document of one round over endpoints."""
    return {"schema": PROBES, "collected_at": timestamp(collected_at), "results": [probe_record(r) for r in results]}


def status_document(
    at: datetime, targets: Iterable[TargetStatus], owing: Sequence[Owing], daemon: Record | None = None
) -> Record:
    """The document of what is known without asking any network; `daemon`: what it tells of itself."""
    return {
        "schema": STATUS,
        "at": timestamp(at),
        "daemon": daemon,
        "owed": sum(recipient.deliveries for recipient in owing),
        "owing": [owing_record(recipient) for recipient in owing],
        "targets": [status_record(target) for target in targets],
    }


def owing_record(owing: Owing) -> Record:
    """What one sink or channel has not taken, and why."""
    return {
        "lane": owing.lane,
        "to": text(owing.to),
        "deliveries": owing.deliveries,
        "measurements": owing.entries,
        "since": owing.since and timestamp(owing.since),
        "problem": owing.problem and text(owing.problem),
        "failures": owing.failures,
        "retry_at": owing.retry_at and timestamp(owing.retry_at),
        "dropped": owing.dropped,
        "refused": owing.refused,
    }


def reading_record(reading: Reading) -> Record:
    """One reading. What is missing is named in `missing` and stands in no other place: absent is not zero."""
    return {
        "target": text(str(reading.target)),
        "source": reading.target.source,
        "name": text(reading.target.name),
        "status": reading.status.value,
        "problem": reading.problem and text(reading.problem),
        "missing": sorted(reading.missing),
        "missing_reasons": {key: text(why) for key, why in sorted(reading.missing.items())},
        "values": {key: number(value) for key, value in reading.values.items()},
        "splits": _splits(reading.samples),
        "info": {key: text(value) for key, value in reading.info.items()},
        "events": [event_record(event) for event in reading.events],
    }


def event_record(event: Event) -> Record:
    """Something new of a target."""
    return {
        "kind": event.kind,
        "key": text(event.key),
        "title": text(event.title),
        "at": timestamp(event.at),
        "url": text(event.url),
    }


def probe_record(result: ProbeResult) -> Record:
    """One probe result."""
    return {
        "endpoint": text(result.endpoint),
        "url": text(result.url),
        "state": result.state.value,
        "reason": result.reason and result.reason.value,
        "detail": result.detail and text(result.detail),
        "status_code": result.status_code,
        "http_version": result.http_version and text(result.http_version),
        "ip": result.ip,
        "latency_ms": _milliseconds(result.latency_ms),
        "phases_ms": _phases(result.phases),
        "redirects": result.redirects,
        "bytes": result.size,
        "certificate_expires": result.certificate_expires and timestamp(result.certificate_expires),
        "attempts": result.attempts,
        "at": timestamp(result.at),
        "group": text(result.group),
    }


def status_record(status: TargetStatus) -> Record:
    """The last known of one target; each value with its own time and the one before it."""
    return {
        "target": text(str(status.target)),
        "source": status.target.source,
        "name": text(status.target.name),
        "at": timestamp(status.at),
        "problem": status.problem and text(status.problem),
        "missing": sorted(status.missing),
        "missing_reasons": {key: text(why) for key, why in sorted(status.missing.items())},
        "values": {
            key: {
                "value": number(known.value),
                "at": timestamp(known.at),
                "before": None if known.before is None else number(known.before),
            }
            for key, known in status.values.items()
        },
        "info": {key: text(value) for key, value in status.info.items()},
        "since": status.since and timestamp(status.since),
        "result": status.result and probe_record(status.result),
    }


def number(value: float) -> float | None:
    """An integer where it is one, so that a count of stars never reads `1.0`; JSON knows no infinity and no NaN."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  NaN is not itself
        return None
    return int(value) if float(value).is_integer() else value


def text(value: str) -> str:
    """The text as valid Unicode: a lone surrogate, which UTF-8 cannot write, becomes U+FFFD."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _splits(samples: Sequence[Sample]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for sample in samples:
        if sample.metric.labels:
            labels: Mapping[str, str] = {name: text(value) for name, value in sample.labels.items()}
            found.setdefault(sample.metric.key, []).append({"labels": labels, "value": number(sample.value)})
    return found


def _phases(phases: Phases) -> Record:
    return {
        "resolve": _milliseconds(phases.resolve),
        "connect": _milliseconds(phases.connect),
        "tls": _milliseconds(phases.tls),
        "processing": _milliseconds(phases.processing),
        "transfer": _milliseconds(phases.transfer),
    }


def _milliseconds(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
