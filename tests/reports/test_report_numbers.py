"""What `colter report` says of repositories and packages: numbers at both ends, and what was new."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.app.registry import catalogue
from colter.core.model import Event, Reading, Round, Sample, Target
from tests.alerts_commands.watching import measured
from tests.cli.running import Machine
from tests.fakes.clock import START
from tests.reports.lived import reported

APP = Target("github", "me/app")
BEGIN = START - timedelta(days=30)
HOUR = timedelta(hours=1)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Without any configuration."""
    return Machine(tmp_path)


def read(
    target: Target, at: datetime, values: Mapping[str, float], events: Sequence[Event] = (), identity: str | None = None
) -> Round:
    metrics = catalogue()
    samples = [Sample(metrics[target.source, key], value) for key, value in values.items()]
    problem = None if values else "the server is out of reach"
    reading = Reading(target, at, samples, events=events, problem=problem, identity=identity)
    return Round(f"{int(at.timestamp()):012x}-{target}", at, at, [reading])


def numbers(machine: Machine, *argv: str) -> dict[str, Any]:
    [tracked] = reported(machine, *argv)["tracked"]
    found: dict[str, Any] = tracked["numbers"]
    return found


def test_a_number_is_told_at_both_ends_with_its_change(machine: Machine) -> None:
    past = [read(APP, START - timedelta(days=day), {"stars": 1000 + 10 * (40 - day)}) for day in range(40, 0, -1)]
    measured(machine, past)
    begin = START - timedelta(days=30)
    assert numbers(machine) == {
        "stars": {
            "begin": 1100,
            "begin_at": f"{begin:%Y-%m-%dT%H:%M:%S}.000Z",
            "end": 1390,
            "end_at": "2026-05-03T12:00:00.000Z",
            "change": 290,
            "change_percent": 26.363636,
        }
    }


def test_the_number_at_the_beginning_is_the_last_one_read_before_it(machine: Machine) -> None:
    looks = [(-2, 10), (1, 12), (700, 20)]
    measured(machine, [read(APP, BEGIN + hours * HOUR, {"stars": stars}) for hours, stars in looks])
    assert (numbers(machine)["stars"]["begin"], numbers(machine)["stars"]["change"]) == (10, 10)
    table = machine.inside("report", "-f", "table").out
    assert [line.split() for line in table.splitlines()[4:]] == [["me/app", "Stars", "10", "20", "+10", "+100.0"]]


def test_a_number_that_was_not_known_at_the_beginning_says_since_when_it_is(machine: Machine) -> None:
    looks = [(-48, 5), (240, 12), (700, 9)]
    measured(machine, [read(APP, BEGIN + hours * HOUR, {"stars": stars}) for hours, stars in looks])
    assert (numbers(machine)["stars"]["begin"], numbers(machine)["stars"]["change"]) == (12, -3)
    table = machine.inside("report", "-f", "table").out.splitlines()
    assert table[2].split()[-2:] == ["Since", "(UTC)"]
    assert table[4].split() == ["me/app", "Stars", "12", "9", "-3", "-25.0", "2026-04-14", "12:00"]


def test_what_is_absent_is_not_zero(machine: Machine) -> None:
    measured(
        machine,
        [
            read(APP, BEGIN - HOUR, {"stars": 5, "forks": 0, "open_issues": 3}),
            read(APP, START - 2 * HOUR, {"stars": 5, "forks": 2, "releases": 1}),
            read(APP, START - HOUR, {}),
        ],
    )
    found = {
        key: (each["begin"], each["end"], each["change"], each["change_percent"])
        for key, each in numbers(machine).items()
    }
    assert found == {"stars": (5, 5, 0, 0.0), "forks": (0, 2, 2, None), "releases": (1, 1, None, None)}
    rows = [line.split() for line in machine.inside("report", "-f", "table").out.splitlines()[4:]]
    assert rows == [["me/app", "Stars", "5", "5", "0", "0.0"], ["me/app", "Forks", "0", "2", "+2", "-"]]


def test_what_was_not_read_in_the_window_is_not_reported(machine: Machine) -> None:
    measured(machine, [read(APP, BEGIN - HOUR, {"stars": 5}), read(Target("pypi", "app"), START - HOUR, {})])
    assert reported(machine, "github:me/app", "--window", "60d")["tracked"] != []
    ended = machine.inside("report", "github:me/app", "-f", "json")
    assert '"tracked": []' in ended.out
    assert "nothing was measured in that time" in ended.err


def test_what_was_new_is_counted_and_listed_when_it_is_asked_for_by_name(machine: Machine) -> None:
    issues = [Event("issue", str(number), f"It breaks\x1b[2J {number}", BEGIN + number * HOUR) for number in (-5, 3, 9)]
    release = Event("release", "1.4", "1.4", BEGIN + 5 * HOUR, "https://example.org/1.4")
    measured(machine, [read(APP, BEGIN + 10 * HOUR, {"stars": 1}, [*issues, release])])
    [tracked] = reported(machine)["tracked"]
    assert tracked["new"] == {"issue": 2, "release": 1}
    assert [each["key"] for each in tracked["events"]] == ["3", "1.4", "9"]
    rows = [" ".join(line.split()) for line in machine.inside("report", "-f", "table").out.splitlines()]
    assert rows[-2:] == ["me/app issue 2 #9 It breaks[2J 9", "me/app release 1 1.4"]
    rows = [" ".join(line.split()) for line in machine.inside("report", "github:*", "-f", "table").out.splitlines()]
    assert rows[-3:] == [
        "me/app issue 2026-04-04 15:00 #3 It breaks[2J 3",
        "me/app release 2026-04-04 17:00 1.4",
        "me/app issue 2026-04-04 21:00 #9 It breaks[2J 9",
    ]


def test_a_repository_that_was_renamed_is_one(machine: Machine) -> None:
    new = Target("github", "me/new")
    measured(
        machine,
        [
            read(APP, BEGIN - HOUR, {"stars": 5}, [Event("issue", "1", "Old", BEGIN + HOUR)], "R_1"),
            read(new, START - HOUR, {"stars": 8}, identity="R_1"),
        ],
    )
    [tracked] = reported(machine)["tracked"]
    assert (tracked["target"], tracked["numbers"]["stars"]["change"], tracked["new"]) == (
        "github:me/new",
        3,
        {"issue": 1},
    )


def test_rows_have_both_ends_of_every_number_that_any_has(machine: Machine) -> None:
    package = Target("pypi", "requests")
    for target, key in ((APP, "stars"), (package, "downloads_week")):
        measured(machine, [read(target, BEGIN - HOUR, {key: 10}), read(target, START - HOUR, {key: 15})])
    app, requests = csv.DictReader(io.StringIO(machine.inside("report", "-f", "csv").out))
    assert (app["target"], app["stars_begin"], app["stars_change"], app["downloads_week_end"]) == (
        "github:me/app",
        "10",
        "5",
        "",
    )
    assert (requests["target"], requests["stars_begin"], requests["downloads_week_end"]) == ("pypi:requests", "", "15")
