"""Standings, marks and notices as JSON text: small, stable, and read back to exactly what was written.

Times are whole milliseconds of Unix time, lengths whole milliseconds. What has its default value is left out, so a
target that is well takes few bytes, and a field that is added later reads as its default.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from colter.core.alerting.happenings import Watermark
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.observation import Verdict
from colter.core.alerting.standing import Claim, Incident, Mark, Standing, Told
from colter.core.model import AlertState, Event, Target

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Plain = Mapping[str, Any]


def write_standing(standing: Standing) -> str:
    """All of it as one line of JSON."""
    return _line(
        {
            "target": standing.target.name,
            "source": standing.target.source,
            "rule": standing.rule,
            "since": ms(standing.since),
            "firing": standing.firing,
            "trail": [[mark.verdict, ms(mark.at), _length(mark.ran)] for mark in standing.trail],
            "failures": standing.failures,
            "history": standing.history,
            "flapping": standing.flapping,
            "unknown": standing.unknown,
            "muted": standing.muted,
            "told": "" if standing.told is Claim.OK else standing.told,
            "incident": _incident(standing.incident) if standing.incident else None,
            "seen": standing.seen,
            "looked": ms(standing.looked) if standing.looked else None,
            "judged": ms(standing.judged) if standing.judged else None,
            "ran": _length(standing.ran),
        },
        keep=("since", "seen"),
    )


def read_standing(text: str) -> Standing:
    """What `write_standing` has written."""
    plain = json.loads(text)
    incident = plain.get("incident")
    return Standing(
        Target(plain["source"], plain["target"]),
        plain["rule"],
        moment(plain["since"]),
        firing=plain.get("firing", False),
        trail=tuple(
            Mark(Verdict(verdict), moment(at), _MILLISECOND * ran) for verdict, at, ran in _list(plain, "trail")
        ),
        failures=plain.get("failures", 0),
        history=plain.get("history", ""),
        flapping=plain.get("flapping", False),
        unknown=plain.get("unknown", False),
        muted=plain.get("muted", False),
        told=Claim(plain.get("told", Claim.OK)),
        incident=None if incident is None else _read_incident(incident),
        seen=plain["seen"],
        looked=_when(plain, "looked"),
        judged=_when(plain, "judged"),
        ran=_MILLISECOND * plain.get("ran", 0),
    )


def worth_writing(before: Standing, after: Standing) -> bool:
    """Whether a restart could tell the difference: of what was well and is well nothing needs to be kept anew."""
    return not (_is_calm(before) and _is_calm(after) and before.muted == after.muted)


def row(standing: Standing) -> AlertState:
    """What can be asked for without reading the JSON."""
    incident = standing.incident
    return AlertState(
        target=standing.target,
        rule=standing.rule,
        state=standing.phase.value,
        since=incident.since if incident and standing.firing else standing.since,
        count=len(standing.trail),
        incident=incident.id if incident else None,
        sequence=incident.sequence if incident else 0,
    )


def write_notice(notice: Notice) -> str:
    """All of it as one line of JSON: the body of an outbox row."""
    return _line(
        {
            "incident": notice.incident,
            "sequence": notice.sequence,
            "kind": notice.kind,
            "source": notice.target.source,
            "target": notice.target.name,
            "rule": notice.rule,
            "claim": notice.claim,
            "at": ms(notice.at),
            "since": ms(notice.since),
            "until": ms(notice.until) if notice.until else None,
            "reason": notice.reason,
            "detail": notice.detail,
            "failures": notice.failures,
            "reminders": notice.reminders,
            "channels": list(notice.channels),
            "events": [[event.kind, event.key, event.title, ms(event.at), event.url] for event in notice.events],
            "events_total": notice.events_total,
        },
        keep=("sequence", "at", "since"),
    )


def read_notice(text: str) -> Notice:
    """What `write_notice` has written."""
    plain = json.loads(text)
    return Notice(
        incident=plain["incident"],
        sequence=plain["sequence"],
        kind=Kind(plain["kind"]),
        target=Target(plain["source"], plain["target"]),
        rule=plain["rule"],
        claim=Claim(plain["claim"]),
        at=moment(plain["at"]),
        since=moment(plain["since"]),
        until=_when(plain, "until"),
        reason=plain.get("reason"),
        detail=plain.get("detail"),
        failures=plain.get("failures", 0),
        reminders=plain.get("reminders", 0),
        channels=tuple(_list(plain, "channels")),
        events=tuple(Event(kind, key, title, moment(at), url) for kind, key, title, at, url in _list(plain, "events")),
        events_total=plain.get("events_total", 0),
    )


def write_mark(mark: Watermark) -> str:
    """As one line of JSON."""
    return _line({"keys": list(mark.keys), "value": mark.value}, keep=("value",))


def read_mark(text: str) -> Watermark:
    """What `write_mark` has written."""
    plain = json.loads(text)
    return Watermark(tuple(_list(plain, "keys")), plain["value"])


def ms(at: datetime) -> int:
    """A time as it is written: whole milliseconds of Unix time."""
    return (at - _EPOCH) // _MILLISECOND


def moment(milliseconds: int) -> datetime:
    """What `ms` has written."""
    return _EPOCH + milliseconds * _MILLISECOND


def _is_calm(standing: Standing) -> bool:
    return standing.incident is None and set(standing.history) == {"g"} and not (standing.unknown or standing.flapping)


def _incident(incident: Incident) -> Plain:
    return {
        "id": incident.id,
        "since": ms(incident.since),
        "until": ms(incident.until) if incident.until else None,
        "sequence": incident.sequence,
        "channels": list(incident.channels),
        "reason": incident.reason,
        "detail": incident.detail,
        "reminders": incident.reminders,
        "told": [incident.told.sequence, incident.told.deliveries],
        "told_ran": _length(incident.told_ran),
    }


def _read_incident(plain: Plain) -> Incident:
    return Incident(
        id=plain["id"],
        since=moment(plain["since"]),
        until=_when(plain, "until"),
        sequence=plain["sequence"],
        channels=tuple(plain["channels"]),
        reason=plain["reason"],
        detail=plain["detail"],
        reminders=plain["reminders"],
        told=Told(*plain["told"]),
        told_ran=_MILLISECOND * plain["told_ran"],
    )


def _line(plain: Plain, keep: tuple[str, ...]) -> str:
    told = {name: value for name, value in plain.items() if value or name in keep}
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"))


def _list(plain: Plain, name: str) -> list[Any]:
    found: list[Any] = plain.get(name, [])
    return found


def _when(plain: Plain, name: str) -> datetime | None:
    milliseconds = plain.get(name)
    return None if milliseconds is None else moment(milliseconds)


def _length(length: timedelta) -> int:
    return length // _MILLISECOND
