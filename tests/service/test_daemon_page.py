"""docs/daemon.md tells the truth."""

import json
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from colter.cli.logs import BACKUPS, MAX_BYTES
from colter.core.errors import ExitCode
from colter.web import daemon as web
from docs.names import tables
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.needing import program
from tests.watching.daemons import daemon, ended, endpoints, states, until

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "daemon.md").read_text("utf-8")


def test_exit_codes_paths_metrics_and_sizes_are_those_of_the_program() -> None:
    codes = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", PAGE, re.MULTILINE) for code in row.split(",")}
    assert codes <= {code.value for code in ExitCode}
    routes = "".join(path.read_text("utf-8") for path in Path(web.__file__).parent.glob("*.py"))
    served = set(re.findall(r'Route\(f?"(/\w+)', routes))
    assert set(re.findall(r"^\| `(/\w+)", PAGE, re.MULTILINE)) == served != set()
    assert set(re.findall(r"\bcolter_[a-z_]+", PAGE)) <= set(re.findall(r"\bcolter_[a-z_]+", tables()))
    assert f"{MAX_BYTES // 1_000_000} MB, with {('no', 'one', 'two', 'three', 'four', 'five')[BACKUPS]} older" in PAGE


def test_the_line_of_the_log_has_what_lines_have() -> None:
    (shown,) = re.findall(r"```json\n(.*)\n```", PAGE)
    assert list(json.loads(shown)) == ["time", "level", "logger", "message"]


def test_a_backup_that_is_made_while_it_runs_can_be_put_in_its_place(machine: Machine) -> None:
    (command,) = re.findall(r"^sqlite3 \S+ (.*)$", PAGE, re.MULTILINE)
    state = machine.home / "state" / "colter"
    saved = machine.home / "saved.db"
    asked = command.strip('"').replace("/var/backups/colter.db", str(saved))
    with EndpointServer(reply()) as server:
        machine.configure(endpoints(api=server.url()))
        with daemon(machine) as process:
            until(lambda: states(machine, "api"))
            subprocess.run([program("sqlite3"), state / "state.db", asked], check=True, capture_output=True)
            ended(process)
        for path in state.glob("state.db*"):
            path.unlink()
        saved.rename(state / "state.db")
        before = len(states(machine, "api"))
        with daemon(machine) as process:
            until(lambda: len(states(machine, "api")) > before)
            assert ended(process)[:2] == (143, "")
    with closing(sqlite3.connect(state / "state.db")) as history:
        assert history.execute("PRAGMA integrity_check").fetchone() == ("ok",)
