"""Reports as records for programs."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from colter.app.reports.endpoints import EndpointReport, GroupReport, Uptime, lasted_until
from colter.app.reports.numbers import Move, Tracked
from colter.app.reports.report import Report
from colter.app.reports.subjects import Subject
from colter.core.records import Record, event_record, number, text
from colter.core.units import timestamp
from colter.core.uptime.outage import Outage

SCHEMA = "colter.report/1"
"""Its JSON is an API: keys are added, never changed or removed."""

_PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def document(report: Report) -> Record:
    """All of it."""
    return {
        "schema": SCHEMA,
        "at": timestamp(report.at),
        **_window(report),
        "complete": report.problem is None,
        "endpoints": [_endpoint(each) for each in report.endpoints],
        "groups": [_group(each) for each in report.groups],
        "tracked": [_tracked(each) for each in report.tracked],
    }


def records(report: Report) -> list[Record]:
    """Every endpoint, repository and package by itself, with the window."""
    found = [*map(_endpoint, report.endpoints), *map(_tracked, report.tracked)]
    return [{**record, **_window(report)} for record in found]


def flat(found: Sequence[Record]) -> list[Record]:
    """A row for each, all with the same columns; what is not known of one is empty."""
    rows = [_flat_endpoint(each) if "uptime" in each else _flat_tracked(each) for each in found]
    columns = dict.fromkeys(column for row in rows for column in row)
    return [{column: row.get(column) for column in columns} for row in rows]


def _window(report: Report) -> Record:
    return {"since": timestamp(report.window.since), "until": timestamp(report.window.until)}


def _endpoint(endpoint: EndpointReport) -> Record:
    subject = endpoint.subject
    return {
        "target": text(str(subject.target)),
        "source": subject.target.source,
        "name": text(subject.target.name),
        "group": text(subject.group),
        "tags": sorted(map(text, subject.tags)),
        "configured": subject.configured,
        "known_since": endpoint.since and timestamp(endpoint.since),
        "uptime": _uptime(endpoint.uptime),
        "outages": [_outage(each, subject) for each in endpoint.uptime.outages],
    }


def _group(group: GroupReport) -> Record:
    return {"name": text(group.name), "endpoints": group.endpoints, "uptime": _uptime(group.uptime)}


def _uptime(uptime: Uptime) -> Record:
    tally = uptime.tally
    return {
        "availability": uptime.availability,
        "coverage": uptime.coverage,
        "seconds": {
            "up": tally.up_ms / 1000,
            "degraded": tally.degraded_ms / 1000,
            "blips": tally.blip_ms / 1000,
            "down": tally.down_ms / 1000,
            "maintenance": tally.maintenance_ms / 1000,
            "unknown": max(uptime.span - tally.known, timedelta()).total_seconds(),
        },
        "looks": {"up": tally.up, "degraded": tally.degraded, "down": tally.down, "unknown": tally.unknown},
        "outages": len(uptime.outages),
        "blips": tally.blips,
        "latency_ms": _latency(uptime),
    }


def _latency(uptime: Uptime) -> Record:
    tally = uptime.tally
    plain = {
        "fastest": None if tally.fastest_us is None else tally.fastest_us / 1000,
        "mean": tally.mean_ms,
        "slowest": None if tally.slowest_us is None else tally.slowest_us / 1000,
        **dict(zip(_PERCENTILES, tally.percentiles_ms(list(_PERCENTILES.values())), strict=True)),
    }
    return {name: None if value is None else round(value, 3) for name, value in plain.items()}


def _outage(outage: Outage, subject: Subject) -> Record:
    return {
        "began": timestamp(outage.started),
        "ended": outage.ended and timestamp(outage.ended),
        "seconds": (lasted_until(outage, subject) - outage.started).total_seconds(),
        "reason": outage.reason and outage.reason.value,
        "looks": outage.looks,
    }


def _tracked(tracked: Tracked) -> Record:
    return {
        "target": text(str(tracked.target)),
        "source": tracked.target.source,
        "name": text(tracked.target.name),
        "numbers": {move.metric.key: _move(move) for move in tracked.moves},
        "new": dict(Counter(event.kind for event in tracked.events)),
        "events": [event_record(event) for event in tracked.events],
    }


def _move(move: Move) -> Record:
    return {
        "begin": number(move.first),
        "begin_at": timestamp(move.first_at),
        "end": number(move.last),
        "end_at": timestamp(move.last_at),
        "change": None if move.change is None else number(move.change),
        "change_percent": None if move.ratio is None else round(100 * move.ratio, 6),
    }


def _flat_endpoint(record: Record) -> Record:
    uptime = record["uptime"]
    return {
        **_flat_head(record),
        "group": record["group"],
        "availability": uptime["availability"],
        "coverage": uptime["coverage"],
        **{f"{name}_seconds": seconds for name, seconds in uptime["seconds"].items()},
        "outages": uptime["outages"],
        "blips": uptime["blips"],
        "looks": sum(uptime["looks"].values()),
        **{f"{name}_ms": uptime["latency_ms"][name] for name in _PERCENTILES},
        "known_since": record["known_since"],
    }


def _flat_tracked(record: Record) -> Record:
    moves = record["numbers"].items()
    return {
        **_flat_head(record),
        **{f"{key}_{part}": move[part] for key, move in moves for part in ("begin", "end", "change")},
        **{f"new_{kind}": found for kind, found in record["new"].items()},
    }


def _flat_head(record: Record) -> Record:
    return {"target": record["target"], "since": record["since"], "until": record["until"]}
