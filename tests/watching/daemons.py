"""Daemons as processes of their own."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from colter.core.clock import SystemClock
from tests.cli.running import PROGRAM, Machine

_PATIENCE = 30


def endpoints(**urls: str) -> str:
    """A configuration with these, looked at every second."""
    listed = [{"name": name, "url": url, "interval": "1s", "confirm": 0} for name, url in urls.items()]
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
    """Send it a signal; its exit code, what it said on stderr, and how many seconds it took."""
    begun = time.perf_counter()
    process.send_signal(number)
    out, err = process.communicate(timeout=_PATIENCE)
    assert out == ""
    return process.returncode, err, time.perf_counter() - begun


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


def states(machine: Machine, endpoint: str) -> list[str]:
    """What was kept of one endpoint, oldest first."""
    return [record["state"] for record in kept(machine) if record["target"] == f"probe:{endpoint}"]
