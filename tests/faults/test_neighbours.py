"""F13, F14: a hundred of a thousand endpoints hang or have names that nobody finds; the others do not notice."""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

from colter.app.watching.schedule import phase
from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult
from colter.core.ports import Store
from tests.faults.crowd import Watched, address, answering, watch
from tests.full import FULL
from tests.servers.process import free_port
from tests.withheld import withheld

MANY, HANGING, UNFINDABLE, HOSTS = 1000, 50, 50, 150
INTERVAL, LENGTH = (10, timedelta(minutes=2)) if FULL else (4, timedelta(seconds=9))
LOOKS = 10 if FULL else 1
DOWN_AFTER = 2
PATIENCE = timedelta(minutes=1)
"""Of the healthy, when the machine is busy; there the others may be late, and nobody is ill for that."""
LATE = frozenset[EndpointState]() if FULL else {EndpointState.UNKNOWN}
"""What is said of those that are looked at too late."""
TENTH = timedelta(seconds=0.1)


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections, on as many addresses as hang, and never says anything."""
    with ExitStack() as stack:
        port = free_port()
        for number in range(HANGING):
            stack.enter_context(socket.create_server((address(HOSTS + number), port), backlog=512))
        yield port


@pytest.fixture
def black_hole(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A name server that does not answer, behind the operating system's resolver."""
    over, ask = threading.Event(), socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if str(host).endswith(".example.org"):
            over.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return ask(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    over.set()


def test_sick_neighbours_change_nothing_for_the_healthy(tmp_path: Path, silent: int, black_hole: None) -> None:
    port, hosts = free_port(), [address(number) for number in range(HOSTS)]
    well = {f"well-{n}": f"http://{hosts[n % HOSTS]}:{port}/" for n in range(MANY - HANGING - UNFINDABLE)}
    sick = {f"hangs-{n}": f"http://{address(HOSTS + n)}:{silent}/" for n in range(HANGING)}
    sick |= {f"lost-{n}": f"http://h{n}.example.org:{port}/" for n in range(UNFINDABLE)}

    # Side by side: what else the machine has to do, it has to do for both.
    with answering(hosts, port), ProcessPoolExecutor(1, get_context("spawn")) as beside:
        beside.submit(configuration, {}, {}).result()  # all is imported then
        over = tmp_path / "over"
        control = beside.submit(watch_alone, configuration(well, {}), over, tmp_path / "alone")
        try:
            with withheld(os.getpid()) as kept_from_us:
                together = watch(configuration(well, sick), tmp_path / "together", partial(until_alarmed, len(sick)))
        finally:
            over.touch()
        alone = control.result()
    busy = 0 if FULL else kept_from_us.seconds
    before, after = latencies(alone), latencies(together)
    tell("alone", alone)
    late = tell("with a hundred sick ones", together)
    assert {result.state for result in together.results if result.endpoint in well} == {EndpointState.UP}
    verdicts = {result.state for result in together.results if result.endpoint in sick}
    assert verdicts - LATE == {EndpointState.DOWN}
    assert alarmed(alone) == set()
    assert alarmed(together) == set(sick)
    assert len(after) >= 0.9 * len(before) >= 0.9 * LOOKS * len(well)
    assert late <= 1 + busy
    # The bench has exact figures.
    assert median(after) <= 1.5 * median(before) + 1 + busy * 1000
    assert quantiles(after, n=10)[-1] <= 1.5 * quantiles(before, n=10)[-1] + 10 + busy * 1000


def watch_alone(configured: dict[str, Any], over: Path, folder: Path) -> Watched:
    """In a process of its own, which does not know of `--full`, until there is such a file."""

    def goes_on() -> bool:
        return not over.exists()

    async def wait(clock: Clock, _: Store) -> None:
        while goes_on():
            await clock.sleep(TENTH)

    return watch(configured, folder, wait)


async def until_alarmed(count: int, clock: Clock, store: Store) -> None:
    """So long, and until an alert was raised about so many."""
    await clock.sleep(LENGTH)
    async with asyncio.timeout(300):
        while sum(state.incident is not None for state in await store.alert_states()) < count:
            await clock.sleep(TENTH)


def configuration(well: dict[str, str], sick: dict[str, str]) -> dict[str, Any]:
    patience = "1s" if FULL else f"{PATIENCE.total_seconds():.0f}s"
    return {
        "probe": {
            "interval": f"{INTERVAL}s",
            "timeout": "1s",
            "latency_threshold": patience,
            "confirm": 0,
            "down_after": DOWN_AFTER,
        },
        "endpoints": [
            *({"name": name, "url": url, "timeout": patience} for name, url in well.items()),
            *({"name": name, "url": url} for name, url in sick.items()),
        ],
        "alerts": {"channels": {"hook": {"type": "webhook", "url": "http://127.0.0.1:9/"}}},
    }


def delay(result: ProbeResult) -> float:
    """Seconds from when it was due until it began."""
    since = result.at.timestamp() - phase(result.endpoint) * INTERVAL
    return (since + 0.01) % INTERVAL - 0.01  # the two clocks differ by less


def latencies(watched: Watched) -> list[float]:
    """Of the healthy ones, in milliseconds."""
    found = [result.latency_ms for result in watched.results if result.endpoint.startswith("well")]
    return [latency for latency in found if latency is not None]


def alarmed(watched: Watched) -> set[str]:
    """Endpoints that an alert was raised about."""
    return {state.target.name for state in watched.alerts if state.incident is not None}


def tell(who: str, watched: Watched) -> float:
    """How it went; how many seconds late one of a hundred begins at least."""
    found, late = latencies(watched), quantiles([delay(result) for result in watched.results], n=100)[-1]
    sys.stdout.write(
        f"{who}: {len(found)} looks, median {median(found):.2f} ms, p90 {quantiles(found, n=10)[-1]:.2f} ms, "
        f"begun late: p99 {late:.3f} s\n"
    )
    return late
