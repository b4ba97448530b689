"""What is written in these tests, and the same as influxdb-client writes it, which is the yardstick."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from influxdb_client.client.write.point import Point  # noqa: TID253  the client is what these tests compare with

from colter.core import probe_metrics as probe
from colter.core.model import (
    DailyCount,
    EndpointState,
    Entry,
    Phases,
    ProbeResult,
    Reading,
    Reason,
    Round,
    Sample,
    Target,
)
from colter.core.text import clean
from colter.sinks.line_protocol import lines
from colter.sources.github.metrics import BY_KEY as GITHUB
from colter.sources.pypi import metrics as pypi

Field = str | int | float
AT = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
AT_MS = 1777896000123
DAY = date(2026, 5, 3)
DAY_MS = 1777766400000

REPOSITORY = Reading(
    Target("github", "pallets/flask"),
    AT,
    samples=[
        Sample(GITHUB["stars"], 70_000),
        Sample(GITHUB["forks"], 16_000.0),
        Sample(GITHUB["branches"], 7),
        Sample(GITHUB["release_downloads"], 1234),
        Sample(GITHUB["watchers"], 2100),
    ],
    info={"visibility": "public", "last_push": "2026-05-04T10:00:00+00:00", "language": "Python"},
    daily=[DailyCount("traffic_views", DAY, 41)],
)
PACKAGE = Reading(
    Target("pypi", "requests"),
    AT,
    samples=[
        Sample(pypi.DOWNLOADS_DAY, 5_000_000),
        Sample(pypi.BY_PYTHON_MAJOR, 9, {"python": "3"}),
        Sample(pypi.BY_PYTHON_MINOR, 4, {"python": "3.11"}),
        Sample(pypi.BY_PYTHON_MINOR, 5, {"python": "3.12"}),
    ],
    info={"version": "2.32.4", "yanked": "false"},
    daily=[DailyCount("downloads", DAY, 4_900_000)],
)
ANSWERED = ProbeResult(
    endpoint="api",
    url="https://api.example.org/health",
    at=AT,
    state=EndpointState.DEGRADED,
    reason=Reason.LATENCY,
    status_code=200,
    http_version="1.1",
    latency_ms=1500.0,
    phases=Phases(resolve=0.25, connect=1.5, tls=20.0, processing=1478.0, transfer=0.25),
    redirects=1,
    size=1256,
    certificate_expires=datetime(2026, 8, 1, tzinfo=UTC),
    attempts=2,
    group="backend",
)
REFUSED = ProbeResult("gateway", "tcp://gw.example.org:443", AT, EndpointState.DOWN, Reason.CONNECT_REFUSED, attempts=3)


def entry(what: Reading | ProbeResult) -> Entry:
    return Entry(Round("round", AT, AT), 0, what)


def written(what: Reading | ProbeResult) -> list[str]:
    """Our lines, as text."""
    return [line.decode() for line in lines(entry(what))]


def by_client(what: Reading | ProbeResult) -> list[str]:
    """What influxdb-client makes of the same; an empty line, which it makes of a point without fields, left out."""
    made = [_of_result(what)] if isinstance(what, ProbeResult) else [*_of_reading(what), *_of_days(what)]
    return list(filter(None, made))


def client_line(measurement: str, tags: Mapping[str, str], fields: Mapping[str, Field], at: datetime) -> str:
    point = Point.from_dict({"measurement": measurement, "tags": tags, "fields": fields, "time": at})
    return str(point.to_line_protocol(precision="ms"))


def _of_result(result: ProbeResult) -> str:
    fields: dict[str, Field] = {} if result.reason is None else {"reason": result.reason.value}
    for sample in probe.samples(result):
        if sample.metric is probe.PHASE:
            fields[f"{sample.labels['phase']}_seconds"] = sample.value
        elif sample.metric is not probe.STATE:
            fields |= _field(sample)
        elif sample.value:
            fields["state"] = str(sample.labels["state"])
    return client_line("endpoint_probe", _tags({"endpoint": result.endpoint, "group": result.group}), fields, result.at)


def _of_reading(reading: Reading) -> list[str]:
    own, word = {"github": ("github_repo_stats", "last_push"), "pypi": ("pypi_package_stats", "version")}[
        reading.target.source
    ]
    found: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, Field]] = {}
    for sample in reading.samples:
        place = (sample.metric.measurement, tuple(sample.labels.items()))
        found.setdefault(place, {}).update(_field(sample))
    if text := clean(reading.info.get(word, "")):
        found.setdefault((own, ()), {})[word] = text
    tags = _target(reading) | _private(reading)
    return [
        client_line(measurement, _tags(tags | dict(labels)), fields, reading.at)
        for (measurement, labels), fields in found.items()
    ]


def _of_days(reading: Reading) -> list[str]:
    own = {"github": "github_repo_stats_daily", "pypi": "pypi_package_stats_daily"}[reading.target.source]
    return [
        client_line(
            own,
            _tags(_target(reading) | {"series": daily.series}),
            {"count": daily.count},
            datetime.combine(daily.day, time(), UTC),
        )
        for daily in reading.daily
    ]


def _target(reading: Reading) -> dict[str, str]:
    if reading.target.source == "pypi":
        return {"package": reading.target.name}
    owner, repo = reading.target.name.split("/")
    return {"owner": owner, "repo": repo}


def _private(reading: Reading) -> dict[str, str]:
    visibility = reading.info.get("visibility")
    if reading.target.source != "github" or visibility not in ("public", "private", "internal"):
        return {}
    return {"private": "false" if visibility == "public" else "true"}


def _tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: clean(value, 200) for name, value in tags.items()}


def _field(sample: Sample) -> dict[str, Field]:
    """A field has one type for ever; what no integer of 64 bits can hold is left out, for the client would write it."""
    metric, value = sample.metric, sample.value
    if metric.whole and not -(2**63) <= value < 2**63:
        return {}
    typed = int(value) if metric.whole else float(value)
    return {name: typed for name in (metric.field, metric.former) if name}
