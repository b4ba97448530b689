"""CPU time of one probe, next to prometheus-blackbox-exporter and the predecessor on the same endpoints in one run.

    python bench/probe.py

First the whole product path: `colter daemon`, which schedules, probes, evaluates and keeps what it saw, beside the
exporter, which keeps nothing, both at the same pace; and one round of the predecessor's loop with its history. Then the
prober alone beside the exporter, both as fast as they go. Every probe makes a connection of its own. Rounds take turns;
medians.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from bench import predecessor
from bench.blackbox import Blackbox, blackbox, cpu_seconds
from bench.chain import make_chain
from bench.farm import HOSTS, Farm, farm
from bench.truth import check
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult
from colter.sources.probe.prober import Prober

ENDPOINTS = {"http": 1000, "https": 250}
INTERVAL, AT_ONCE, ROUNDS = 5.0, 50, 3
MUST = {"http": 3.0, "https": 1.2}
PREDECESSORS = 200
"""Endpoints; with more, its connections to the history run out."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bundle, context = make_chain(Path(folder), HOSTS)
        for scheme in MUST:
            with farm(0, context if scheme == "https" else None) as servers:
                print(f"\n{scheme}")
                with blackbox(bundle) as peer:
                    _compare(scheme, servers, peer, bundle, whole=True)
                    _compare(scheme, servers, peer, bundle, whole=False)
                urls = [servers.url(number) for number in range(PREDECESSORS)]
                told = predecessor.cost(Path(folder) / "predecessor", urls, bundle)
                print(f"whole path of {predecessor.WHAT}: {told}")


def _compare(scheme: str, servers: Farm, peer: Blackbox | None, bundle: Path, *, whole: bool) -> None:
    ours, theirs = [], []
    urls = [servers.url(number) for number in range(ENDPOINTS[scheme])]
    for _ in range(ROUNDS):
        ours.append(_daemon(servers, urls, bundle) if whole else _prober(urls, bundle))
        if peer:
            theirs.append(_exporter(urls, peer, whole=whole))
    what = f"whole path, {len(urls) / INTERVAL:.0f} a second" if whole else f"prober alone, {AT_ONCE} at once"
    print(f"{what}: colter {statistics.median(ours):.3f} ms CPU per probe", end="")
    if theirs:
        ratio = statistics.median(theirs) / statistics.median(ours)
        must = f" (must: 1/{MUST[scheme]:g})" if whole else ""
        print(f", the exporter {statistics.median(theirs):.3f}: 1/{ratio:.1f}{must}")
    else:
        print()


def _daemon(servers: Farm, urls: Sequence[str], bundle: Path) -> float:
    """Of a daemon that has begun, over three intervals."""
    with _running_daemon(urls, bundle) as pid:
        time.sleep(2 * INTERVAL)
        servers.served()
        before = cpu_seconds(pid)
        time.sleep(3 * INTERVAL)
        spent, served = cpu_seconds(pid) - before, len(servers.served())
    if not 2 * len(urls) < served < 4 * len(urls):
        raise SystemExit(f"{served} probes in three intervals of {len(urls)} endpoints: the figures would mean nothing")
    return spent * 1000 / served


@contextmanager
def _running_daemon(urls: Sequence[str], bundle: Path) -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"  # JSON is YAML
        endpoints = [{"name": f"endpoint {number}", "url": url} for number, url in enumerate(urls)]
        defaults = {"interval": f"{INTERVAL:g}s", "tls": {"ca": str(bundle)}}
        config.write_text(json.dumps({"probe": defaults, "endpoints": endpoints}))
        config.chmod(0o600)
        environment = {**os.environ, "COLTER_LOG__FILE": str(Path(folder) / "colter.log")}
        command = [sys.executable, "-m", "colter", "-c", str(config), "--state", folder, "--no-input", "daemon"]
        command += ["--listen", "off"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                yield process.pid
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                process.kill()


def _prober(urls: Sequence[str], bundle: Path) -> float:
    checks = [replace(check(url, number), ca=bundle) for number, url in enumerate(urls)]
    results: list[ProbeResult] = []
    with closing(Prober(clock=SystemClock(), concurrency=AT_ONCE)) as prober:
        began = time.process_time()
        asyncio.run(prober.probe(checks, results.append))
        spent = time.process_time() - began
    if failed := [result for result in results if result.state is not EndpointState.UP]:
        raise SystemExit(f"{len(failed)} probes failed; the figures would mean nothing: {failed[0]}")
    return spent * 1000 / len(urls)


def _exporter(urls: Sequence[str], peer: Blackbox, *, whole: bool) -> float:
    before = peer.cpu
    seen = asyncio.run(peer.probe(urls, over=INTERVAL if whole else 0, at_once=AT_ONCE))
    if (failed := sum(not one.up for one in seen)) > len(urls) / 100:  # now and then one fails for no reason
        raise SystemExit(f"the exporter failed {failed} times; the figures would mean nothing")
    return (peer.cpu - before) * 1000 / len(urls)


if __name__ == "__main__":
    main()
