"""Readings, probe results, and what `colter status` knows, as sheets for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from colter.cli.render.sheet import ABSENT, Column, Sheet, change, count, day, make_sheet
from colter.core.model import Event, Metric, Owing, ProbeResult, Reading
from colter.core.names import few
from colter.core.ports import LastKnown, TargetStatus
from colter.core.units import format_age

_NAMES = {"github": "Repository", "pypi": "Package", "probe": "Endpoint"}
_FACTS = {"github": (("language", "Language"),), "pypi": (("version", "Version"),)}
_SPARE = frozenset({"language", "last_push_timestamp", "releases"})
"""What a narrow terminal does without first."""
_GROUPED = 3

Catalogue = Mapping[tuple[str, str], Metric]


def reading_sheets(readings: Sequence[Reading], catalogue: Catalogue) -> list[Sheet]:
    """One sheet for each source that has readings, and one of what is new."""
    sheets = [
        _reading_sheet(source, [reading for reading in readings if reading.target.source == source], catalogue)
        for source in dict.fromkeys(reading.target.source for reading in readings)
    ]
    return [*sheets, *_news(readings)]


def probe_sheets(results: Sequence[ProbeResult], now: datetime) -> list[Sheet]:
    """One sheet of all results; an empty list for none."""
    columns = [
        Column("Endpoint"),
        Column("State"),
        Column("Code", numeric=True),
        Column("Latency (ms)", numeric=True),
        Column("Cert (days)", numeric=True),
        Column("Reason", spare=True),
        Column("Problem", prose=True),
    ]
    return [make_sheet(columns, (_probe_row(result, now) for result in results))] if results else []


def status_sheets(targets: Sequence[TargetStatus], catalogue: Catalogue, now: datetime) -> list[Sheet]:
    """One sheet for each source: the last numbers with their change, and how old they are."""
    sheets = []
    for source in _NAMES:
        ours = [status for status in targets if status.target.source == source]
        if ours:
            sheets.append(_endpoint_status(ours, now) if source == "probe" else _status_sheet(ours, catalogue, now))
    return sheets


def owing_sheets(owing: Sequence[Owing], now: datetime) -> list[Sheet]:
    """One sheet of the sinks and channels that have not taken everything; none when all have."""
    waiting = [recipient for recipient in owing if recipient.deliveries or recipient.refused or recipient.dropped]
    columns = [
        Column("Sink"),
        Column("Owed", numeric=True),
        Column("Since", numeric=True),
        Column("Refused", numeric=True, spare=True),
        Column("Dropped", numeric=True, spare=True),
        Column("Problem", prose=True),
    ]
    return [make_sheet(columns, (_owing_row(recipient, now) for recipient in waiting))] if waiting else []


def problems(readings: Iterable[Reading]) -> list[str]:
    """What could not be read and why, one line for each reason, however many targets it concerns."""
    found: dict[str, dict[str, list[str]]] = {}
    for reading in readings:
        if reading.problem:
            found.setdefault(reading.problem, {}).setdefault(str(reading.target), [])
        for key, why in sorted(reading.missing.items()):
            found.setdefault(why, {}).setdefault(str(reading.target), []).append(key)
    return [f"{few(list(targets))}: {_what(targets)}{why}" for why, targets in found.items()]


def event_title(event: Event) -> str:
    """What is new, in a few words."""
    return f"#{event.key} {event.title}" if event.kind == "issue" else event.title


def _reading_sheet(source: str, readings: Sequence[Reading], catalogue: Catalogue) -> Sheet:
    metrics, facts = _shown(source, catalogue), _FACTS.get(source, ())
    rows = (
        [
            reading.target.name,
            *(reading.info.get(key, "") for key, _ in facts),
            *(_value(metric, reading.values.get(metric.key)) for metric in metrics),
            reading.status.value,
        ]
        for reading in readings
    )
    return make_sheet([*_columns(source, metrics), Column("Status")], rows)


def _news(readings: Sequence[Reading]) -> list[Sheet]:
    columns = [Column("New"), Column("Kind"), Column("Title", prose=True), Column("Address", spare=True)]
    rows = [
        [reading.target.name, event.kind, event_title(event), event.url]
        for reading in readings
        for event in reading.events
    ]
    return [make_sheet(columns, rows)] if rows else []


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
    columns = [*_columns(source, metrics), Column("Age", numeric=True, vital=True), Column("Problem", prose=True)]
    return make_sheet(columns, (_status_row(status, metrics, now) for status in targets))


def _status_row(status: TargetStatus, metrics: Sequence[Metric], now: datetime) -> list[str]:
    newest = max((known.at for known in status.values.values()), default=status.at)
    problem = status.problem or _unread(status.missing)
    if problem and newest < status.at:
        problem += f" (tried {format_age(now - status.at)} ago)"
    return [
        status.target.name,
        *(status.info.get(key, "") for key, _ in _FACTS.get(status.target.source, ())),
        *(_known(metric, status.values.get(metric.key), newest, now) for metric in metrics),
        format_age(now - newest),
        problem,
    ]


def _unread(missing: Iterable[str]) -> str:
    return f"not read: {few(_grouped(missing))}" if missing else ""


def _endpoint_status(targets: Sequence[TargetStatus], now: datetime) -> Sheet:
    columns = [
        Column("Endpoint"),
        Column("State"),
        Column("For", numeric=True),
        Column("Latency (ms)", numeric=True),
        Column("Cert (days)", numeric=True),
        Column("Age", numeric=True, vital=True),
        Column("Problem", prose=True),
    ]
    return make_sheet(columns, (_endpoint_row(status, now) for status in targets))


def _endpoint_row(status: TargetStatus, now: datetime) -> list[str]:
    result = status.result
    return [
        status.target.name,
        result.state.value if result else "unknown",
        format_age(now - status.since) if status.since else ABSENT,
        _latency(result) if result else ABSENT,
        _days_left(result, now) if result else ABSENT,
        format_age(now - status.at),
        (result.detail or (result.reason.value if result.reason else "") if result else "") or status.problem or "",
    ]


def _shown(source: str, catalogue: Catalogue) -> list[Metric]:
    return [metric for (owner, _), metric in catalogue.items() if owner == source and metric.column]


def _columns(source: str, metrics: Sequence[Metric]) -> list[Column]:
    facts = (Column(head, spare=key in _SPARE) for key, head in _FACTS.get(source, ()))
    numbers = (Column(_head(metric), numeric=True, spare=metric.key in _SPARE) for metric in metrics)
    return [Column(_NAMES.get(source, "Target")), *facts, *numbers]


def _head(metric: Metric) -> str:
    return metric.column if not metric.unit or metric.is_time else f"{metric.column} ({metric.unit})"


def _value(metric: Metric, value: float | None) -> str:
    return day(value) if metric.is_time else count(value)


def _known(metric: Metric, known: LastKnown | None, newest: datetime, now: datetime) -> str:
    """The number, how it moved, and its age in brackets where it is older than the others."""
    if known is None:
        return ABSENT
    moved = "" if metric.is_time else change(known.value, known.before)
    stale = f"({format_age(now - known.at)})" if known.at < newest else ""
    # The parts are not to be broken apart in a narrow column.
    return "\N{NO-BREAK SPACE}".join(filter(None, (_value(metric, known.value), moved, stale)))


def _owing_row(owing: Owing, now: datetime) -> list[str]:
    since = ABSENT if owing.since is None else format_age(now - owing.since)
    return [owing.to, count(owing.entries), since, count(owing.refused), count(owing.dropped), owing.problem or ABSENT]


def _latency(result: ProbeResult) -> str:
    return ABSENT if result.latency_ms is None else f"{result.latency_ms:,.1f}"


def _days_left(result: ProbeResult, now: datetime) -> str:
    return ABSENT if result.certificate_expires is None else str((result.certificate_expires - now).days)


def _what(targets: Mapping[str, list[str]]) -> str:
    keys = _grouped(key for keys in targets.values() for key in keys)
    return f"{few(keys)} not read: " if keys else ""


def _grouped(keys: Iterable[str]) -> list[str]:
    """The keys, many that begin with the same word as one: `downloads_*`."""
    families: dict[str, list[str]] = {}
    for key in sorted(set(keys)):
        families.setdefault(key.partition("_")[0], []).append(key)
    groups = sorted(families.items(), key=lambda family: -len(family[1]))
    return [name for word, found in groups for name in ([f"{word}_*"] if len(found) >= _GROUPED else found)]
