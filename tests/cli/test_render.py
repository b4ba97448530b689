"""Every format is right, and no stranger's text breaks out of any of them."""

import csv
import json
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from xml.etree import ElementTree as ET

import pytest

from colter.cli.context import Context, Streams
from colter.cli.probing.verdict import failing, read_fail_on
from colter.cli.render import ci, machine, people, tables
from colter.cli.render.fitting import GAP, fitted
from colter.cli.render.probes import explanation, page
from colter.cli.render.sheet import Column, Sheet, change, count, day
from colter.core import records
from colter.core.model import Event, ProbeResult
from colter.core.ports import LastKnown, TargetStatus
from tests.cli import measured
from tests.cli.running import Machine, Screen
from tests.fakes.clock import START

FORMATS = ("table", "text", "json", "jsonl", "csv", "markdown", "openmetrics", "junit", "nagios", "github")
HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
fails = failing(read_fail_on(None))


def shown(machine: Machine, format_: str, results: tuple[ProbeResult, ...] = measured.RESULTS) -> str:
    return page(machine.context(), format_, START, results, fails)


@pytest.mark.parametrize("format_", FORMATS)
def test_no_control_character_gets_through_in_any_format(machine: Machine, format_: str) -> None:
    text = shown(machine, format_)
    assert not HARMFUL.search(text)
    text.encode()


@pytest.mark.parametrize("format_", ["table", "markdown"])
def test_no_control_character_of_a_reading_gets_through(machine: Machine, format_: str) -> None:
    sheets = people.reading_sheets([measured.HOSTILE_READING], measured.CATALOGUE)
    assert not HARMFUL.search(tables.drawn(machine.context(), format_, sheets))
    context = machine.context()
    context.say("".join(people.problems([measured.HOSTILE_READING])))
    assert not HARMFUL.search(context.streams.stderr.getvalue())  # type: ignore[attr-defined]
    assert not HARMFUL.search(explanation(measured.UP))


def test_rich_takes_no_markup_from_data(machine: Machine) -> None:
    assert "[/b] [red]x" in shown(machine, "table")


def test_a_table_has_aligned_numbers_and_units_in_its_head(machine: Machine) -> None:
    lines = shown(machine, "table", (measured.UP, measured.DEGRADED)).splitlines()
    assert "Latency (ms)" in lines[0]
    assert "Cert (days)" in lines[0]
    ends = [line.index(text) + len(text) for line, text in zip(lines[2:], ("12.3", "2,500.0"), strict=True)]
    assert ends[0] == ends[1] == lines[0].index("Latency (ms)") + len("Latency (ms)")


def test_colour_is_only_where_it_is_wanted() -> None:
    sheets = people.probe_sheets([measured.UP], START)
    assert "\x1b[" in tables.table(sheets, Screen(), color=True)
    assert "\x1b[" not in tables.table(sheets, Screen(), color=False)
    assert "\x1b[" in tables.table(sheets, StringIO(), color=True)


@pytest.mark.parametrize(
    ("terminal", "env", "option", "wanted"),
    [
        (True, {}, "auto", True),
        (False, {}, "auto", False),
        (True, {"NO_COLOR": "1"}, "auto", False),
        (True, {"NO_COLOR": ""}, "auto", True),
        (True, {"TERM": "dumb"}, "auto", False),
        (True, {"NO_COLOR": "1"}, "always", True),
        (False, {}, "always", True),
        (True, {}, "never", False),
    ],
)
def test_colour_follows_terminal_environment_and_option(
    machine: Machine, terminal: bool, env: dict[str, str], option: str, wanted: bool
) -> None:
    argv = ["probe", "tcp://127.0.0.1:1", "--no-store", "-f", "table", "--color", option]
    ended = machine.inside(*argv, terminal=terminal, env=env)
    assert ("\x1b[" in ended.out) == wanted


def test_readings_have_a_table_for_each_source_and_absent_is_not_zero(machine: Machine) -> None:
    flask, packages = people.reading_sheets(measured.READINGS, measured.CATALOGUE)
    assert [column.head for column in flask.columns] == ["Repository", "Language", "Stars", "Pushed", "Status"]
    assert flask.rows == [("pallets/flask", "Python", "71,234", "2026-05-04", "ok")]
    assert packages.rows == [("requests", "2.33.0", "1", "partial"), ("no-such-package", "-", "-", "error")]


def test_what_is_new_has_a_table_of_its_own() -> None:
    news = [
        Event("issue", "41", "It crashes", START, "https://example.org/41"),
        Event("renamed", "3", "pallets/jug is now pallets/flask", START),
    ]
    _, new = people.reading_sheets([replace(measured.GOOD, events=news)], measured.CATALOGUE)
    assert new.rows == [
        ("pallets/flask", "issue", "#41 It crashes", "https://example.org/41"),
        ("pallets/flask", "renamed", "pallets/jug is now pallets/flask", "-"),
    ]


def test_what_was_not_read_is_told_once_for_each_reason() -> None:
    assert people.problems([*measured.READINGS, measured.PARTIAL]) == [
        "pypi:requests: vulnerabilities not read: the server is out of reach",
        "pypi:no-such-package: there is no such package",
    ]


def test_many_keys_of_one_kind_are_told_as_one() -> None:
    keys = ["downloads_day", "downloads_week", "data_timestamp", "downloads_month"]
    reading = replace(measured.PARTIAL, missing=dict.fromkeys(keys, "out of reach"))
    assert people.problems([reading]) == ["pypi:requests: downloads_*, data_timestamp not read: out of reach"]


def test_of_a_target_that_fails_the_last_values_are_shown_with_their_age() -> None:
    now = START + timedelta(days=3)
    target = measured.GOOD.target
    known = {
        "stars": LastKnown(target, "stars", 1000.0, START, 997.0),
        "last_push_timestamp": LastKnown(target, "last_push_timestamp", 0.0, START - timedelta(days=1), None),
    }
    looked = now - timedelta(minutes=5)
    (sheet,) = people.status_sheets(
        [TargetStatus(target, looked, "the token was refused", known, {}, {})], measured.CATALOGUE, now
    )
    assert [column.head for column in sheet.columns] == ["Repository", "Stars", "Pushed", "Age", "Problem"]
    (row,) = sheet.rows
    assert [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] == [
        "pallets/flask",
        "1,000 +3",
        "1970-01-01 (4d)",
        "3d",
        "the token was refused (tried 5m ago)",
    ]


def test_a_narrow_terminal_breaks_names_and_sentences_and_never_a_number_or_a_state() -> None:
    columns = [
        Column("Endpoint"),
        Column("Latency (ms)", numeric=True),
        Column("State"),
        Column("Reason", spare=True),
        Column("Age", numeric=True, vital=True),
        Column("Problem", prose=True),
    ]
    row = ("api.example.org/" + "x" * 20, "1,234.5", "down", "http_status", "3d", "word " * 12)
    sheet = Sheet(tuple(columns), [row])
    for width in (200, 80, 60, 50, 40, 20, 1):
        fit, widths = fitted(sheet, width)
        assert sum(widths) + GAP * (len(widths) - 1) <= max(width, 30)  # name, state, age and sentence need so much
        heads = [column.head for column in fit.columns]
        assert heads[0] == "Endpoint"
        assert {"Age", "Problem"} <= set(heads)
        assert ("Reason" in heads) == (width >= 140)
        assert ("Latency (ms)" in heads) == (width >= 70)
        for column, room, cell in zip(fit.columns, widths, fit.rows[0], strict=True):
            assert room >= len(cell) or column.prose or column.head == "Endpoint"


def test_numbers_are_written_for_people() -> None:
    assert [count(value) for value in (None, 0, 1234567.0, 0.25)] == ["-", "0", "1,234,567", "0.2"]
    assert [change(5, before) for before in (None, 5, 3, 1005)] == ["", "", "+2", "-1,000"]
    assert [day(value) for value in (None, 0, 1e30)] == ["-", "1970-01-01", f"{int(1e30):,}"]


def test_csv_can_be_read_back_and_holds_no_formula(machine: Machine) -> None:
    rows = list(csv.DictReader(StringIO(shown(machine, "csv"), newline="")))
    assert [row["state"] for row in rows] == ["up", "down", "degraded", "unknown"]
    assert rows[0]["latency_ms"] == "12.345"
    assert rows[1]["latency_ms"] == ""
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    assert rows[1]["endpoint"].startswith("'=cmd")


def test_a_negative_number_in_csv_stays_a_number() -> None:
    record = records.reading_record(measured.HOSTILE_READING)
    (row,) = csv.DictReader(StringIO(machine.csv(machine.flat_readings([record], ["stars"])), newline=""))
    assert row["stars"] == "-1.5"


def test_text_has_one_line_for_each_result_and_as_many_cells_in_each(machine: Machine) -> None:
    lines = shown(machine, "text").splitlines()
    assert len(lines) == 1 + len(measured.RESULTS)
    assert len({line.count("\t") for line in lines}) == 1


def test_the_columns_of_text_do_not_depend_on_what_was_read() -> None:
    whole = records.reading_record(measured.PARTIAL)
    rows = machine.flat_readings(
        [records.reading_record(measured.FAILED), whole], [key for _, key in measured.CATALOGUE]
    )
    heads = [
        "target",
        "status",
        "downloads_day",
        "downloads_week",
        "downloads_tracked_total",
        "version",
        "missing",
        "problem",
    ]
    assert [list(row) for row in rows] == [heads, heads]


def test_nothing_is_no_line_of_text() -> None:
    assert machine.text([]) == ""
    assert machine.csv([]) == ""


def test_json_is_one_document_and_json_lines_one_object_a_line(machine: Machine) -> None:
    assert json.loads(shown(machine, "json")) == records.probes_document(START, measured.RESULTS)
    parsed = [json.loads(line) for line in shown(machine, "jsonl").splitlines()]
    assert parsed == [records.probe_record(result) for result in measured.RESULTS]


def test_markdown_keeps_its_columns(machine: Machine) -> None:
    lines = shown(machine, "markdown").splitlines()
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert "<b>" not in shown(machine, "markdown")


def test_junit_is_xml_with_one_failure_for_each_that_fails(machine: Machine) -> None:
    suite = ET.fromstring(shown(machine, "junit"))
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    assert [failure.get("type") for failure in suite.iter("failure")] == ["connect_refused"]


def test_junit_is_the_same_in_every_locale() -> None:
    written = ci.junit([replace(measured.RESULTS[0], endpoint="café €")], lambda _: False)
    assert written.isascii()
    assert [case.get("name") for case in ET.fromstring(written)] == ["café €"]


def test_nagios_has_its_own_codes_and_performance_data(machine: Machine) -> None:
    first, *rest = shown(machine, "nagios").splitlines()
    assert first.startswith("CRITICAL - 1 of 4 up | 'api'=0.012345s 'slow'=2.500000s")
    assert len(rest) == 3
    assert not any("|" in line for line in rest)
    codes = {name: ci.nagios_code([result]) for name, result in zip("udgn", measured.RESULTS, strict=True)}
    assert codes == {"u": 0, "d": 2, "g": 1, "n": 3}
    assert ci.nagios_code([]) == 3


def test_a_strangers_text_is_no_workflow_command(machine: Machine) -> None:
    lines = shown(machine, "github").splitlines()
    assert [line.split(" ")[0] for line in lines] == ["ok:", "::error", "::warning", "::warning"]
    assert all(line.count("::") >= 2 for line in lines[1:])
    hostile = ci.annotations([measured.DOWN], lambda _: False).splitlines()
    assert len(hostile) == 1


def test_an_explanation_tells_phases_certificate_headers_and_log() -> None:
    told = explanation(measured.UP)
    for part in ("api is up", "resolve", "transfer", "certificate", "headers", "GET /", "body"):
        assert part in told


def test_streams_default_to_those_of_the_process() -> None:
    assert isinstance(Context().streams, Streams)
