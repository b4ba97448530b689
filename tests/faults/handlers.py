"""Whether a process would hear a signal, or be killed by it."""

import re
import signal
import time
from pathlib import Path

_MOMENT = 0.001


def await_handler(pid: int, number: signal.Signals = signal.SIGTERM) -> None:
    """Wait until this child has a handler for a signal, or has ended."""
    status = Path(f"/proc/{pid}/status")
    while True:
        told = status.read_text()
        caught = re.search(r"SigCgt:\s*([0-9a-f]+)", told)
        if "State:\tZ" in told or (caught and int(caught[1], 16) >> (number - 1) & 1):
            return
        time.sleep(_MOMENT)
