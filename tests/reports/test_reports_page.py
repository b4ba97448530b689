"""docs/reports.md says what the code does: every command in it is run, and prints what is shown."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.app.registry import catalogue
from colter.cli.options import LIST_FORMATS
from colter.core.model import Event, Reading, Round, Sample, Target
from tests.alerts_commands.watching import measured
from tests.cli.running import Machine
from tests.fakes.clock import START
from tests.reports.lived import HOUR, watched

PAGE = (Path(__file__).parents[2] / "docs" / "reports.md").read_text("utf-8")
BEGIN = START - timedelta(days=2)
NEW = [("41", "Crash on an empty file", 5), ("42", "Typo in the help", 30)]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Two days in the life of the example."""
    made = Machine(tmp_path_factory.mktemp("example"), {"TZ": "UTC"})
    made.configure(blocks("yaml")[0])
    api = ("g" * 40 + "b" + "g" * 19) * 12 + "g" * 12 * HOUR + "b" * 30 + "g" * 1410
    watched(made, {"api": api, "shop": " " * 20 * HOUR + "g" * 14 * HOUR + " " * 3 * HOUR + "g" * 11 * HOUR}, BEGIN)
    measured(made, _tracked())
    return made


@pytest.mark.parametrize("number", range(len(blocks("console"))))
def test_what_is_shown_is_what_is_printed(machine: Machine, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(machine.home)
    for line, shown in re.findall(r"^\$ colter (.*)\n((?:(?!\$ ).*\n)*)", blocks("console")[number], re.MULTILINE):
        ended = machine.inside(*shlex.split(line))
        assert ended.code == (10 if "--fail-on" in line else 0), line
        if shown:
            assert (ended.out + ended.err).splitlines() == shown.splitlines(), line


def test_the_document_shown_is_one_that_is_printed(machine: Machine) -> None:
    [shown] = map(json.loads, blocks("json"))
    printed = json.loads(machine.inside("report", "-f", "json", "--window", "2d").out)
    assert _part_of(shown, printed)


def test_every_number_that_can_be_judged_and_every_format_is_told(machine: Machine) -> None:
    known = re.search(r"known are (.*)", machine.inside("report", "--fail-on", "zzz > 1").err)
    assert known
    table = PAGE.partition("| compare | with |\n")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines()))) == sorted(
        known[1].split(", ")
    )
    assert all(f"`{format_}`" in PAGE for format_ in LIST_FORMATS)


def _tracked() -> Iterator[Round]:
    """Three days, a look at noon of each."""
    app, requests = Target("github", "me/app"), Target("pypi", "requests")
    metrics = catalogue()
    issues = [Event("issue", str(number), title, BEGIN + hours * timedelta(hours=1)) for number, title, hours in NEW]
    news = [[], [issues[0]], [issues[1], Event("release", "1.4.0", "1.4.0", BEGIN + timedelta(hours=40))]]
    for day, (stars, open_issues, downloads) in enumerate([(1204, 12, 48_100), (1250, 13, 51_344), (1310, 14, None)]):
        at = BEGIN + timedelta(days=day, minutes=-1)
        numbers = {"stars": stars, "open_issues": open_issues}
        samples = [Sample(metrics["github", key], float(value)) for key, value in numbers.items()]
        readings = [Reading(app, at, samples, events=news[day])]
        if downloads and day:
            readings.append(Reading(requests, at, [Sample(metrics["pypi", "downloads_day"], float(downloads))]))
        yield Round(f"read-{day}", at, at, readings)


def _part_of(shown: Any, printed: Any) -> bool:
    """Whether all that is shown stands there, with the same values; lists may be cut short."""
    if isinstance(shown, dict):
        return shown.keys() == printed.keys() and all(_part_of(shown[key], printed[key]) for key in shown)
    if isinstance(shown, list):
        return all(_part_of(*pair) for pair in zip(shown, printed, strict=False))
    return bool(shown == printed)
