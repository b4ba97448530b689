"""How the tests of this folder probe: the real prober, the real network, on loopback."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from colter.core.clock import Clock, SystemClock
from colter.core.model import ProbeResult, Reason
from colter.net.dns import Resolver
from colter.sources.probe.check import Check, check_from_url
from colter.sources.probe.prober import Prober

TIMEOUT = timedelta(seconds=20)
"""Nothing that answers takes so long, however busy the machine is."""
SHORT = timedelta(seconds=2)
"""For what never answers."""
GRACE = 10.0
"""Seconds that a busy machine may take beside: without a deadline these would take half a minute, or for ever."""
_AT_THE_END = {
    Reason.DNS_TIMEOUT,
    Reason.CONNECT_TIMEOUT,
    Reason.TLS_HANDSHAKE,
    Reason.TIMEOUT_HEADERS,
    Reason.TIMEOUT_BODY,
    Reason.BODY_MISMATCH,
}
"""Of these some are known only when the time is over."""


def time_for(reason: Reason | None) -> timedelta:
    """How long to wait where this is what will come of it."""
    return SHORT if reason in _AT_THE_END else TIMEOUT


def check(url: str, *conditions: str, **changes: Any) -> Check:
    """An ad-hoc check without the default warnings, so that a slow machine degrades nothing."""
    return replace(check_from_url(url, expect=conditions, timeout=TIMEOUT), **{"warn": (), **changes})


def probe_all(
    checks: Sequence[Check],
    *,
    resolver: Resolver | None = None,
    concurrency: int = 50,
    explain: bool = False,
    clock: Clock | None = None,
) -> list[ProbeResult]:
    """The results, in the order in which they came."""
    results: list[ProbeResult] = []
    prober = Prober(clock=clock or SystemClock(), resolver=resolver, concurrency=concurrency)
    try:
        asyncio.run(prober.probe(checks, results.append, explain=explain))
    finally:
        prober.close()
    return results


def probe(one: Check, *, resolver: Resolver | None = None, explain: bool = False) -> ProbeResult:
    """The result of one check, which must come in time."""
    began = time.perf_counter()
    [result] = probe_all([one], resolver=resolver, explain=explain)
    assert time.perf_counter() - began < one.timeout.total_seconds() + GRACE
    return result
