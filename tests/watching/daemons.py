"""Daemons as processes of their own."""

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from colter.app.history.opening import DATABASE
from colter.core.clock import SystemClock
from tests.cli.running import PROGRAM, Machine
from tests.withheld import withheld

_PATIENCE = 300
_OF_A_BUSY_MACHINE = ("stopped for ", "probes begin ", " fell out: ", "so that look falls out")
_LOOKS = """
SELECT round.started + probe_result.at_offset_ms, outcome.state FROM probe_result
    JOIN round ON round.id = probe_result.round_id
    JOIN outcome ON outcome.id = probe_result.outcome_id JOIN target ON target.id = outcome.target_id
    WHERE target.name = ? ORDER BY probe_result.round_id, probe_result.position
"""


def endpoints(**urls: str) -> str:
    """A configuration with these, looked at every second, and as slow as the machine makes them."""
    listed = [
        {"name": name, "url": url, "interval": "1s", "confirm": 0, "warn": {"latency": "1h"}}
        for name, url in urls.items()
    ]
    return f"endpoints: {json.dumps(listed)}\n"


@contextmanager
def daemon(machine: Machine, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A daemon; killed in the end, if it has not ended by then."""
    process = subprocess.Popen(
        [PROGRAM, "daemon", *(() if "--listen" in options else ("--listen", "off")), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=machine.environment,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[int, str, float]:
    """Send it a signal; its exit code, what it said on stderr, and how many seconds it took of its own.

    Of a machine that has no time for it, it may have told as well: that is not here, only in its log.
    """
    with withheld(process.pid) as waited:
        begun = time.perf_counter()
        process.send_signal(number)
        out, err = process.communicate(timeout=_PATIENCE)
        took = time.perf_counter() - begun
    assert out == ""
    said = [line for line in err.splitlines(keepends=True) if not any(words in line for words in _OF_A_BUSY_MACHINE)]
    return process.returncode, "".join(said), took - waited.seconds


def until(true: Callable[[], object], patience: float = _PATIENCE) -> None:
    """Wait for something that will be soon."""
    deadline = time.perf_counter() + patience
    while not true():
        assert time.perf_counter() < deadline, "it did not happen"
        time.sleep(0.1)


def kept(machine: Machine) -> list[dict[str, Any]]:
    """What was kept, oldest first."""
    done = machine.inside("export", "--since", "1h", "-f", "jsonl", "-q", clock=SystemClock())
    return [json.loads(line) for line in done.out.splitlines()]


def log_of(machine: Machine) -> str:
    """The log file as it is now."""
    file = machine.home / "state" / "colter" / "log" / "colter.log"
    return file.read_text() if file.exists() else ""


def states(machine: Machine, endpoint: str) -> list[str]:
    """What was kept of one endpoint, oldest first."""
    return [state for _, state in looks(machine, endpoint)]


def looks(machine: Machine, endpoint: str) -> list[tuple[datetime, str]]:
    """The same, with the time of each."""
    rows = _rows(machine, _LOOKS, endpoint)
    return [(datetime.fromtimestamp(at / 1000, UTC), state) for at, state in rows]


def untold(machine: Machine) -> int:
    """How many notices are kept that no channel has taken yet."""
    return len(_rows(machine, "SELECT id FROM outbox WHERE lane = 'channel' AND settled IS NULL"))


def _rows(machine: Machine, query: str, *values: str) -> list[Any]:
    """Asked often, so it starts nothing."""
    path = machine.home / "state" / "colter" / DATABASE
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        try:
            return connection.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error) or "locked" in str(error):  # it is being made
                return []
            raise
