"""How true a reported latency is: beside what the server did, and beside prometheus-blackbox-exporter in the same run.

    python bench/truth.py [ENDPOINTS]

A thousand endpoints on a hundred hosts answer 20 ms after they were asked. They are probed once each: spread over six
seconds; all at once; and all at once while two other processes want both processors.
"""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace

from bench.blackbox import Blackbox, blackbox
from bench.farm import Farm, farm
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult
from colter.sources.probe.check import Check, check_from_url
from colter.sources.probe.prober import Prober

SPREAD = 6.0
TICK = 0.02
MUST = {"spread over 6 s": (1, 10), "all at once, beside two hogs": (10, 15)}
"""Milliseconds by which p50 and p99 may differ from what the server did."""


def main(endpoints: int) -> None:
    with farm() as servers, blackbox() as peer:
        asyncio.run(_ours(servers, endpoints // 10, over=0))  # whatever happens at first happens now
        servers.served()
        for name, over, beside in (
            ("spread over 6 s", SPREAD, nullcontext()),
            ("all at once", 0.0, nullcontext()),
            ("all at once, beside two hogs", 0.0, hogs()),
        ):
            print(f"\n{name}" + (" (must: within {} and {} ms)".format(*MUST[name]) if name in MUST else ""))
            with beside:
                _tell("colter", asyncio.run(_ours(servers, endpoints, over=over)), servers.served())
                if peer:
                    _tell("blackbox", asyncio.run(_theirs(peer, servers, endpoints, over=over)), servers.served())


async def _ours(servers: Farm, endpoints: int, *, over: float) -> list[float]:
    checks = [check(servers.url(number), number) for number in range(endpoints)]
    with closing(Prober(clock=SystemClock())) as prober:
        results = await probe(prober, checks, over=over)
    failed = [result for result in results if result.state is not EndpointState.UP]
    if failed:
        raise SystemExit(f"{len(failed)} probes failed; the figures would mean nothing: {failed[0]}")
    return [result.latency_ms or 0.0 for result in results]


async def _theirs(peer: Blackbox, servers: Farm, endpoints: int, *, over: float) -> list[float]:
    seen = await peer.probe([servers.url(number) for number in range(endpoints)], over=over)
    return [one.latency_ms for one in seen]


async def probe(prober: Prober, checks: Sequence[Check], *, over: float) -> list[ProbeResult]:
    """Probe each once, spread over so many seconds, as the daemon does: what is due within a tick begins together."""
    results, flights, began, begun = list[ProbeResult](), list[asyncio.Future[None]](), time.perf_counter(), 0
    while begun < len(checks):
        due = min(len(checks), 1 + int((time.perf_counter() - began) / over * len(checks))) if over else len(checks)
        flights.append(prober.begin(checks[begun:due], results.extend))
        begun = due
        await asyncio.sleep(TICK)  # noqa: TID251  the pace
    await asyncio.gather(*flights)
    return results


def check(url: str, number: int) -> Check:
    """An endpoint that is asked once, however slowly it answers."""
    return replace(check_from_url(url), name=f"endpoint {number}", warn=(), confirm=0)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so many are below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@contextmanager
def hogs() -> Iterator[None]:
    """Two processes that want all the processor time there is."""
    running = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(2)]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.join()


def _burn() -> None:
    while True:
        pass


def _tell(who: str, reported: Sequence[float], served: Sequence[float]) -> None:
    parts = []
    for share in (0.5, 0.99):
        told, true = quantile(reported, share), quantile(served, share)
        parts.append(f"p{share * 100:.0f} {told:7.2f} ms, server {true:7.2f}, off by {told - true:+8.2f}")
    print(f"{who:10} {'    '.join(parts)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
