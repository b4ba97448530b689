"""docs/commands.md and completions/ say what the program says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from colter.cli.completing.words import places
from colter.cli.main import COMMANDS, command_tree
from colter.core import records
from colter.core.errors import _RANK, ExitCode
from docs import generate
from tests.cli import measured
from tests.fakes.clock import START

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "commands.md").read_text()


def test_the_page_and_the_completion_scripts_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    stale = [path.name for path, text in generate.files().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run: ./dev docs"


def test_the_exit_codes_are_those_of_the_program() -> None:
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == {int(code) for code in ExitCode}
    order = re.search(r"in this order counts: ([\d, ]+)\.", PAGE)
    assert order
    assert [int(code) for code in order[1].split(", ")] == [int(code) for code in _RANK]


def test_every_command_has_help_with_an_example_that_begins_with_its_own_name() -> None:
    for place, text in _helps():
        if place:
            group = any(other.startswith(f"{place} ") for other, _ in _helps())
            assert group or f"  colter {place}" in text, place


def test_a_summary_in_the_table_is_that_of_the_command() -> None:
    loaded, unloaded = command_tree().commands, command_tree(()).commands
    for name in COMMANDS:
        assert loaded[name].get_short_help_str(200) == unloaded[name].get_short_help_str(200)


def test_the_json_of_the_page_has_the_keys_of_the_program() -> None:
    shown = {found["schema"]: found for found in map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))}
    readings = records.readings_document(START, [measured.GOOD])
    probes = records.probes_document(START, [measured.UP])
    assert _shape(shown["colter.readings/1"]["readings"][0]) == _shape(readings["readings"][0])
    assert shown["colter.probes/1"]["results"] == probes["results"]
    assert set(shown) == {records.READINGS, records.PROBES, records.STATUS}


def _shape(record: dict[str, object]) -> dict[str, type]:
    return {key: type(value) for key, value in record.items()}


def _helps() -> Iterator[tuple[str, str]]:
    for place in places(command_tree()):
        head = f"colter {place.path}".rstrip()
        found = re.search(rf"^### {head}\n\n```text\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
        assert found, place.path
        yield place.path, found[1]
