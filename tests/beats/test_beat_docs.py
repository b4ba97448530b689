"""What docs/probes.md says about heartbeats, done."""

import re
from pathlib import Path

import pytest

from colter.core.clock import SystemClock
from tests.cli.running import Machine

PAGE = (Path(__file__).parents[2] / "docs" / "probes.md").read_text()
SECTION = PAGE.partition("\n## Heartbeats\n")[2].partition("\n## ")[0]


def block(kind: str) -> str:
    [found] = re.findall(rf"```{kind}\n(.+?)```", SECTION, re.DOTALL)
    return str(found)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.configure(block("yaml"))
    machine.inside("status")  # makes the history
    return machine


def states(machine: Machine) -> dict[str, tuple[str, str]]:
    """State and reason by endpoint, as `colter probe` tells them."""
    rows = [
        line.split("\t") for line in machine.inside("probe", "-f", "text", clock=SystemClock()).out.splitlines()[1:]
    ]
    return {row[0]: (row[2], row[3]) for row in rows}


def test_the_line_in_the_crontab_reports_how_the_job_went(machine: Machine) -> None:
    minute, command = re.split(r"  +", block("crontab").strip())
    assert minute in block("yaml")
    job = machine.home / "backup"
    job.write_text("#!/bin/sh\necho $1\nexit $(cat code)\n")
    job.chmod(0o755)
    for code, state in ((0, ("up", "")), (4, ("down", "beat_failed"))):
        (machine.home / "code").write_text(str(code))
        line = command.replace("/usr/local/bin/backup", str(job)).replace("colter", '"$colter"', 1)
        done = machine.shell(f"cd {machine.home}; {line}")
        assert (done.code, done.out, done.err) == (code, "--all\n", "")
        assert states(machine)["backup"] == state


def test_the_reports_of_a_job_by_itself_are_taken(machine: Machine) -> None:
    lines = [line.removeprefix("$ ") for line in block("console").splitlines()]
    seen = []
    for line in lines:
        done = machine.shell(line.replace("colter", '"$colter"', 1))
        assert (done.code, done.out, done.err) == (0, "", "")
        seen.append(states(machine)["import"])
    assert seen == [("unknown", ""), ("up", ""), ("down", "beat_failed")]


def test_every_state_of_the_table_has_a_reason_that_there_is() -> None:
    assert re.findall(r"^\| `down`, `(\w+)`", SECTION, re.MULTILINE) == ["beat_failed", "beat_overrun", "beat_late"]
