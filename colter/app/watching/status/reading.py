"""Reads the status file of a daemon, for `colter status`."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from colter.app.alerting.lock import Lock
from colter.core.clock import Clock
from colter.core.records import Record

FILE = "daemon.json"
_LARGEST = 2**20


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """What is known of the daemon of a state directory."""

    running: bool
    """False: it was killed. A daemon that ends in order removes its status file."""
    told: Record
    """What it has written last; of one that has just started maybe only `process`, its number."""

    @property
    def record(self) -> Record:
        """For the JSON of `colter status`."""
        return {"running": None, **self.told} | {"running": self.running}


def read_daemon_status(state_dir: Path, clock: Clock) -> DaemonStatus | None:
    """How the daemon is; None: there is none, and the last one has ended in order."""
    process, told = Lock(state_dir, clock).daemon(), _read(state_dir / FILE)
    if process is None:
        return DaemonStatus(running=False, told=told) if told else None
    return DaemonStatus(running=True, told=told if told.get("process") == process else {"process": process})


def _read(path: Path) -> Record:
    with suppress(OSError, ValueError, RecursionError), path.open(encoding="utf-8") as file:
        found: Any = json.loads(file.read(_LARGEST), parse_constant=_refuse)
        if isinstance(found, dict):
            return found
    return {}


def _refuse(constant: str) -> NoReturn:
    """NaN and infinity, which are no JSON."""
    raise ValueError(constant)
