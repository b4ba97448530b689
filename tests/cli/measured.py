"""Readings and results to show: good, partial, failed, and hostile."""

from datetime import timedelta

from colter.core.model import (
    EndpointState,
    Event,
    Evidence,
    Metric,
    Phases,
    ProbeResult,
    Reading,
    Reason,
    Sample,
    Target,
)
from tests.fakes.clock import START

STARS = Metric("stars", "Stars", "colter_github_repo_stars", "github_repo_stats", "stars", column="Stars")
TOTAL = Metric(
    "downloads_tracked_total", "Downloads", "colter_pypi_downloads_tracked_total", "pypi", "total", kind="counter"
)
DAY = Metric("downloads_day", "A day", "colter_pypi_downloads", "pypi", "day", column="Day", fixed=(("window", "1d"),))
WEEK = Metric("downloads_week", "A week", "colter_pypi_downloads", "pypi", "week", fixed=(("window", "7d"),))
BY_SYSTEM = Metric("downloads_by_system", "Split", "colter_pypi_by_system", "pypi", "by_system", labels=("system",))
PUSHED = Metric(
    "last_push_timestamp", "Pushed", "colter_github_repo_pushed_timestamp_seconds", "g", "p", "seconds", column="Pushed"
)
CATALOGUE = {("github", metric.key): metric for metric in (STARS, PUSHED)} | {
    ("pypi", metric.key): metric for metric in (DAY, WEEK, TOTAL, BY_SYSTEM)
}

HOSTILE = "=cmd|'/c calc'!A1 [/b] [red]x\x1b]0;owned\x07\x9b31m\u202egpj.exe\ud800\x7f ::error::x ##[error]y\n|`<b>&"
"""A formula, markup of Rich and Markdown and HTML, escape sequences, bidi, a surrogate, workflow commands."""

GOOD = Reading(
    Target("github", "pallets/flask"),
    START,
    samples=[Sample(STARS, 71234.0), Sample(PUSHED, START.timestamp())],
    info={"language": "Python"},
)
PARTIAL = Reading(
    Target("pypi", "requests"),
    START,
    samples=[Sample(TOTAL, 5.0), Sample(DAY, 1.0), Sample(WEEK, 7.0), Sample(BY_SYSTEM, 3.0, {"system": "Linux"})],
    info={"version": "2.33.0"},
    missing={"vulnerabilities": "the server is out of reach"},
)
FAILED = Reading(Target("pypi", "no-such-package"), START, problem="there is no such package")
HOSTILE_READING = Reading(
    Target("github", HOSTILE),
    START,
    samples=[Sample(STARS, -1.5)],
    info={"language": HOSTILE},
    problem=HOSTILE,
    events=[Event("issue", "7", HOSTILE, START, HOSTILE)],
)
READINGS = (GOOD, PARTIAL, FAILED)

UP = ProbeResult(
    "api",
    "https://api.example.org/",
    START,
    EndpointState.UP,
    status_code=200,
    http_version="2",
    ip="192.0.2.1",
    latency_ms=12.345,
    phases=Phases(1, 2, 3, 4.5, 1.845),
    size=1256,
    certificate_expires=START + timedelta(days=90),
    group="backend",
    evidence=Evidence(log=["GET /"], headers=[("server", HOSTILE)], certificate={"issuer": HOSTILE}, body_head=HOSTILE),
)
DOWN = ProbeResult(
    HOSTILE,
    "http://192.0.2.2/",
    START,
    EndpointState.DOWN,
    Reason.CONNECT_REFUSED,
    HOSTILE,
    group=HOSTILE,
)
DEGRADED = ProbeResult("slow", "http://192.0.2.3/", START, EndpointState.DEGRADED, Reason.LATENCY, latency_ms=2500)
UNKNOWN = ProbeResult("offline", "http://192.0.2.4/", START, EndpointState.UNKNOWN, Reason.SELF_OFFLINE)
RESULTS = (UP, DOWN, DEGRADED, UNKNOWN)
