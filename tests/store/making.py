"""Rounds to keep, made short; times are whole milliseconds, as stores keep them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from colter.core.model import DailyCount, EndpointState, Event, Metric, ProbeResult, Reading, Round, Sample, Target
from colter.core.ports import Store
from colter.store.sql import SqlStore
from tests.fakes.clock import START, FakeClock

STARS = Metric("stars", "Stars.", "colter_github_repo_stars", "github_repo_stats", "stars", column="Stars")
FORKS = Metric("forks", "Forks.", "colter_github_repo_forks", "github_repo_stats", "forks")
BY_PYTHON = Metric("by_python", "Split.", "colter_by_python", "pypi_package_stats", "by_python", labels=("python",))
METRICS = {("github", metric.key): metric for metric in (STARS, FORKS, BY_PYTHON)}
FLASK = Target("github", "pallets/flask")
Story = Callable[[Store], Awaitable[None]]
Tell = Callable[[Story], None]
"""Runs a story against an open store."""
FOR_EVER = (datetime.min.replace(tzinfo=START.tzinfo), datetime.max.replace(tzinfo=START.tzinfo))


def at(minutes: float) -> datetime:
    """That many minutes after the start."""
    return START + timedelta(minutes=minutes)


def look(
    minutes: float = 0,
    name: str = "pallets/flask",
    *,
    identity: str | None = None,
    values: Mapping[Metric, float] | None = None,
    problem: str | None = None,
) -> Reading:
    """A reading of a repository."""
    samples = tuple(Sample(metric, value) for metric, value in (values or {}).items())
    return Reading(Target("github", name), at(minutes), samples, identity=identity, problem=problem)


def answer(minutes: float = 0, endpoint: str = "api", state: EndpointState = EndpointState.UP) -> ProbeResult:
    """A probe result."""
    return ProbeResult(endpoint, f"https://{endpoint}.example.org/", at(minutes), state, latency_ms=12.5)


def done(key: str, *seen: Reading | ProbeResult, minutes: float = 0) -> Round:
    """A round that finished a second after `minutes`."""
    return Round(
        key,
        at(minutes),
        at(minutes) + timedelta(seconds=1),
        tuple(each for each in seen if isinstance(each, Reading)),
        tuple(each for each in seen if isinstance(each, ProbeResult)),
    )


def day_of(series: str, days: int, count: int) -> DailyCount:
    """A count of the day so many days after the start."""
    return DailyCount(series, (START + timedelta(days=days)).date(), count)


FULL_READING = Reading(
    FLASK,
    at(0),
    samples=(Sample(STARS, 70_000), Sample(FORKS, 0.5), Sample(BY_PYTHON, 7, {"python": "3.11"})),
    info={"language": "Python", "licence": "BSD-3-Clause ✓"},
    missing={"traffic": "needs push access"},
    identity="R_flask",
    events=(
        Event("issue", "5901", "It breaks 💥", at(-5), "https://github.example.org/5901"),
        Event("issue", "5902", "", at(-4)),
    ),
)


@asynccontextmanager
async def opened(path: Path, *, patience: timedelta = timedelta(milliseconds=50)) -> AsyncIterator[SqlStore]:
    """A store on this file, closed afterwards; it waits so long for locks."""
    store = SqlStore(path, FakeClock(), METRICS, busy_timeout=patience)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
