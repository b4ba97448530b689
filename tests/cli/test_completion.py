"""Completion in real shells: commands, options and choices, without starting Python."""

import os
import subprocess
from pathlib import Path

import pexpect
import pytest

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
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, env=env, check=False, cwd=folder)
    assert done.stderr == ""
    assert not (folder / "started").exists(), "completion started a program"
    return set(done.stdout.split())


@pytest.mark.parametrize(("line", "expected"), TABLE)
def test_bash_completes(scripts: Path, line: str, expected: set[str]) -> None:
    words = " ".join(f"'{word}'" for word in line.split(" "))
    script = f"source colter.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _colter_completion"
    assert ask([program("bash"), "-c", f"{script}; echo ${{COMPREPLY[@]}}"], scripts) == expected


def test_bash_completes_a_choice_after_an_equals_sign(scripts: Path) -> None:
    script = "source colter.bash; COMP_WORDS=(colter status --format = js); COMP_CWORD=4; _colter_completion"
    assert ask([program("bash"), "-c", f"{script}; echo ${{COMPREPLY[@]}}"], scripts) == {"json", "jsonl"}


def test_bash_completes_files_where_a_file_is_wanted(scripts: Path) -> None:
    script = "source colter.bash; COMP_WORDS=(colter status --file colter.b); COMP_CWORD=3; _colter_completion"
    assert ask([program("bash"), "-c", f"{script}; echo ${{COMPREPLY[@]}}"], scripts) == {"colter.bash"}


@pytest.mark.parametrize(("line", "expected"), TABLE)
def test_fish_completes(scripts: Path, line: str, expected: set[str]) -> None:
    env_words = ask(
        [program("fish"), "-N", "-c", f"source colter.fish; complete -C '{line}' | string split -f1 \\t"], scripts
    )
    assert env_words == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("colter track g\t", "colter track github "),
        ("colter tr\t", "colter track "),
        ("colter status -f cs\t", "colter status -f csv "),
        ("colter status --form\t", "colter status --format "),
        ("colter completion --no-inp\t", "colter completion --no-input "),
    ],
)
def test_zsh_answers_the_first_tab_when_autoloaded(scripts: Path, typed: str, expected: str) -> None:
    env = {"PATH": f"{scripts}/bin:{os.environ['PATH']}", "HOME": str(scripts), "TERM": "dumb", "PS1": "$ "}
    child = pexpect.spawn(
        program("zsh"), ["-f", "-i"], env=env, cwd=str(scripts), encoding="utf-8", timeout=20, dimensions=(24, 200)
    )
    try:
        child.sendline(f"fpath=({scripts} $fpath); autoload -Uz compinit; compinit -u -d {scripts}/dump; echo rea''dy")
        child.expect_exact("ready")
        child.send(typed)
        child.expect_exact(expected.rstrip())
    finally:
        child.close(force=True)
    assert not (scripts / "started").exists()


def test_the_zsh_file_begins_as_compinit_wants_it(scripts: Path) -> None:
    assert (scripts / "_colter").read_text().startswith("#compdef colter\n")


def test_zsh_takes_the_script_as_correct(scripts: Path) -> None:
    checked = subprocess.run([program("zsh"), "-n", scripts / "_colter"], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
