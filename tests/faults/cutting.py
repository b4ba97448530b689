"""A daemon's loop behind a line that is cut and mended: run as a program, in a network namespace of its own.

    unshare --net python -m tests.faults.cutting KIND FOLDER SECONDS

Says as JSON what was kept.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from colter.core.alerting.deliveries import from_delivery
from colter.core.clock import Clock
from colter.core.ports import Store
from tests.faults.crowd import Story, Watched, answering, watch

HOSTS, PORT = 200, 8080
BEFORE, AFTER = timedelta(seconds=2.5), timedelta(seconds=4)
_SERVED, _GATEWAY = "10.9.0.0/16", "10.8.0.2"
_LOCAL = ("local", _SERVED, "dev", "lo", "table", "local")


class Line:
    """Between this namespace and the one of the servers, where every address answers."""

    def __init__(self, server: int) -> None:
        """`server` is a process in the other namespace."""
        self._inside = ("nsenter", "--target", str(server), "--net")
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(server))
        run("ip", "addr", "add", "10.8.0.1/24", "dev", "near")
        run(*self._inside, "ip", "addr", "add", f"{_GATEWAY}/24", "dev", "far")
        run(*self._inside, "ip", "link", "set", "lo", "up")
        run(*self._inside, "ip", "link", "set", "far", "up")
        run(*self._inside, "ip", "route", "add", *_LOCAL)
        self.mend()

    def cut(self) -> None:
        """There is no way out any more."""
        run("ip", "link", "set", "near", "down")

    def mend(self) -> None:
        run("ip", "link", "set", "near", "up")
        run("ip", "route", "replace", _SERVED, "via", _GATEWAY)

    def swallow(self) -> None:
        """What is sent arrives nowhere, and nobody says so."""
        run(*self._inside, "ip", "route", "del", *_LOCAL)
        run(*self._inside, "ip", "route", "add", "blackhole", _SERVED, "table", "local")

    def deliver(self) -> None:
        run(*self._inside, "ip", "route", "del", "blackhole", _SERVED, "table", "local")
        run(*self._inside, "ip", "route", "add", *_LOCAL)

    def lead_to_hotel(self) -> None:
        """Whatever is asked, this machine answers."""
        run("ip", "route", "add", *_LOCAL)

    def leave_hotel(self) -> None:
        run("ip", "route", "del", *_LOCAL)


def run(*argv: str) -> None:
    subprocess.run(argv, check=True)


def story(kind: str, line: Line, length: timedelta) -> Story:
    """What happens to the line, between two times in which all is well."""

    async def down(clock: Clock) -> None:
        line.cut()
        await clock.sleep(length)
        line.mend()

    async def silent(clock: Clock) -> None:
        line.swallow()
        await clock.sleep(length)
        line.deliver()

    async def portal(clock: Clock) -> None:
        line.cut()
        await clock.sleep(length)
        with answering(["0.0.0.0"], PORT, "<html>Welcome to the hotel!</html>"):
            line.lead_to_hotel()
            await clock.sleep(length / 2)
            line.leave_hotel()
        line.mend()

    async def tell(clock: Clock, _: Store) -> None:
        await clock.sleep(BEFORE)
        await {"down": down, "silent": silent, "portal": portal}[kind](clock)
        await clock.sleep(AFTER)

    return tell


def configuration(kind: str) -> Mapping[str, Any]:
    """One failure alone would be an alert."""
    canary = {"url": f"http://10.9.200.1:{PORT}/", "expect": {"body": {"contains": "ok"}}}
    named = {"online_check": [canary]} if kind == "portal" else {}
    return {
        "probe": {"interval": "1s", "timeout": "1s", "confirm": 0, "down_after": 1, **named},
        "endpoints": [{"name": f"e{n}", "url": f"http://10.9.{n // 100}.{n % 100 + 1}:{PORT}/"} for n in range(HOSTS)],
        "alerts": {"channels": {"hook": {"type": "webhook", "url": "http://127.0.0.1:9/"}}},
    }


def told(watched: Watched) -> Mapping[str, Any]:
    return {
        "states": Counter(result.state for result in watched.results),
        "reasons": Counter(result.reason for result in watched.results if result.reason),
        "newest": Counter({result.endpoint: result.state for result in watched.results}.values()),
        "messages": [from_delivery(each).notice.kind for each in watched.notifications],
    }


def main(kind: str, folder: Path, seconds: float) -> None:
    with answering(["0.0.0.0"], PORT, within=["unshare", "--net"]) as server:
        line = Line(server.pid)
        watched = watch(configuration(kind), folder, story(kind, line, timedelta(seconds=seconds)))
    sys.stdout.write(json.dumps(told(watched)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
