"""A daemon on a disk that is filled and emptied under it: a program, to be run on a small disk.

    python -m tests.faults.room DISK CYCLES

Says as JSON what came of it.
"""

import json
import os
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.cli.running import Machine
from tests.daemon_web.listening import Listening, listening
from tests.fakes.endpoints import EndpointServer, reply
from tests.faults.filling import empty, fill
from tests.watching.daemons import endpoints, kept, until

STATE = "state/colter"
ENDPOINTS = 150
"""So many that they need more room every second than a log has that begins anew."""


def main(disk: Path, cycles: int) -> None:
    machine = Machine(disk)
    with EndpointServer(reply()) as web:
        channels = '{channels: {hook: {type: webhook, url: "http://127.0.0.1:1/"}}}'
        machine.configure(
            f"{endpoints(**{f'e{number}': web.url() for number in range(ENDPOINTS)})}alerts: {channels}\n"
        )
        with listening(machine) as served:
            found = [_cycle(disk, served, web) for _ in range(cycles)]
            lost = served.number("colter_lost_entries_total")
            os.kill(int((disk / STATE / "alerts.lock").read_text().split()[0]), signal.SIGTERM)
            until(lambda: not served.answers("/healthz"))
    json.dump(
        {
            "seconds": [seconds for seconds, _ in found],
            "told": [told for _, told in found],
            "lost": lost,
            "looks": len(web.requests),
            "kept": len(kept(machine)),
        },
        sys.stdout,
    )


def _cycle(disk: Path, served: Listening, web: EndpointServer) -> tuple[float, list[str]]:
    """Seconds from when there is room again until nothing waits any more; and what was told by then."""

    def waiting() -> float:
        return served.number("colter_unkept_entries")

    def full() -> bool:
        fill(disk)
        return waiting() > 1

    until(full)
    until(lambda: _told(disk))
    looks = len(web.requests)
    until(lambda: len(web.requests) > looks + ENDPOINTS)
    told = _told(disk)
    empty(disk)
    since = time.perf_counter()
    until(lambda: not waiting())
    return time.perf_counter() - since, told


def _told(disk: Path) -> list[str]:
    """What is durable by now of what the channel is to be told."""
    with closing(sqlite3.connect(f"file:{disk / STATE / 'state.db'}?mode=ro", uri=True)) as history:
        bodies = history.execute("SELECT body FROM outbox WHERE lane = 'channel'").fetchall()
    return [event[2] for (body,) in bodies for event in json.loads(body)["notice"]["events"]]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
