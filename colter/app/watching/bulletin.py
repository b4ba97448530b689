"""What a daemon tells of itself in its state directory, for `colter status`: it may listen nowhere."""

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
class Bulletin:
    """What is known of the daemon of a state directory."""

    running: bool
    """Otherwise it was killed: whoever ends in order takes it away."""
    told: Record
    """What it has told last; maybe nothing yet but `process`, its number."""

    @property
    def record(self) -> Record:
        """For the JSON of `colter status`."""
        return {"running": None, **self.told} | {"running": self.running}


def read_bulletin(state_dir: Path, clock: Clock) -> Bulletin | None:
    """What the daemon tells; None: there is none, and the last one has ended in order."""
    process, told = Lock(state_dir, clock).daemon(), _read(state_dir / FILE)
    if process is None:
        return Bulletin(running=False, told=told) if told else None
    return Bulletin(running=True, told=told if told.get("process") == process else {"process": process})


def _read(path: Path) -> Record:
    with suppress(OSError, ValueError, RecursionError), path.open(encoding="utf-8") as file:
        found: Any = json.loads(file.read(_LARGEST), parse_constant=_refuse)
        if isinstance(found, dict):
            return found
    return {}


def _refuse(constant: str) -> NoReturn:
    """NaN and infinity, which are no JSON."""
    raise ValueError(constant)
