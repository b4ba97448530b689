"""F8: a sink is slow, takes a connection and says nothing, or is gone without a word: looks begin when they would."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

from colter.app.cycle import commit, make_round
from colter.app.watching.schedule import phase
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult
from colter.store.sql import SqlStore
from tests.cli.running import Machine
from tests.faults.crowd import address, answering
from tests.full import FULL
from tests.servers.process import free_port
from tests.servers.toxics import Proxy, Toxic
from tests.servers.victoriametrics import VictoriaMetrics
from tests.watching.daemons import daemon, ended, kept, until
from tests.withheld import Withheld

ENDPOINTS, LOOKS = (1000, 12) if FULL else (100, 4)
INTERVAL = 5 if FULL else 1
EARLY = 0.01
"""Seconds; times are kept in milliseconds."""
TOXICS = {
    "slow": Toxic(latency=timedelta(seconds=1), bytes_per_second=2_000),
    "hanging": Toxic(hang=True),
    "half-open": Toxic(latency=timedelta(hours=1)),
}
"""What befalls the line to the sink; the last takes the request, and no answer ever comes."""


def test_looks_begin_when_they_would_without_it(victoria: VictoriaMetrics, tmp_path: Path) -> None:
    for toxic in TOXICS if FULL else ["hanging"]:
        machines = [Machine(tmp_path / toxic / name) for name in ("undisturbed", "disturbed")]
        with ThreadPoolExecutor() as side_by_side:  # what else the machine has to do, it has to do for both
            _, withheld = side_by_side.map(partial(watch, victoria), machines, [Toxic(), TOXICS[toxic]])
        before, after = [p99(delays(machine)) for machine in machines]
        sys.stdout.write(f"99 of 100 begin within {before:.4f} s, when the sink is {toxic} within {after:.4f} s, ")
        sys.stdout.write(f"of {withheld:.4f} s in which others worked\n")
        assert after <= 1.1 * before + 0.005 + (0 if FULL else withheld)


def watch(victoria: VictoriaMetrics, machine: Machine, toxic: Toxic) -> float:
    """For a while, with a sink that is owed something already; how many seconds the daemon waited for a processor."""
    port, hosts = free_port(), [address(number) for number in range(50)]
    with answering(hosts, port), Proxy(victoria.port) as proxy:
        urls = {f"e{n}": f"http://{hosts[n % len(hosts)]}:{port}/" for n in range(ENDPOINTS)}
        sink = {"url": f"http://127.0.0.1:{proxy.port}", "org": "o", "bucket": "b"}
        endpoints = [_endpoint(*each) for each in urls.items()]
        machine.configure(json.dumps({"endpoints": endpoints, "influxdb": sink}))
        asyncio.run(_owe(machine))
        proxy.behave(toxic)
        with daemon(machine, "-o", "influx") as process:
            until(lambda: proxy.connections or process.poll() is not None)
            busy = Withheld(process.pid)
            until(lambda: _count(machine) > LOOKS * ENDPOINTS)
            busy.look()
            assert ended(process)[0] == 143
    return busy.seconds


def delays(machine: Machine) -> list[float]:
    """Of every look, the seconds from when it was due until it began."""
    return [_delay(look) for look in kept(machine)[1:]]


def p99(found: Sequence[float]) -> float:
    return quantiles(found, n=100)[-1]


def _endpoint(name: str, url: str) -> dict[str, Any]:
    return {"name": name, "url": url, "interval": f"{INTERVAL}s"}


async def _owe(machine: Machine) -> None:
    """So the first request to the sink comes with the first looks."""
    clock = SystemClock()
    store = SqlStore(machine.home / "state" / "colter" / "state.db", clock, {})
    await store.open()
    look = ProbeResult("e0", "https://example.org/", clock.now(), EndpointState.UP)
    assert await commit(store, make_round(clock, look.at, results=[look]), ["influx"]) is None
    await store.close()


def _count(machine: Machine) -> int:
    with closing(sqlite3.connect(machine.home / "state" / "colter" / "state.db")) as history:
        (found,) = history.execute("SELECT count(*) FROM probe_result").fetchone()
    return int(found)


def _delay(look: dict[str, Any]) -> float:
    name = look["target"].removeprefix("probe:")
    since = datetime.fromisoformat(look["at"]).timestamp() - phase(name) * INTERVAL
    return (since + EARLY) % INTERVAL - EARLY
