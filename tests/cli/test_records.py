"""The JSON documents keep their names and types for ever: a failing test here means a new schema number."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from colter.core import records
from colter.core.model import Event, Owing, Sample
from colter.core.ports import LastKnown, TargetStatus
from colter.core.units import timestamp
from tests.cli import measured
from tests.fakes.clock import START


def test_the_document_of_readings_is_this_one() -> None:
    assert records.readings_document(START, measured.READINGS[:2]) == {
        "schema": "colter.readings/1",
        "collected_at": "2026-05-04T12:00:00.000Z",
        "readings": [
            {
                "target": "github:pallets/flask",
                "source": "github",
                "name": "pallets/flask",
                "status": "ok",
                "problem": None,
                "missing": [],
                "missing_reasons": {},
                "values": {"stars": 71234, "last_push_timestamp": 1777896000},
                "splits": {},
                "info": {"language": "Python"},
                "events": [],
            },
            {
                "target": "pypi:requests",
                "source": "pypi",
                "name": "requests",
                "status": "partial",
                "problem": None,
                "missing": ["vulnerabilities"],
                "missing_reasons": {"vulnerabilities": "the server is out of reach"},
                "values": {"downloads_tracked_total": 5, "downloads_day": 1, "downloads_week": 7},
                "splits": {"downloads_by_system": [{"labels": {"system": "Linux"}, "value": 3}]},
                "info": {"version": "2.33.0"},
                "events": [],
            },
        ],
    }


def test_the_document_of_probes_is_this_one() -> None:
    document = records.probes_document(START, [measured.UP])
    assert document == {
        "schema": "colter.probes/1",
        "collected_at": "2026-05-04T12:00:00.000Z",
        "results": [
            {
                "endpoint": "api",
                "url": "https://api.example.org/",
                "state": "up",
                "reason": None,
                "detail": None,
                "status_code": 200,
                "http_version": "2",
                "ip": "192.0.2.1",
                "latency_ms": 12.345,
                "phases_ms": {"resolve": 1, "connect": 2, "tls": 3, "processing": 4.5, "transfer": 1.845},
                "redirects": 0,
                "bytes": 1256,
                "certificate_expires": "2026-08-02T12:00:00.000Z",
                "attempts": 1,
                "at": "2026-05-04T12:00:00.000Z",
                "group": "backend",
            }
        ],
    }


def test_the_document_of_the_status_is_this_one() -> None:
    known = {"stars": LastKnown(measured.GOOD.target, "stars", 5.0, START, 3.0)}
    status = TargetStatus(measured.GOOD.target, START, None, known, {"language": "Python"}, {"forks": "no"})
    owing = Owing("sink", "influx", 2, 30, START, "out of reach", 3, None, dropped=4, refused=1)
    assert records.status_document(START, [status], [owing]) == {
        "schema": "colter.status/1",
        "at": "2026-05-04T12:00:00.000Z",
        "daemon": None,
        "owed": 2,
        "owing": [
            {
                "lane": "sink",
                "to": "influx",
                "deliveries": 2,
                "measurements": 30,
                "since": "2026-05-04T12:00:00.000Z",
                "problem": "out of reach",
                "failures": 3,
                "retry_at": None,
                "dropped": 4,
                "refused": 1,
            }
        ],
        "targets": [
            {
                "target": "github:pallets/flask",
                "source": "github",
                "name": "pallets/flask",
                "at": "2026-05-04T12:00:00.000Z",
                "problem": None,
                "missing": ["forks"],
                "missing_reasons": {"forks": "no"},
                "values": {"stars": {"value": 5, "at": "2026-05-04T12:00:00.000Z", "before": 3}},
                "info": {"language": "Python"},
                "since": None,
                "result": None,
            }
        ],
    }


def test_a_failed_reading_has_no_numbers_at_all() -> None:
    record = records.reading_record(measured.FAILED)
    assert (record["status"], record["values"], record["problem"]) == ("error", {}, "there is no such package")


def test_what_is_new_stands_in_the_record() -> None:
    issue = Event("issue", "41", "It \ud800 crashes", START, "https://example.org/issues/41")
    assert records.reading_record(replace(measured.GOOD, events=[issue]))["events"] == [
        {
            "kind": "issue",
            "key": "41",
            "title": records.text("It \ud800 crashes"),
            "at": "2026-05-04T12:00:00.000Z",
            "url": "https://example.org/issues/41",
        }
    ]


def test_integers_stay_integers_and_what_is_no_number_is_null() -> None:
    odd = [Sample(measured.STARS, float("nan")), Sample(measured.DAY, float("inf")), Sample(measured.WEEK, 2.5)]
    values = records.reading_record(replace(measured.GOOD, samples=odd))["values"]
    assert json.dumps(values, allow_nan=False) == '{"stars": null, "downloads_day": null, "downloads_week": 2.5}'
    assert json.dumps(records.number(2.0**53)) == "9007199254740992"


def test_times_are_utc_whatever_zone_they_came_in() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert timestamp(datetime(2026, 1, 1, 19, 0, 0, 1500, eastern)) == "2026-01-02T00:00:00.001Z"


def test_every_text_of_strangers_can_be_written_as_utf_8() -> None:
    document = records.readings_document(START, [measured.HOSTILE_READING])
    assert json.loads(json.dumps(document, ensure_ascii=False).encode()) == document
