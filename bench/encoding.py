"""How fast measurements become line protocol, beside influxdb-client's `Point`.

Usage: python bench/encoding.py [ROUNDS]

Both make the same bytes of the same looks, in turn, in this one process, and these are compared. CPU time.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from influxdb_client.client.write import point as peer  # noqa: TID253  what we are compared with

from colter.core.model import EndpointState, Entry, Phases, ProbeResult, Reading, Round, Sample, Target
from colter.sinks.line_protocol import lines
from colter.sources.github.metrics import METRICS

ENDPOINTS = 500
RESULTS = 20_000
REPOSITORIES = 2_000
START = datetime(2026, 5, 4, tzinfo=UTC)
Point: Any = peer.Point  # has no types
Way = Callable[[Sequence[Entry]], list[bytes]]


def results() -> list[Entry]:
    """Looks at endpoints over HTTPS, as they lie in an outbox after an outage."""
    chance = random.Random(1)
    return [_entry(_result(number, chance)) for number in range(RESULTS)]


def _result(number: int, chance: random.Random) -> ProbeResult:
    spans = ((50, 900), (500, 20_000), (900, 40_000), (5000, 50_000), (10, 900))
    phases = [chance.randint(*span) / 1000 for span in spans]
    return ProbeResult(
        endpoint=f"endpoint {number % ENDPOINTS}",
        url="",
        at=START + timedelta(milliseconds=120 * number),
        state=EndpointState.UP,
        status_code=200,
        http_version="2",
        latency_ms=sum(phases),
        phases=Phases(*phases),
        size=1256,
        certificate_expires=START + timedelta(days=60),
        group="backend",
    )


def repositories() -> list[Entry]:
    """Everything that can be read of repositories."""
    info = {"visibility": "public", "last_push": "2026-05-04T10:00:00+00:00"}
    return [
        _entry(
            Reading(
                Target("github", f"my-org/repository-{number}"),
                START + timedelta(seconds=number),
                [Sample(metric, float(number * 7)) for metric in METRICS],
                info,
            )
        )
        for number in range(REPOSITORIES)
    ]


def _entry(what: Reading | ProbeResult) -> Entry:
    return Entry(Round("round", START, START), 0, what)


def ours(entries: Sequence[Entry]) -> list[bytes]:
    return [line for entry in entries for line in lines(entry)]


def point(entries: Sequence[Entry]) -> list[bytes]:
    """A chain of calls on a `Point` for each look, as the client's manual shows it."""
    made = (
        _of_result(entry.what) if isinstance(entry.what, ProbeResult) else _of_reading(entry.what) for entry in entries
    )
    return [made_point.to_line_protocol(precision="ms").encode() for made_point in made]


def _of_result(result: ProbeResult) -> Any:
    point = Point("endpoint_probe").tag("endpoint", result.endpoint).tag("group", result.group).time(result.at)
    point.field("up", 1).field("state", result.state.value).field("attempts", result.attempts)
    point.field("duration_seconds", (result.latency_ms or 0) / 1000).field("http_status_code", result.status_code)
    point.field("http_version", float(result.http_version or 0)).field("redirects", result.redirects)
    point.field("content_bytes", result.size).field("tls_valid", 1)
    expires = result.certificate_expires
    point.field("tls_not_after_timestamp_seconds", int(expires.timestamp()) if expires else None)
    for phase in ("resolve", "connect", "tls", "processing", "transfer"):
        point.field(f"{phase}_seconds", getattr(result.phases, phase) / 1000)
    return point


def _of_reading(reading: Reading) -> Any:
    owner, repo = reading.target.name.split("/")
    point = Point("github_repo_stats").tag("owner", owner).tag("repo", repo).tag("private", "false").time(reading.at)
    for sample in reading.samples:
        for name in filter(None, (sample.metric.field, sample.metric.former)):
            point.field(name, int(sample.value))
    return point.field("last_push", reading.info["last_push"])


def _seconds(way: Way, entries: Sequence[Entry]) -> tuple[float, list[bytes]]:
    begun = time.process_time()
    made = way(entries)
    return time.process_time() - begun, made


def compare(name: str, entries: Sequence[Entry], rounds: int) -> None:
    """Prints the medians of interleaved rounds."""
    spent: dict[Way, list[float]] = {ours: [], point: []}
    for _ in range(rounds):
        made = []
        for way, seconds in spent.items():
            took, written = _seconds(way, entries)
            seconds.append(took)
            made.append(written)
        if made[0] != made[1]:
            raise SystemExit(f"{name}: the bytes differ")
    middle = {way: statistics.median(seconds) / len(entries) * 1e6 for way, seconds in spent.items()}
    ratio = middle[point] / middle[ours]
    size = sum(map(len, ours(entries))) / len(entries)
    print(
        f"{name:<13} ours {middle[ours]:5.1f} us, Point {middle[point]:5.1f} us, {size:.0f} bytes each:"
        f" {ratio:.1f} x as fast (must: 2 x){'  TOO SLOW' if ratio < 2 else ''}"
    )


def main(rounds: int) -> None:
    compare("results", results(), rounds)
    compare("repositories", repositories(), rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
