"""What was looked at last: good, partial and failed looks of every source, with names that are hard to quote."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from colter.core.model import EndpointState, Latest, Metric, Owing, Phases, ProbeResult, Reading, Reason, Sample, Target
from colter.core.own_metrics import LAST_SUCCESS, TARGET_UP
from colter.sinks.exposition import of_latest
from colter.sources.github.metrics import METRICS as GITHUB
from colter.sources.pypi.metrics import METRICS as PYPI
from tests.fakes.clock import START

Series = tuple[str, frozenset[tuple[str, str]]]

HARD = (
    'quo"te',
    "back\\slash\\",
    "two\nlines",
    "Straße 日本 \N{SNOWMAN}",
    "a/b",
    "100% {x=1},",
    " blanks ",
    "..",
    "\ud800",
)
"""Texts that labels have to survive."""


def metric(declared: Sequence[Metric], key: str) -> Metric:
    return next(each for each in declared if each.key == key)


STARS, FORKS = metric(GITHUB, "stars"), metric(GITHUB, "forks")
DAY, TOTAL = metric(PYPI, "downloads_day"), metric(PYPI, "downloads_tracked_total")


def repository(name: str, stars: float, forks: float | None = 1) -> Reading:
    samples = [Sample(STARS, stars), *([] if forks is None else [Sample(FORKS, forks)])]
    missing = {"forks": "not allowed"} if forks is None else {}
    return Reading(Target("github", name), START, samples, {"language": "C++", "license": 'MIT "or" \\'}, missing)


def package(name: str, day: float, total: float) -> Reading:
    return Reading(Target("pypi", name), START, [Sample(DAY, day), Sample(TOTAL, total)], {"version": "2.33.0"})


def failed(target: Target) -> Reading:
    return Reading(target, START, problem="HTTP 404")


UP = ProbeResult(
    "api",
    "https://api.example.org/",
    START,
    EndpointState.UP,
    status_code=200,
    http_version="1.1",
    latency_ms=12.5,
    phases=Phases(1, 2, 3, 4.5, 2),
    size=1256,
    certificate_expires=START + timedelta(days=30),
    group="back end",
)
DOWN = replace(
    UP, endpoint="gone", state=EndpointState.DOWN, reason=Reason.CONNECT_REFUSED, status_code=None, size=None
)
UNKNOWN = ProbeResult("offline", "http://192.0.2.4/", START, EndpointState.UNKNOWN, Reason.SELF_OFFLINE)

GITHUB_NOW = Latest(
    "github",
    readings=[repository("pallets/flask", 71234), repository("a/b", 0, None), failed(Target("github", "a/gone"))],
)
PYPI_NOW = Latest("pypi", readings=[package("requests", 1e9, 1.2345678901234568e16)])
PROBE_NOW = Latest("probe", results=[UP, DOWN, UNKNOWN])
NOW = (GITHUB_NOW, PROBE_NOW, PYPI_NOW)


@dataclass
class Shelf:
    """What a store would know."""

    known: Sequence[Latest] = NOW
    owed: Sequence[Owing] = ()
    asked: int = 0
    broken: list[Exception] = field(default_factory=list)

    async def latest(self) -> Sequence[Latest]:
        self.asked += 1
        if self.broken:
            raise self.broken.pop(0)
        return self.known

    async def owing(self) -> Sequence[Owing]:
        return self.owed


def expected(latest: Sequence[Latest]) -> dict[Series, float]:
    """Every series that should be there."""
    return {(point.name, frozenset(filled(dict(point.labels)).items())): point.value for point in of_latest(latest)}


def text_series(page: str) -> dict[Series, float]:
    """Every series of a page in the older text format."""
    from prometheus_client.parser import text_string_to_metric_families

    families = text_string_to_metric_families(page)
    return {(s.name, frozenset(filled(s.labels).items())): s.value for family in families for s in family.samples}


def openmetrics_series(page: str) -> dict[Series, float]:
    """Every series of a page in OpenMetrics."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    families = text_string_to_metric_families(page)  # type: ignore[no-untyped-call]
    return {(s.name, frozenset(filled(s.labels).items())): s.value for family in families for s in family.samples}


def filled(labels: dict[str, str]) -> dict[str, str]:
    """Without empty labels: to Prometheus they are none."""
    return {name: value for name, value in labels.items() if value}


def series(declared: Metric, **labels: str) -> Series:
    return declared.prometheus, frozenset((labels | dict(declared.fixed)).items())


def up(target: Target) -> Series:
    return series(TARGET_UP, tracker=target.source, target=target.name)


def last_success(source: str) -> Series:
    return series(LAST_SUCCESS, source=source)
