"""A daemon's loop behind a line that is cut and mended: run as a program, in a network namespace of its own.

    unshare --net python -m tests.faults.cutting KIND FOLDER SECONDS

Says as JSON what was kept.
"""

import asyncio
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
from colter.core.model import EndpointState, Reason
from colter.core.ports import Store
from tests.faults.crowd import Story, Watched, answering, watch

HOSTS, PORT = 200, 8080
AFTER = timedelta(seconds=2)
"""A false alarm would come by then."""
PATIENCE = 300
"""Seconds until everybody was looked at as the line is."""
TENTH = timedelta(seconds=0.1)
Found = tuple[EndpointState, Reason | None]
WELL: Found = (EndpointState.UP, None)
OFFLINE: Found = (EndpointState.UNKNOWN, Reason.SELF_OFFLINE)
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
    """What happens to the line, for so long at least, between two times in which all is well."""

    async def down(clock: Clock, store: Store) -> None:
        line.cut()
        await clock.sleep(length)
        await all_looked_at(store, clock, OFFLINE)
        line.mend()

    async def silent(clock: Clock, store: Store) -> None:
        line.swallow()
        await clock.sleep(length)
        await all_looked_at(store, clock, OFFLINE)
        line.deliver()

    async def portal(clock: Clock, store: Store) -> None:
        line.cut()
        await all_looked_at(store, clock, OFFLINE)
        with answering(["0.0.0.0"], PORT, "<html>Welcome to the hotel!</html>"):
            line.lead_to_hotel()
            await clock.sleep(length)
            await all_looked_at(store, clock, OFFLINE)
            line.leave_hotel()
        line.mend()

    async def tell(clock: Clock, store: Store) -> None:
        await all_looked_at(store, clock, WELL)
        await {"down": down, "silent": silent, "portal": portal}[kind](clock, store)
        await all_looked_at(store, clock, WELL)
        await clock.sleep(AFTER)

    return tell


async def all_looked_at(store: Store, clock: Clock, found: Found) -> None:
    """From now on, and so they were found."""
    begun = clock.now()
    async with asyncio.timeout(PATIENCE):
        while True:
            latest = [result for each in await store.latest() for result in each.results]
            if sum(each.at > begun and (each.state, each.reason) == found for each in latest) == HOSTS:
                return
            await clock.sleep(TENTH)


def configuration(kind: str) -> Mapping[str, Any]:
    """One failure alone would be an alert, so there is time for everybody on a busy machine."""
    canary = {"url": f"http://10.9.200.1:{PORT}/", "expect": {"body": {"contains": "ok"}}}
    named = {"online_check": [canary]} if kind == "portal" else {}
    return {
        "probe": {"interval": "1s", "timeout": "5s", "latency_threshold": "1h", "confirm": 0, "down_after": 1, **named},
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
