"""Global options stand before or after the command, and are taken only when they are needed."""

import json
from pathlib import Path
from typing import Any

import pytest

from colter.cli.main import command_tree
from colter.core.errors import LockedError
from tests.cli.running import Machine, Screen

DOWN = "tcp://127.0.0.1:1"


@pytest.mark.parametrize(
    "argv",
    [
        ["--state", "{state}", "probe", DOWN],
        ["probe", "--state", "{state}", DOWN],
        ["probe", DOWN, "--state={state}"],
    ],
)
def test_a_global_option_may_stand_anywhere(machine: Machine, argv: list[str]) -> None:
    state = machine.home / "elsewhere"
    assert machine.inside(*(word.format(state=state) for word in argv)).code == 10
    assert (state / "state.db").exists()
    assert not (machine.home / "state" / "colter" / "state.db").exists()


@pytest.mark.parametrize("argv", [["--state", "", "probe", DOWN], ["probe", DOWN, "--state="]])
def test_an_empty_name_is_no_state_directory(machine: Machine, argv: list[str]) -> None:
    ended = machine.inside(*argv)
    assert (ended.code, ended.out) == (2, "")
    assert "expected a directory, got nothing" in ended.err


def test_no_command_has_an_argument_that_takes_the_place_of_a_global_option() -> None:
    commands: list[Any] = [command_tree()]
    for command in commands:
        names = [parameter.name for parameter in command.params]
        assert len(set(names)) == len(names), command.name
        commands += getattr(command, "commands", {}).values()


def test_the_configuration_is_the_one_that_was_named(machine: Machine) -> None:
    other = machine.home / "other.yaml"
    other.write_text("endpoints: [{name: mine, url: 'tcp://127.0.0.1:1'}]\n")
    other.chmod(0o600)
    for argv in (["-c", str(other), "probe", "mine"], ["probe", "mine", "--config", str(other)]):
        assert json.loads(machine.inside(*argv, "-f", "json").out)["results"][0]["endpoint"] == "mine"
    assert machine.inside("probe", "mine", env={"COLTER_CONFIG": str(other)}).code == 10
    missing = machine.inside("-c", str(machine.home / "none.yaml"), "probe", DOWN)
    assert missing.code == 3


def test_quiet_silences_talk_and_not_errors(machine: Machine) -> None:
    argv = ["probe", DOWN, "--count", "2", "--interval", "1ms", "--no-store"]
    assert "of 2 up" in machine.inside(*argv).err
    assert machine.inside(*argv, "-q").err == ""
    assert "is not configured" in machine.inside("-q", "probe", "nothing").err


@pytest.mark.parametrize(
    ("terminal", "argv", "env", "asked"),
    [
        (True, [], {}, True),
        (True, [], {"CI": "false"}, True),
        (True, ["--no-input"], {}, False),
        (True, [], {"CI": "true"}, False),
        (False, [], {}, False),
    ],
)
def test_nobody_is_asked_without_a_terminal(
    machine: Machine, terminal: bool, argv: list[str], env: dict[str, str], asked: bool
) -> None:
    context = machine.context(terminal=terminal, env=env)
    context.options = type(context.options)(no_input=bool(argv))
    if asked:
        assert isinstance(context.streams.stdin, Screen)
        context.streams.stdin.write("yes\n")
        context.streams.stdin.seek(0)
        assert context.ask("Sure") == "yes"
        assert context.streams.stderr.getvalue() == "Sure: "  # type: ignore[attr-defined]
    else:
        with pytest.raises(LockedError):
            context.ask("Sure")


def test_ad_hoc_targets_leave_nothing_behind_when_nothing_is_to_be_kept(machine: Machine) -> None:
    for option in ("--no-store", "--dry-run"):
        assert machine.process("probe", DOWN, option).code == 10
    kept = [path for path in machine.home.rglob("*") if path.is_file()]
    assert all(path.name == "colter.log" and path.stat().st_size == 0 for path in kept)


def test_v_tells_more_and_vv_everything(machine: Machine) -> None:
    said = [machine.inside("probe", DOWN, *more).err.count("\n") for more in ((), ("-v",), ("-vv",))]
    assert said[0] == 0
    assert said == sorted(said)


def test_a_file_is_whole_or_as_it_was(machine: Machine, tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text("before")
    target.chmod(0o640)
    assert machine.inside("probe", DOWN, "--no-store", "--file", str(target)).out == ""
    assert json.loads(target.read_text())["schema"] == "colter.probes/1"
    assert target.stat().st_mode & 0o777 == 0o640
    assert machine.inside("probe", "nothing", "--file", str(target)).code == 2
    assert json.loads(target.read_text())["schema"] == "colter.probes/1"
    assert [path.name for path in tmp_path.iterdir() if "result" in path.name] == ["result.json"]


def test_a_file_that_is_a_device_is_written_to(machine: Machine) -> None:
    ended = machine.process("probe", DOWN, "--no-store", "--file", "/dev/stdout", "-f", "markdown")
    assert ended.out.startswith("| Endpoint |")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("a.csv", "endpoint,"), ("a.md", "| "), ("a.xml", "<?xml"), ("a.prom", "# HELP"), ("a", "endpoint\t")],
)
def test_the_name_of_a_file_tells_the_format(machine: Machine, name: str, beginning: str) -> None:
    machine.inside("probe", DOWN, "--no-store", "--file", str(machine.home / name))
    assert (machine.home / name).read_text().startswith(beginning)
