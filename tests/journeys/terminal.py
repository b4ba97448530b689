"""A shell in a terminal, in which somebody types; there is no program but a `colter` that notes what it was given."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pexpect

from tests.cli.running import Machine
from tests.needing import program

_PROMPT = "go> "
_WITHOUT_SETTINGS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"], "fish": ["--no-config", "-i"]}
_FILES = {"bash": "colter.bash", "zsh": "_colter", "fish": "colter.fish"}
_LOADING = {
    "bash": "PS1='{prompt}'; bind 'set enable-bracketed-paste off'; source {script}",
    # `compinit` marks the file to be loaded at the first TAB, as it does in a new shell of every user.
    "zsh": "PS1='{prompt}'; fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -d {folder}/dump",
    "fish": "function fish_prompt; echo -n '{prompt}'; end; source {script}",
}


class Terminal:
    """The shell of one `Machine`, with the script that the program prints for it."""

    def __init__(self, shell: str, machine: Machine) -> None:
        self.home = machine.home
        self._machine = machine
        self._given = machine.home / "given"
        self._numbers = itertools.count()
        folder = machine.home / "completion"
        folder.mkdir()
        script = folder / _FILES[shell]
        script.write_text(machine.process("completion", shell).out)
        self._child = self._start(shell)
        self._child.sendline(_LOADING[shell].format(prompt=_PROMPT, folder=folder, script=script))
        self._wait()

    def enter(self, typed: str) -> list[str] | None:
        """Type it, press Return, and tell what `colter` was given; None: it was not started."""
        self._given.unlink(missing_ok=True)
        self._child.send(f"{typed}\r")
        self._wait()
        return self._given.read_text().split("\0")[:-1] if self._given.exists() else None

    def close(self) -> None:
        self._child.close(force=True)

    def _wait(self) -> None:
        number = next(self._numbers)
        self._child.sendline(f"echo rea''dy{number}.")
        self._child.expect_exact(f"ready{number}.\r\n")
        self._child.expect_exact(_PROMPT)

    def _start(self, shell: str) -> Any:
        programs = self.home / "bin"
        programs.mkdir()
        colter = programs / "colter"
        colter.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" > '{self._given}'\n")
        colter.chmod(0o755)
        child = pexpect.spawn(
            program(shell),
            _WITHOUT_SETTINGS[shell],
            env={**self._machine.environment, "PATH": str(programs), "TERM": "xterm" if shell == "fish" else "dumb"},
            cwd=str(self.home),
            encoding="utf-8",
            timeout=300,
            dimensions=(50, 250),
        )
        child.delaybeforesend = None
        return child


@contextmanager
def terminal(shell: str, machine: Machine) -> Iterator[Terminal]:
    opened = Terminal(shell, machine)
    try:
        yield opened
    finally:
        opened.close()
