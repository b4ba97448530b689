"""What a hundred dead neighbours do to nine hundred healthy endpoints, beside prometheus-blackbox-exporter.

    python bench/neighbours.py

Each healthy endpoint is probed once, spread over six seconds, with and without a hundred others between them: 50 hang,
and the names of 25 hang, as with a dead name server; 25 names do not exist. The exporter is given hanging servers only:
its names cannot be made to hang. Rounds of both kinds take turns; medians.
"""

import asyncio
import socket
import statistics
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar
from unittest.mock import patch

from bench.blackbox import Blackbox, blackbox
from bench.farm import Farm, farm
from bench.truth import check, probe, quantile
from colter.core.clock import SystemClock
from colter.core.model import EndpointState
from colter.sources.probe.check import Check
from colter.sources.probe.prober import Prober

HEALTHY, HANGING, NAMELESS = 900, 50, 50
OVER = 6.0
ROUNDS = 3
TIMEOUT = timedelta(seconds=5)
T = TypeVar("T")


class Seen(NamedTuple):
    """Of the healthy endpoints of one round."""

    latencies: list[float]
    false_alarms: int


def main() -> None:
    with farm() as servers, blackbox() as peer, dead_names():
        alone, beside = [], []
        peer_alone, peer_beside = [], []
        for _ in range(ROUNDS):
            alone.append(asyncio.run(_ours(servers, dead=False)))
            beside.append(asyncio.run(_ours(servers, dead=True)))
            if peer:
                peer_alone.append(asyncio.run(_theirs(peer, servers, dead=False)))
                peer_beside.append(asyncio.run(_theirs(peer, servers, dead=True)))
    _tell("colter", alone, beside)
    if peer_alone:
        _tell("blackbox", peer_alone, peer_beside)
    print("must: within 10 %, no false alarm")


async def _ours(servers: Farm, *, dead: bool) -> Seen:
    checks = [check(servers.url(number), number) for number in range(HEALTHY)]
    healthy = {each.name for each in checks}
    with closing(Prober(clock=SystemClock())) as prober:
        results = await probe(prober, _between(checks, _dead(servers)) if dead else checks, over=OVER)
    seen = [result for result in results if result.endpoint in healthy]
    down = sum(result.state is not EndpointState.UP for result in seen)
    return Seen([result.latency_ms for result in seen if result.latency_ms is not None], down)


async def _theirs(peer: Blackbox, servers: Farm, *, dead: bool) -> Seen:
    healthy = [servers.url(number) for number in range(HEALTHY)]
    hanging = [servers.url(number, hangs=True) for number in range(HANGING + NAMELESS)]
    seen = await peer.probe(_between(healthy, hanging) if dead else healthy, over=OVER)
    up = [one for one in seen if one.up]
    return Seen([one.latency_ms for one in up], HEALTHY - len(up))


def _dead(servers: Farm) -> list[Check]:
    hanging = [servers.url(number, hangs=True) for number in range(HANGING)]
    kinds = ("hangs", "absent")
    nameless = [servers.url(number, host=f"n{number}.{kinds[number % 2]}.example") for number in range(NAMELESS)]
    urls = [url for pair in zip(hanging, nameless, strict=True) for url in pair]
    return [replace(check(url, HEALTHY + number), timeout=TIMEOUT) for number, url in enumerate(urls)]


def _between(many: Sequence[T], few: Sequence[T]) -> list[T]:
    """The few, evenly among the many."""
    step = len(many) // len(few)
    mixed: list[T] = []
    for number, one in enumerate(few):
        mixed += [one, *many[number * step : (number + 1) * step]]
    return mixed + list(many[len(few) * step :])


@contextmanager
def dead_names() -> Iterator[None]:
    """The system's resolver does not know some names, and does not come back from others until the end."""
    system, released = socket.getaddrinfo, threading.Event()

    def some_are_dead(host: str, *rest: Any) -> Any:
        if host.endswith(".hangs.example"):
            released.wait(60)
        if host.endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return system(host, *rest)

    with patch("socket.getaddrinfo", some_are_dead):
        yield
        released.set()


def _tell(who: str, alone: Sequence[Seen], beside: Sequence[Seen]) -> None:
    parts = []
    for share in (0.5, 0.95, 0.99):
        before, after = (
            statistics.median(quantile(one.latencies, share) for one in rounds) for rounds in (alone, beside)
        )
        parts.append(f"p{share * 100:.0f} {before:.2f} -> {after:.2f} ms ({after / before - 1:+.1%})")
    alarms = sum(one.false_alarms for one in beside)
    print(f"{who:10} {', '.join(parts)}; {alarms} false alarms of {len(beside) * HEALTHY}")


if __name__ == "__main__":
    main()
