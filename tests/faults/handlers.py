"""Whether a process would hear a signal, or be killed by it."""

import re
import signal
import time
from pathlib import Path

_MOMENT = 0.001


def await_handler(pid: int, number: signal.Signals = signal.SIGTERM) -> None:
    """Wait until this child has a handler for a signal, or has ended."""
    while not (has_handler(pid, number) or "State:\tZ" in _status(pid)):
        time.sleep(_MOMENT)


def has_handler(pid: int, number: signal.Signals = signal.SIGTERM) -> bool:
    """Whether it does something of its own when a signal comes."""
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", _status(pid))
    return bool(caught and int(caught[1], 16) >> (number - 1) & 1)


def _status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()
