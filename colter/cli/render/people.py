"""Readings, results and what is known, as sheets for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from colter.cli.outcome import few
from colter.cli.render.sheet import ABSENT, Column, Sheet, change, count, day, make_sheet
from colter.core.model import Metric, ProbeResult, Reading
from colter.core.ports import LastKnown, TargetStatus
from colter.core.units import format_age

_NAMES = {"github": "Repository", "pypi": "Package", "probe": "Endpoint"}
_FACTS = {"github": (("language", "Language"),), "pypi": (("version", "Version"),)}

Catalogue = Mapping[tuple[str, str], Metric]


def reading_sheets(readings: Sequence[Reading], catalogue: Catalogue) -> list[Sheet]:
    """One sheet for each source that has readings."""
    return [
        _reading_sheet(source, [reading for reading in readings if reading.target.source == source], catalogue)
        for source in dict.fromkeys(reading.target.source for reading in readings)
    ]


def probe_sheets(results: Sequence[ProbeResult], now: datetime) -> list[Sheet]:
    """One sheet of all results; an empty list for none."""
    columns = [
        Column("Endpoint"),
        Column("State"),
        Column("Code", numeric=True),
        Column("Latency (ms)", numeric=True),
        Column("Certificate (days)", numeric=True),
        Column("Reason"),
        Column("Detail"),
    ]
    return [make_sheet(columns, (_probe_row(result, now) for result in results))] if results else []


def status_sheets(targets: Sequence[TargetStatus], catalogue: Catalogue, now: datetime) -> list[Sheet]:
    """One sheet for each source: the last numbers with their change, and how old they are."""
    sheets = []
    for source in dict.fromkeys(status.target.source for status in targets):
        ours = [status for status in targets if status.target.source == source]
        make = _endpoint_status if source == "probe" else _status_sheet
        sheets.append(make(ours, catalogue, now))
    return sheets


def problems(readings: Iterable[Reading]) -> list[str]:
    """What could not be read and why, one line for each reason, however many targets it concerns."""
    found: dict[str, dict[str, list[str]]] = {}
    for reading in readings:
        if reading.problem:
            found.setdefault(reading.problem, {}).setdefault(str(reading.target), [])
        for key, why in sorted(reading.missing.items()):
            found.setdefault(why, {}).setdefault(str(reading.target), []).append(key)
    return [f"{few(list(targets))}: {_what(targets)}{why}" for why, targets in found.items()]


def _reading_sheet(source: str, readings: Sequence[Reading], catalogue: Catalogue) -> Sheet:
    metrics = _shown(source, catalogue)
    facts = _FACTS.get(source, ())
    columns = [Column(_NAMES.get(source, "Target")), *(Column(head) for _, head in facts), *_heads(metrics)]
    rows = (
        [
            reading.target.name,
            *(reading.info.get(key, "") for key, _ in facts),
            *(_value(metric, reading.values.get(metric.key)) for metric in metrics),
            reading.status.value,
        ]
        for reading in readings
    )
    return make_sheet([*columns, Column("Status")], rows)


def _probe_row(result: ProbeResult, now: datetime) -> list[str]:
    return [
        result.endpoint,
        result.state.value,
        ABSENT if result.status_code is None else str(result.status_code),
        _latency(result),
        _days_left(result, now),
        result.reason.value if result.reason else "",
        result.detail or "",
    ]


def _status_sheet(targets: Sequence[TargetStatus], catalogue: Catalogue, now: datetime) -> Sheet:
    source = targets[0].target.source
    metrics = _shown(source, catalogue)
    facts = _FACTS.get(source, ())
    columns = [Column(_NAMES.get(source, "Target")), *(Column(head) for _, head in facts), *_heads(metrics)]
    rows = (
        [
            status.target.name,
            *(status.info.get(key, "") for key, _ in facts),
            *(_known(metric, status.values.get(metric.key)) for metric in metrics),
            format_age(now - status.at),
            status.problem or _unread(sorted(status.missing)),
        ]
        for status in targets
    )
    return make_sheet([*columns, Column("Age", numeric=True), Column("Problem")], rows)


def _unread(keys: Sequence[str]) -> str:
    return f"not read: {few(keys, 2)}" if keys else ""


def _endpoint_status(targets: Sequence[TargetStatus], catalogue: Catalogue, now: datetime) -> Sheet:
    del catalogue
    columns = [
        Column("Endpoint"),
        Column("State"),
        Column("For", numeric=True),
        Column("Latency (ms)", numeric=True),
        Column("Change (ms)", numeric=True),
        Column("Certificate (days)", numeric=True),
        Column("Age", numeric=True),
        Column("Problem"),
    ]
    return make_sheet(columns, (_endpoint_row(status, now) for status in targets))


def _endpoint_row(status: TargetStatus, now: datetime) -> list[str]:
    result = status.result
    known = status.values.get("latency_ms")
    return [
        status.target.name,
        result.state.value if result else "unknown",
        format_age(now - status.since) if status.since else ABSENT,
        _latency(result) if result else ABSENT,
        change(known.value, known.before) if known else "",
        _days_left(result, now) if result else ABSENT,
        format_age(now - status.at),
        (result.detail or (result.reason.value if result.reason else "") if result else "") or status.problem or "",
    ]


def _shown(source: str, catalogue: Catalogue) -> list[Metric]:
    return [metric for (owner, _), metric in catalogue.items() if owner == source and metric.column]


def _heads(metrics: Sequence[Metric]) -> list[Column]:
    return [Column(_head(metric), numeric=True) for metric in metrics]


def _head(metric: Metric) -> str:
    return metric.column if not metric.unit or _is_time(metric) else f"{metric.column} ({metric.unit})"


def _is_time(metric: Metric) -> bool:
    return metric.key.endswith("_timestamp")


def _value(metric: Metric, value: float | None) -> str:
    return day(value) if _is_time(metric) else count(value)


def _known(metric: Metric, known: LastKnown | None) -> str:
    if known is None:
        return ABSENT
    moved = "" if _is_time(metric) else change(known.value, known.before)
    return f"{_value(metric, known.value)} {moved}".rstrip()


def _latency(result: ProbeResult) -> str:
    return ABSENT if result.latency_ms is None else f"{result.latency_ms:,.1f}"


def _days_left(result: ProbeResult, now: datetime) -> str:
    return ABSENT if result.certificate_expires is None else str((result.certificate_expires - now).days)


def _what(targets: Mapping[str, list[str]]) -> str:
    keys = list(dict.fromkeys(key for keys in targets.values() for key in keys))
    return f"{', '.join(keys)} not read: " if keys else ""
