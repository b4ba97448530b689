"""What fires, what is silent and what was not delivered: as sheets for people and as records for programs."""

from collections.abc import Sequence
from datetime import datetime

from colter.app.alerting.overview import Alert, Overview, Quiet, Unheard
from colter.app.naming import shown_target
from colter.cli.render.sheet import ABSENT, Column, Sheet, make_sheet
from colter.core.records import Record, text
from colter.core.units import format_age, timestamp

SCHEMA = "colter.alerts/1"
"""Its JSON is an API: keys are added, never changed or removed."""


def sheets(overview: Overview) -> list[Sheet]:
    """What fires, and what is silent: each a sheet, where there is anything."""
    alerts = make_sheet(
        [
            Column("Alert"),
            Column("Rule"),
            Column("State"),
            Column("For", numeric=True),
            Column("Told", numeric=True),
            Column("Last told", numeric=True, spare=True),
            Column("Channels", prose=True),
            Column("Problem", prose=True),
        ],
        (_alert_row(alert, overview.at) for alert in overview.alerts),
    )
    quiet = make_sheet(
        [Column("Silent"), Column("By"), Column("For another", numeric=True), Column("Note", prose=True)],
        ([each.name, each.kind, format_age(each.ends - overview.at), each.note] for each in overview.quiet),
    )
    return [sheet for sheet in (alerts, quiet) if sheet.rows]


def unheard_sheets(overview: Overview) -> list[Sheet]:
    """One sheet of what has not arrived; none where everything has."""
    columns = [
        Column("Channel"),
        Column("Notification", prose=True),
        Column("State"),
        Column("Since", numeric=True),
        Column("Tries", numeric=True),
        Column("Problem", prose=True),
    ]
    rows = [_unheard_row(each, overview.at) for each in overview.unheard]
    return [make_sheet(columns, rows)] if rows else []


def document(overview: Overview) -> Record:
    """All of it."""
    return {
        "schema": SCHEMA,
        "at": timestamp(overview.at),
        "alerts": [alert_record(alert) for alert in overview.alerts],
        "silent": [_quiet_record(each) for each in overview.quiet],
        "undelivered": [unheard_record(each) for each in overview.unheard],
    }


def alert_record(alert: Alert) -> Record:
    """One alert."""
    standing, incident = alert.standing, alert.standing.incident
    return {
        "target": text(str(standing.target)),
        "source": standing.target.source,
        "name": text(standing.target.name),
        "rule": text(standing.rule),
        "state": alert.state,
        "since": timestamp(alert.since),
        "failures": standing.failures,
        "reason": incident and incident.reason and text(incident.reason),
        "detail": incident and incident.detail and text(incident.detail),
        "incident": incident and incident.id,
        "channels": list(incident.channels) if incident else [],
        "messages": alert.messages,
        "told": [{"channel": each.channel, "last": timestamp(each.last)} for each in alert.told],
        "muted": standing.muted,
    }


def unheard_record(unheard: Unheard) -> Record:
    """One notification that has not arrived."""
    row = unheard.delivery
    return {
        "key": row.key,
        "channel": row.to,
        "state": _state(unheard),
        "title": text(unheard.title),
        "since": row.created and timestamp(row.created),
        "given_up": row.settled and timestamp(row.settled),
        "tries": unheard.tries,
        "retry_at": unheard.retry_at and timestamp(unheard.retry_at),
        "problem": unheard.problem and text(unheard.problem),
    }


def flat_alerts(records: Sequence[Record]) -> list[Record]:
    """Alerts as rows."""
    return [
        {key: value for key, value in record.items() if key != "told"}
        | {
            "channels": " ".join(record["channels"]),
            "muted": "true" if record["muted"] else "false",
            "last_told": max((each["last"] for each in record["told"]), default=None),
        }
        for record in records
    ]


def _alert_row(alert: Alert, now: datetime) -> list[str]:
    standing, incident = alert.standing, alert.standing.incident
    told = max((each.last for each in alert.told), default=None)
    return [
        shown_target(standing.target),
        standing.rule,
        alert.state,
        format_age(now - alert.since),
        str(alert.messages),
        format_age(now - told) if told else ABSENT,
        ", ".join(incident.channels) if incident else "",
        (incident.detail or incident.reason or "") if incident else "",
    ]


def _unheard_row(unheard: Unheard, now: datetime) -> list[str]:
    row = unheard.delivery
    return [
        row.to,
        unheard.title,
        _state(unheard).replace("_", " "),
        format_age(now - row.created) if row.created else ABSENT,
        ABSENT if unheard.tries is None else str(unheard.tries),
        unheard.problem or "",
    ]


def _quiet_record(quiet: Quiet) -> Record:
    return {
        "name": text(quiet.name),
        "by": quiet.kind,
        "since": timestamp(quiet.begins),
        "until": timestamp(quiet.ends),
        "note": text(quiet.note),
    }


def _state(unheard: Unheard) -> str:
    return "given_up" if unheard.given_up else "owed"
