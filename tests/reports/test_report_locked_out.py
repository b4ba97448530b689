"""The history of somebody else: what may only be read is shown, and what may not is named."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.running import Machine
from tests.reports.lived import reported, watched

COMMANDS = {
    "report --since 2026-05-01 -f json": '"target": "probe:api"',
    "status -f json": '"target": "probe:api"',
    "alerts list -f json": '"schema": "colter.alerts/1"',
}
"""And what each of them shows."""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_history_that_may_only_be_read_is_shown(machine: Machine, command: str) -> None:
    watched(machine, {"api": "g" * 60})
    reported(machine)
    with _mode(machine, folder=0o555, file=0o444):
        ended = machine.bound(command)
    assert (ended.code, ended.err) == (0, "")
    assert COMMANDS[command] in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_history_that_may_not_even_be_found_is_named(machine: Machine, command: str) -> None:
    watched(machine, {"api": "g" * 60})
    with _mode(machine, folder=0o000, file=0o600):
        ended = machine.bound(command)
    assert (ended.code, ended.out) == (3, "")
    assert "state.db cannot be made: Permission denied\n  hint: " in ended.err


@contextmanager
def _mode(machine: Machine, *, folder: int, file: int) -> Iterator[None]:
    state = machine.home / "state" / "colter"
    for path in [each for each in state.iterdir() if each.is_file()]:
        path.chmod(file)
    before = state.stat().st_mode
    state.chmod(folder)
    try:
        yield
    finally:
        state.chmod(before)
