"""docs/files.md: its commands run, its tables are complete."""

import csv
import json
import re
import shlex
from io import StringIO
from pathlib import Path

import pytest

from colter.sinks.formats import BY_ENDING, FORMATS
from colter.sinks.formats.table import COLUMNS
from tests.cli.running import Machine
from tests.export.filling import fill
from tests.export.histories import long, of_every_kind
from tests.servers.process import server_program
from tests.servers.victoriametrics import VictoriaMetrics

PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)


def test_every_command_of_the_page_runs(machine: Machine, victoria: VictoriaMetrics) -> None:
    server_program("promtool")
    fill(machine, long(12, 3))
    machine.configure(f'influxdb: {{url: "{victoria.url}", org: o, bucket: b}}')
    mine = [line for line in COMMANDS if shlex.split(line)[0] in ("colter", "promtool")]
    assert len(mine) == len(COMMANDS) - 2  # `influx` is not here, and `mv` needs a Prometheus
    for line in mine:
        command = line.replace("colter", '"$colter"', 1) if line.startswith("colter") else line
        done = machine.shell(f'set -o pipefail; cd "{machine.home}"; {command}')
        assert done.code == 0, f"{line}: {done.err}"


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_told_of_with_its_endings(format_: str) -> None:
    (row,) = re.findall(rf"^\| `{format_}` \| (.*?) \|", PAGE, re.MULTILINE)
    assert re.findall(r"`(\.\w+)`", row) == [ending for ending, name in BY_ENDING.items() if name == format_]


def test_every_column_and_every_key_is_told_of(machine: Machine) -> None:
    fill(machine, of_every_kind())
    told = {name for cell in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}
    assert {*COLUMNS} <= told
    assert tuple(next(csv.reader(StringIO(machine.inside("export", "-f", "csv").out)))) == COLUMNS
    line = json.loads(machine.inside("export", "-f", "jsonl").out.splitlines()[0])
    assert {*list(line)[:5]} <= told
