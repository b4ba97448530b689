"""Everything that is stored is found in the file, value by value, in each format."""

import csv
import json
import re
import subprocess
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics import parser  # noqa: TID253  the reference to hold our pages against

from colter.core.model import Entry, ProbeResult, Reading
from colter.core.probe_metrics import samples
from colter.core.records import probe_record, reading_record
from colter.core.text import clean
from colter.sinks.formats import FORMATS
from colter.sinks.formats.openmetrics import arranged
from tests.cli.running import Machine
from tests.export.filling import fill
from tests.export.histories import METRICS, long, of_every_kind
from tests.fakes.clock import START
from tests.servers.asking import ask
from tests.servers.process import server_program
from tests.servers.victoriametrics import VictoriaMetrics

ENTRIES = [entry for done in of_every_kind() for entry in done.entries]
BACKFILL = ("tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h")
Number = tuple[str, str, str, str, float]
"""Round, target, key, labels and value of one number."""


def exported(machine: Machine, *options: str) -> str:
    fill(machine, of_every_kind())
    done = machine.inside("export", *options)
    assert done.code == 0, done.err
    return done.out


def numbers(entry: Entry) -> list[Number]:
    """What was measured, but for the state of endpoints, which is a word."""
    what = entry.what
    taken = samples(what) if isinstance(what, ProbeResult) else what.samples
    return [
        (entry.round.key, str(what.target), each.metric.key, str(dict(each.labels)), each.value)
        for each in taken
        if each.metric.key != "state"
    ]


def test_json_lines_hold_the_record_of_every_entry_and_what_names_it(machine: Machine) -> None:
    lines = [json.loads(line) for line in exported(machine, "-f", "jsonl").splitlines()]
    assert [(line["round"], line["position"]) for line in lines] == [(e.round.key, e.position) for e in ENTRIES]
    for line, entry in zip(lines, ENTRIES, strict=True):
        what = entry.what
        record = reading_record(what) if isinstance(what, Reading) else probe_record(what)
        assert {key: line[key] for key in record} == record
        assert line["at"] == what.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert (line["source"], line["target"]) == (what.target.source, str(what.target))


def rows(machine: Machine) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(exported(machine, "-f", "csv"))))


def test_csv_has_a_row_for_every_number(machine: Machine) -> None:
    found = [
        (row["round"], f"{row['source']}:{row['target']}", row["metric"], _labels(row["labels"]), float(row["value"]))
        for row in rows(machine)
        if row["value"]
    ]
    wanted = [number for entry in ENTRIES for number in numbers(entry)]
    shown = [(key, _cell(target), metric, labels, value) for key, target, metric, labels, value in wanted]
    assert sorted(found) == sorted(shown)


def test_csv_has_a_row_for_every_word_and_says_why_a_number_is_missing(machine: Machine) -> None:
    found = {(row["round"], row["target"], row["metric"]): row["text"] for row in rows(machine) if not row["value"]}
    assert found["1-read", "pallets/flask", "language"] == "Python"
    assert found["1-read", "pallets/flask", "event"] == r"It; breaks\ = bad"
    assert found["1-read", "requests", "missing"] == "the server is out of reach"
    assert found["1-read", "no-such", "problem"] == "there is no such package"
    api = {metric: text for (_, target, metric), text in found.items() if target == "api"}
    assert api == {"state": "up", "url": "https://api.example.org/", "ip": "192.0.2.1", "group": "backend"}
    shop = {metric: text for (_, target, metric), text in found.items() if target == "shop"}
    assert shop == {
        "state": "down",
        "reason": "connect_refused",
        "detail": "refused; =2",
        "url": "http://192.0.2.2/",
    }


def test_what_a_label_holds_is_told_apart_whatever_stands_in_it(machine: Machine) -> None:
    (event,) = [row for row in rows(machine) if row["metric"] == "event"]
    parts = [part.replace(r"\;", ";").replace("\\\\", "\\") for part in re.split(r"(?<!\\);", event["labels"])]
    assert dict(part.split("=", 1) for part in parts) == {
        "kind": "issue",
        "key": "41",
        "at": "2026-05-03T12:00:00.000Z",
        "url": "https://example.org/?a=1;b",
    }


def test_no_cell_is_a_formula_and_no_control_character_is_left(machine: Machine) -> None:
    text = exported(machine, "-f", "csv")
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text)


def test_line_protocol_arrives_in_a_real_server(machine: Machine, victoria: VictoriaMetrics) -> None:
    text = exported(machine, "-f", "influx", "--until", "2026-06-01")
    ask(f"{victoria.url}/api/v2/write?precision=ms", method="POST", body=text.encode()).well()
    found = {
        (one.name, one.labels.get("repo") or one.labels.get("package") or one.labels["endpoint"]): one.samples
        for one in victoria.export()
    }
    now = int(START.timestamp() * 1000)
    assert found["github_repo_stats_followers", "flask"] == ((now, 71234.0), (now + 1, 71234.0))
    assert found["github_repo_stats_forks", "flask"] == ((now, 0.0), (now + 1, 0.0))
    assert found["pypi_package_stats_tracked_downloads_total", "requests"][0] == (now, 4e15)
    assert found["endpoint_probe_duration_seconds", "api"] == ((now, 0.012345),)
    assert found["endpoint_probe_up", "shop"] == ((now, 0.0),)


def test_open_metrics_is_what_the_library_of_prometheus_reads(machine: Machine) -> None:
    families = read(exported(machine, "-f", "openmetrics"))
    found = {
        (sample.name, *sorted(sample.labels.items()), float(sample.timestamp)): sample.value
        for family in families
        for sample in family.samples
    }
    at = START.timestamp()
    assert found["colter_github_repo_stars", ("repo", "pallets/flask"), at] == 71234
    assert found["colter_github_repo_stars", ("repo", "pallets/flask"), at + 0.001] == 71234
    assert found["colter_pypi_downloads", ("mirrors", "false"), ("package", "requests"), ("window", "7d"), at] == 35
    assert found["colter_probe_up", ("endpoint", "shop"), at] == 0
    assert found["colter_target_up", ("target", "no-such"), ("tracker", "pypi"), at] == 0
    plain = sum(1 for entry in ENTRIES for _ in numbers(entry))
    states = 5 * sum(1 for entry in ENTRIES if isinstance(entry.what, ProbeResult))
    words = sum(1 for entry in ENTRIES if isinstance(entry.what, Reading) and entry.what.info)
    assert len(found) == plain + states + words + len(ENTRIES)  # and for each, whether it could be read


def test_open_metrics_becomes_blocks_of_prometheus_with_every_value(machine: Machine, tmp_path: Path) -> None:
    promtool = server_program("promtool")
    fill(machine, long(60, 3))
    page, blocks = tmp_path / "history.om", tmp_path / "blocks"
    assert machine.inside("export", "--file", str(page)).code == 0
    subprocess.run([promtool, *BACKFILL, page, blocks], check=True, capture_output=True)
    (blocks / "wal").mkdir()  # or it is no database, for `dump`
    dumped = subprocess.run([promtool, "tsdb", "dump", blocks], check=True, capture_output=True, text=True).stdout
    found = [_dumped(line) for line in dumped.splitlines()]
    wanted = {
        ("colter_github_repo_stars", entry.what.target.name, entry.what.samples[0].value, entry.what.at)
        for done in long(60, 3)
        for entry in done.entries
        if isinstance(entry.what, Reading)
    }
    assert wanted <= {*found}
    assert len(found) == sum(1 for line in page.read_text().splitlines() if not line.startswith("#"))


def test_a_history_larger_than_what_is_sorted_at_once_is_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry for done in long(30, 4) for entry in done.entries]
    lines = [line for entry in entries for line in FORMATS["openmetrics"].text(entry).splitlines(keepends=True)]
    whole = "".join(arranged(lines, METRICS.values()))
    monkeypatch.setattr("colter.sinks.formats.openmetrics._RUN", 50)
    assert "".join(arranged(lines, METRICS.values())) == whole
    assert whole.endswith("# EOF\n")
    read(whole)


def test_of_the_same_series_at_the_same_time_the_later_number_counts() -> None:
    line = 'colter_github_repo_stars\x1f{{repo="a/b"}}\x1f000000000001000\x1f{}\n'
    page = "".join(arranged([line.format(9), line.format(10), line.format(2)], METRICS.values()))
    assert [each for each in page.splitlines() if not each.startswith("#")] == [
        'colter_github_repo_stars{repo="a/b"} 2 1.000'
    ]


def read(page: str) -> list[Any]:
    """The families of an OpenMetrics page, as strictly as Prometheus' own library reads them."""
    return list(parser.text_string_to_metric_families(page))  # type: ignore[no-untyped-call]  # it ships no types


def _labels(written: str) -> str:
    return str({} if not written else {written.split("=", 1)[0]: written.split("=", 1)[1].replace(r"\;", ";")})


def _cell(target: str) -> str:
    source, _, name = target.partition(":")
    shown = clean(name, 2000)
    return f"{source}:'{shown}" if shown.startswith("=") else f"{source}:{shown}"


def _dumped(line: str) -> tuple[str, str, float, datetime]:
    found: Any = re.fullmatch(r'\{__name__="(\w+)"(?:.*?(?:repo|endpoint|target)="([^"]*)")?.*\} (\S+) (\d+)', line)
    return found[1], found[2], float(found[3]), datetime.fromtimestamp(int(found[4]) / 1000, UTC)
