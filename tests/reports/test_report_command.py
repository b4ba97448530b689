"""`colter report` as a command: what names mean, formats, `--fail-on`, and what it does without."""

import csv
import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.registry import catalogue
from colter.core.model import EndpointState, Event, ProbeResult, Reading, Round, Sample, Target
from tests.alerts_commands.watching import measured, tracked
from tests.cli.running import Machine
from tests.export.histories import HOSTILE
from tests.fakes.clock import START, FakeClock
from tests.reports.lived import CONFIG, DAY, MIDNIGHT, THAT_DAY, reported, watched

HEADS = ["Downtime", "Outages", "Blips", "p50 (ms)", "p95 (ms)", "p99 (ms)", "Looks"]
LOOKS = {"api": "g" * 700 + "b" * 20 + "g" * 723, "db": "g" * 1443, "web [eu]": "g" * 1443, "https://old.example": "gg"}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Every endpoint was looked at, one that is not configured too; so were a repository and a package."""
    machine = Machine(tmp_path_factory.mktemp("seen"), {"TZ": "UTC"})
    machine.configure(CONFIG)
    watched(machine, LOOKS)
    measured(machine, tracked())
    return machine


@pytest.fixture
def copied(seen: Machine, tmp_path: Path) -> Machine:
    """The same, to be changed."""
    shutil.copytree(seen.home, tmp_path / "copied")
    return Machine(tmp_path / "copied", seen.env)


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (
            [],
            ["probe:api", "probe:db", "probe:web [eu]", "probe:https://old.example", "github:me/app", "pypi:requests"],
        ),
        (["api"], ["probe:api"]),
        (["db", "api", "db"], ["probe:api", "probe:db"]),
        (["@prod"], ["probe:api", "probe:web [eu]"]),
        (["@backend"], ["probe:api", "probe:db"]),
        (["web [eu]"], ["probe:web [eu]"]),
        (["*old*"], ["probe:https://old.example"]),
        (["github:me/*", "probe:db"], ["probe:db", "github:me/app"]),
        (["requests"], ["pypi:requests"]),
    ],
    ids=str,
)
def test_names_mean_endpoints_tags_groups_and_targets(seen: Machine, names: list[str], meant: list[str]) -> None:
    document = reported(seen, *names)
    assert [each["target"] for each in document["endpoints"] + document["tracked"]] == meant


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("apo", "did you mean 'api'?"),
        ("@backen", "did you mean '@backend'?"),
        ("pypi:request", "did you mean 'pypi:requests'?"),
        ("zzz", "watched are: @backend, @prod, api, db, "),
    ],
)
def test_a_name_that_means_nothing_is_answered_with_the_nearest_one(seen: Machine, name: str, hint: str) -> None:
    ended = seen.inside("report", "api", name)
    assert (ended.code, ended.out) == (2, "")
    assert f"called {name!r}" in ended.err
    assert hint in ended.err


def test_a_machine_that_has_seen_nothing_says_so(tmp_path: Path) -> None:
    ended = Machine(tmp_path).inside("report")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == (
        "colter: nothing was measured in that time\n  hint: colter status; colter probe; colter track all\n"
    )
    assert json.loads(Machine(tmp_path).inside("report", "-f", "json", "-q").out)["endpoints"] == []


def test_a_time_before_the_first_look_has_coverage_zero_and_no_availability(seen: Machine) -> None:
    ended = seen.inside("report", "api", "-f", "json", "--since", "2026-01-01", "--until", "2026-01-02")
    [endpoint] = json.loads(ended.out)["endpoints"]
    assert (endpoint["uptime"]["availability"], endpoint["uptime"]["coverage"]) == (None, 0.0)
    assert endpoint["uptime"]["latency_ms"]["p99"] is None
    assert "nothing was measured in that time" in ended.err
    table = seen.inside("report", "-f", "table", "--since", "2026-01-01", "--until", "2026-01-02").out
    assert [line.split() for line in table.splitlines()[2:5:2]] == [["Endpoint", "Coverage", "(%)"], ["api", "0.0"]]


def test_the_history_alone_is_enough(copied: Machine) -> None:
    before = reported(copied)
    (copied.home / "config" / "colter" / "config.yaml").unlink()
    endpoints = {each["target"]: each for each in reported(copied)["endpoints"]}
    assert len(endpoints) == 4
    for each in before["endpoints"]:
        assert endpoints[each["target"]] == {**each, "tags": [], "group": "", "configured": False}
    assert reported(copied)["tracked"] == before["tracked"]


def test_no_password_is_needed(copied: Machine) -> None:
    sealed = f"{(copied.home / 'config/colter/config.yaml').read_text()}\ngithub: {{token: ghp_canary_5c1e9}}\n"
    copied.configure(sealed)
    assert copied.inside("config", "seal", env={"COLTER_MASTER_PASSWORD": "canary master 5c1e9"}).code == 0
    ended = copied.inside("report", "--no-input", "-f", "json")
    assert (ended.code, ended.err) == (0, "")


def test_every_format_has_every_endpoint_and_every_target(seen: Machine) -> None:
    names = ["api", "db", "web [eu]", "https://old.example", "me/app", "requests"]
    for format_ in ("table", "text", "json", "jsonl", "csv", "markdown"):
        ended = seen.inside("report", "-f", format_)
        assert (ended.code, ended.err) == (0, "")
        page = ended.out.replace("\\", "")
        assert all(name in page for name in names), format_
    lines = [json.loads(line) for line in seen.inside("report", "-f", "jsonl", *THAT_DAY).out.splitlines()]
    document = reported(seen, *THAT_DAY)
    window = {"since": "2026-05-03T00:00:00.000Z", "until": "2026-05-04T00:00:00.000Z"}
    assert lines == [{**each, **window} for each in document["endpoints"] + document["tracked"]]
    rows = list(csv.DictReader(io.StringIO(seen.inside("report", "-f", "csv", *THAT_DAY).out)))
    assert (rows[0]["availability"], rows[0]["down_seconds"]) == (str(1 - 20 / DAY), "1200.0")
    assert (rows[0]["since"], rows[0]["stars_end"]) == (window["since"], "")
    assert (rows[-1]["target"], rows[-1]["availability"]) == ("pypi:requests", "")


def test_a_markdown_file_is_a_page_with_its_window(seen: Machine, tmp_path: Path) -> None:
    page = tmp_path / "april.md"
    assert seen.inside("report", "api", *THAT_DAY, "--file", str(page)).out == ""
    assert page.read_text().splitlines()[:5] == [
        "2026-05-03 00:00 to 2026-05-04 00:00 UTC",
        "",
        "| " + " | ".join(["Endpoint", "Availability (%)", "Coverage (%)", *HEADS]) + " |",
        "| :--- |" + " ---: |" * 9,
        "| api | 98.611 | 100.0 | 20m | 1 | 0 | 356.0 | 920.9 | 977.2 | 1,440 |",
    ]


def test_strangers_names_are_harmless(machine: Machine) -> None:
    result = ProbeResult(HOSTILE, "http://192.0.2.2/", START, EndpointState.UP, group=HOSTILE)
    event = Event("issue", HOSTILE, HOSTILE, START, HOSTILE)
    reading = Reading(Target("github", HOSTILE), START, [Sample(catalogue()["github", "stars"], 1.0)], events=[event])
    measured(machine, [Round("hostile", START, START, [reading], [result])])
    for format_ in ("table", "text", "csv", "markdown", "json"):
        ended = machine.inside("report", "*", "-f", format_, "--window", "1h")
        assert (ended.code, "cmd" in ended.out) == (0, True)
        assert not set(ended.out + ended.err) & set("\x1b\x07\x9b\u202e\x7f")


@pytest.mark.parametrize(
    ("conditions", "names", "code", "said"),
    [
        (["availability < 99.9%"], [], 10, "colter: availability < 99.9%: api\n"),
        (["availability<98.61%"], [], 0, ""),
        (["availability < 98.62%"], ["db"], 0, ""),
        (
            ["outages > 0", "coverage < 95%"],
            [],
            10,
            "colter: outages > 0: api\ncolter: coverage < 95%: https://old.example\n",
        ),
        (["downtime > 15m"], [], 10, "colter: downtime > 15m: api\n"),
        (["downtime > 20m"], [], 0, ""),
        (["p95 > 500ms"], ["db"], 10, "colter: p95 > 500ms: db\n"),
        (["p50 > 1s", "blips > 0"], [], 0, ""),
    ],
    ids=str,
)
def test_a_condition_that_holds_ends_it_with_ten(
    seen: Machine, conditions: list[str], names: list[str], code: int, said: str
) -> None:
    argv = [word for condition in conditions for word in ("--fail-on", condition)]
    ended = seen.inside("report", *names, *THAT_DAY, *argv)
    assert (ended.code, ended.err) == (code, said)
    assert ended.out


def test_of_what_is_not_known_only_coverage_can_be_judged(machine: Machine) -> None:
    watched(machine, {"api": "g" * 10}, MIDNIGHT)
    argv = ("--fail-on", "availability < 100%", "--fail-on", "downtime >= 0s", "--fail-on", "outages >= 0")
    assert machine.inside("report", "db", *THAT_DAY, *argv).code == 0
    assert machine.inside("report", "db", *THAT_DAY, *argv, "--fail-on", "coverage < 50%").code == 10


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("availability < 99.9", "expected a percentage such as 99.9%"),
        ("availability", "'availability' needs something to be compared with"),
        ("availibility < 99%", "did you mean 'availability'?"),
        ("downtime > 5%", "expected a number or a duration"),
        ("down", "'down' is not known here"),
        ("", "expected a condition such as 'availability < 99.9%' or 'outages > 0'"),
    ],
)
def test_what_is_no_condition_is_refused_before_anything_is_counted(
    machine: Machine, condition: str, said: str
) -> None:
    ended = machine.inside("report", "--fail-on", condition)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert not (machine.home / "state").exists()


def test_a_name_has_no_colour_whatever_it_is(machine: Machine) -> None:
    machine.configure('endpoints: [{name: down, url: "https://down.example.org/"}]\n')
    watched(machine, {"down": "g" * 60})
    ended = machine.inside("--color", "always", "report", "-f", "table", clock=FakeClock(START))
    assert (ended.code, "down" in ended.out, "31mdown" in ended.out) == (0, True, False)


def test_a_wide_report_fits_a_narrow_terminal(seen: Machine) -> None:
    ended = seen.inside("report", "api", *THAT_DAY, terminal=True, env={"COLUMNS": "60", "NO_COLOR": "1"})
    assert ended.code == 0
    assert "Availability" in ended.out
    assert "Coverage" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_a_month_begins_where_it_was_asked_for(seen: Machine) -> None:
    month = START - timedelta(days=30)
    assert reported(seen)["since"] == f"{month:%Y-%m-%dT%H:%M:%S}.000Z"
