"""Reports as sheets for people."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import floor

from colter.app.reports.endpoints import EndpointReport, GroupReport, Uptime, lasted_until
from colter.app.reports.numbers import Move, Tracked
from colter.app.reports.report import Report
from colter.app.reports.subjects import Subject
from colter.app.reports.window import Window
from colter.cli.render.moments import utc
from colter.cli.render.people import event_title
from colter.cli.render.sheet import ABSENT, Column, Sheet, change, count, make_sheet
from colter.core.model import Event
from colter.core.units import format_duration
from colter.core.uptime.outage import Outage

_HEADS = {"github": "Repository", "pypi": "Package"}
_SECOND = timedelta(seconds=1)
_PERCENTILES = (0.5, 0.95, 0.99)


def window_line(window: Window) -> str:
    """Which time a report is about."""
    return f"{utc(window.since)} to {utc(window.until)} UTC"


def sheets(report: Report, *, listed: bool) -> list[Sheet]:
    """Endpoints, groups, and for each source what moved and what is new; `listed`: every outage and event by itself."""
    found = [_endpoint_sheet(report.endpoints), _group_sheet([each for each in report.groups if each.endpoints > 1])]
    if listed:
        found.append(_outage_sheet(report))
    for source in dict.fromkeys(each.target.source for each in report.tracked):
        ours = [each for each in report.tracked if each.target.source == source]
        found.append(_number_sheet(_HEADS.get(source, "Target"), ours, report.window))
    found.append(_event_sheet(report.tracked) if listed else _event_counts(report.tracked))
    return [sheet for sheet in found if sheet.rows]


def _endpoint_sheet(endpoints: Sequence[EndpointReport]) -> Sheet:
    columns = [
        Column("Endpoint"),
        *_uptime_columns(),
        Column("p50 (ms)", numeric=True),
        Column("p95 (ms)", numeric=True),
        Column("p99 (ms)", numeric=True),
        Column("Looks", numeric=True, spare=True),
        Column("Since (UTC)"),
    ]
    return make_sheet(columns, map(_endpoint_row, endpoints))


def _group_sheet(groups: Sequence[GroupReport]) -> Sheet:
    columns = [Column("Group"), Column("Endpoints", numeric=True), *_uptime_columns()]
    return make_sheet(columns, ([each.name, str(each.endpoints), *_uptime_cells(each.uptime)] for each in groups))


def _uptime_columns() -> list[Column]:
    return [
        Column("Availability (%)", numeric=True, vital=True),
        Column("Coverage (%)", numeric=True, vital=True),
        Column("Downtime", numeric=True),
        Column("Outages", numeric=True),
        Column("Blips", numeric=True),
        Column("Maintenance", numeric=True, spare=True),
    ]


def _endpoint_row(endpoint: EndpointReport) -> list[str]:
    uptime = endpoint.uptime
    return [
        endpoint.subject.target.name,
        *_uptime_cells(uptime),
        *(ABSENT if each is None else f"{each:,.1f}" for each in uptime.tally.percentiles_ms(_PERCENTILES)),
        count(uptime.tally.looks or None),
        _hour_or_day(endpoint.since) if endpoint.since else "",
    ]


def _uptime_cells(uptime: Uptime) -> list[str]:
    tally = uptime.tally
    return [
        _percent(uptime.availability, 3),
        _percent(uptime.coverage, 1),
        _length(tally.downtime) if tally.known else ABSENT,
        count(len(uptime.outages)) if tally.known else ABSENT,
        count(tally.blips) if tally.known else ABSENT,
        _length(timedelta(milliseconds=tally.maintenance_ms)) if tally.maintenance_ms else "",
    ]


def _outage_sheet(report: Report) -> Sheet:
    columns = [
        Column("Outage of"),
        Column("From (UTC)"),
        Column("Until (UTC)"),
        Column("For", numeric=True),
        Column("Looks", numeric=True, spare=True),
        Column("Reason"),
    ]
    rows = (_outage_row(outage, each.subject) for each in report.endpoints for outage in each.uptime.outages)
    return make_sheet(columns, rows)


def _outage_row(outage: Outage, subject: Subject) -> list[str]:
    return [
        outage.target.name,
        _second(outage.started),
        _second(outage.ended) if outage.ended else "it lasts",
        _length(lasted_until(outage, subject) - outage.started),
        count(outage.looks),
        outage.reason.value if outage.reason else "",
    ]


def _number_sheet(head: str, tracked: Sequence[Tracked], window: Window) -> Sheet:
    columns = [
        Column(head),
        Column("Number"),
        Column("Begin", numeric=True),
        Column("End", numeric=True, vital=True),
        Column("Change", numeric=True),
        Column("Change (%)", numeric=True),
        Column("Since (UTC)"),
    ]
    rows = (_move_row(each, move, window) for each in tracked for move in each.moves if move.metric.column)
    return make_sheet(columns, rows)


def _move_row(tracked: Tracked, move: Move, window: Window) -> list[str]:
    return [
        tracked.target.name,
        move.metric.column,
        count(move.first),
        count(move.last),
        "" if move.change is None else change(move.last, move.first) or "0",
        _change_percent(move.ratio),
        utc(move.first_at) if move.first_at > window.since else "",
    ]


def _event_counts(tracked: Sequence[Tracked]) -> Sheet:
    columns = [Column("New"), Column("Kind"), Column("Count", numeric=True), Column("Latest", prose=True)]
    return make_sheet(columns, (row for each in tracked for row in _event_count_rows(each)))


def _event_count_rows(tracked: Tracked) -> Iterator[list[str]]:
    kinds: dict[str, list[Event]] = {}
    for event in tracked.events:
        kinds.setdefault(event.kind, []).append(event)
    for kind, events in kinds.items():
        yield [tracked.target.name, kind, count(len(events)), event_title(events[-1])]


def _event_sheet(tracked: Sequence[Tracked]) -> Sheet:
    columns = [Column("New"), Column("Kind"), Column("When (UTC)"), Column("Title", prose=True)]
    rows = (
        [each.target.name, event.kind, utc(event.at), event_title(event)] for each in tracked for event in each.events
    )
    return make_sheet(columns, rows)


def _percent(share: float | None, digits: int) -> str:
    """Rounded down: what was down for a moment never reads 100."""
    if share is None:
        return ABSENT
    scale = 10**digits
    # Binary fractions lie a little beside what was meant: 0.9979 * 100 is 99.78999...
    return f"{floor(round(share * 100 * scale, 6)) / scale:.{digits}f}"


def _change_percent(ratio: float | None) -> str:
    if ratio is None:
        return ABSENT
    return f"{100 * ratio:+,.1f}" if ratio else "0.0"


def _hour_or_day(begins: datetime) -> str:
    return utc(begins) if begins.hour else f"{begins:%Y-%m-%d}"


def _length(length: timedelta) -> str:
    return format_duration(round(length / _SECOND) * _SECOND)


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
