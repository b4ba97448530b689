"""Completion in real shells: commands, options and choices, without starting Python."""

import os
import subprocess
from pathlib import Path

import pytest

from colter.cli.completing.words import places
from colter.cli.main import command_tree
from tests.cli.running import Machine
from tests.needing import program

TABLE = [
    ("colter tr", {"track"}),
    ("colter track ", {"github", "pypi", "all"}),
    ("colter track g", {"github"}),
    ("colter -c some/file track p", {"pypi"}),
    ("colter --color al", {"always"}),
    ("colter track pypi --by s", {"system"}),
    ("colter status -f js", {"json", "jsonl"}),
    ("colter probe -f ju", {"junit"}),
    ("colter probe --exp", {"--expect", "--explain"}),
    ("colter probe x --no-st", {"--no-store"}),
    ("colter track github --no-inp", {"--no-input"}),
    ("colter completion z", {"zsh"}),
    ("colter completion zsh z", set()),
    ("colter track pypi -- --no", set()),
    ("colter status --timeout", set()),
    ("colter track all -o influx,p", {"influx,prometheus"}),
    ("colter --no-input status --form", {"--format"}),
]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts as the program prints them, and a `colter` and a `python` that must not be started."""
    folder = tmp_path_factory.mktemp("completion")
    machine = Machine(folder)
    for name, file in (("bash", "colter.bash"), ("zsh", "_colter"), ("fish", "colter.fish")):
        (folder / file).write_text(machine.process("completion", name).out)
    for trapped in ("colter", "python", "python3"):
        trap = folder / "bin" / trapped
        trap.parent.mkdir(exist_ok=True)
        trap.write_text(f"#!/bin/sh\ntouch {folder}/started\n")
        trap.chmod(0o755)
    return folder


def ask(argv: list[str], folder: Path) -> set[str]:
    env = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, env=env, check=False, cwd=folder)
    assert done.stderr == ""
    assert not (folder / "started").exists(), "completion started a program"
    return set(done.stdout.split())


@pytest.mark.parametrize(("line", "expected"), TABLE)
def test_bash_completes(scripts: Path, line: str, expected: set[str]) -> None:
    word = line.rpartition(" ")[2]
    script = f"source colter.bash; COMP_LINE='{line}' COMP_POINT=999; _colter_completion colter '{word}' ''"
    assert ask([program("bash"), "-c", f"{script}; echo ${{COMPREPLY[@]}}"], scripts) == expected


@pytest.mark.parametrize(("line", "expected"), TABLE)
def test_fish_completes(scripts: Path, line: str, expected: set[str]) -> None:
    env_words = ask(
        [program("fish"), "-N", "-c", f"source colter.fish; complete -C '{line}' | string split -f1 \\t"], scripts
    )
    assert env_words == expected


def test_the_zsh_file_begins_as_compinit_wants_it(scripts: Path) -> None:
    assert (scripts / "_colter").read_text().startswith("#compdef colter\n")


@pytest.mark.parametrize(("shell", "file"), [("bash", "colter.bash"), ("zsh", "_colter"), ("fish", "colter.fish")])
def test_the_shell_takes_the_script_as_correct(scripts: Path, shell: str, file: str) -> None:
    checked = subprocess.run([program(shell), "-n", scripts / file], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_no_option_of_a_command_has_the_name_of_one_of_the_program() -> None:
    program_itself, *commands = places(command_tree())
    everywhere = {name for flag in program_itself.flags for name in flag.names}
    own = {(place.path, name) for place in commands for flag in place.flags for name in flag.names}
    assert {(path, name) for path, name in own if name in everywhere} == set()
