"""The real `colter beat`, around real jobs."""

import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from colter.app.history.opening import DATABASE
from tests.cli.running import PROGRAM, Machine

CONFIG = "endpoints:\n  - {name: backup, heartbeat: {every: 1h, max_runtime: 30m}}\n"


def start(machine: Machine, *argv: str | Path, **settings: Any) -> subprocess.Popen[str]:
    """Begin `colter beat` with its streams in pipes."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # Whoever runs the suite may ignore signals (nohup), and that is inherited.
    command = ["env", "--default-signal", PROGRAM, "beat", *argv]
    return subprocess.Popen(command, text=True, env=machine.environment, **{**pipes, **settings})


def reported(machine: Machine) -> Sequence[tuple[str, int | None, int | None, str]]:
    """What is kept of `backup`, starts first: kind, exit code, milliseconds of run time, and what it said."""
    path = state(machine) / DATABASE
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT kind, exit_code, ran_ms, said FROM beat ORDER BY ended").fetchall()


def state(machine: Machine) -> Path:
    return machine.home / "state" / "colter"
