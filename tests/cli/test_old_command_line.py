"""How Colter 1.x was called is answered with the line to type now; docs/moving.md says the same."""

import re
from pathlib import Path
from typing import Any

import pytest

from colter.cli.main import command_tree
from tests.cli.running import Machine

_PAGE = (Path(__file__).resolve().parents[2] / "docs" / "moving.md").read_text()
ON_THE_PAGE = re.findall(r"^\| `(-[^`]*)` \| `(colter [^`]*)` \|$", _PAGE, re.MULTILINE)


def test_the_page_shows_every_option_of_1_x() -> None:
    shown = {word for old, _ in ON_THE_PAGE for word in old.split() if word.startswith("-")}
    assert shown == {"-g", "-t", "-o", "-v", "--generate-config", "--type", "--output", "--test-email"} | {
        "--dry-run",
        "--schedule",
        "--logout",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *ON_THE_PAGE,
        ("-t github -o", "colter track github"),
        ("-o", "colter track all"),
        ("--verbose", "colter track all -v"),
        ("-vt pypi", "colter track pypi -v"),
        ("--output=influx prometheus", "colter track all -o influx -o prometheus"),
        ("-t github -h", "colter track github"),
        ("-tpypi -oinflux", "colter track pypi -o influx"),
        ("--sched 5 --out prometheus", "colter daemon --every 5m -o prometheus"),
        ("--schedule=15 -t pypi --dry-run", "colter track pypi --dry-run"),
        ("-v -g", "colter config init -v"),
        ("--logout --verbose", "colter logout -v"),
    ],
)
def test_an_old_line_is_answered_with_the_new_one(machine: Machine, old: str, new: str) -> None:
    ended = machine.inside(*old.split())
    assert (ended.code, ended.out) == (2, "")
    said, hint = ended.err.splitlines()
    assert said == f"colter: this is how Colter 1.x was called; now it is: {new}"
    assert re.fullmatch(r"  hint: colter [a-z ]+ --help", hint)


@pytest.mark.parametrize("new", sorted({new for _, new in ON_THE_PAGE}))
def test_the_new_line_is_understood(machine: Machine, new: str) -> None:
    command: Any = command_tree()
    words = new.split()[1:]
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words, obj=machine.context())


@pytest.mark.parametrize(
    "line",
    [
        "-v statsu",
        "-t",
        "-t gitlab",
        "--schedule 0",
        "--schedule soon",
        "-o kafka",
        "--dry-run extra",
        "status --dry-run",
        "statsu --dry-run",
        "track -t github",
        "--no-such-option",
    ],
)
def test_what_1_x_did_not_know_either_is_a_typing_error_as_any_other(machine: Machine, line: str) -> None:
    ended = machine.inside(*line.split())
    assert (ended.code, ended.out) == (2, "")
    assert "1.x" not in ended.err


def test_an_old_line_touches_nothing(machine: Machine) -> None:
    old = machine.home / ".colter_config.yaml"
    old.write_text("github: {token: gAAAA}\n")
    ended = machine.process("-t", "github", "-o", "influx", "prometheus")
    assert (ended.code, "Traceback" in ended.err) == (2, False)
    assert list(machine.home.iterdir()) == [old]
