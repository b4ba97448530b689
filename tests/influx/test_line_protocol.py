"""What becomes of readings and results in line protocol: measurement, tags, fields, types, time."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain

import pytest

from colter.core import probe_metrics as probe
from colter.core.model import DailyCount, EndpointState, Metric, Phases, ProbeResult, Reading, Sample, Target
from colter.sinks.line_protocol import MEASUREMENTS, PROBE_FIELDS
from colter.sources.github import metrics as github
from colter.sources.pypi import metrics as pypi
from tests.influx.influx_looks import ANSWERED, AT, AT_MS, DAY_MS, PACKAGE, REFUSED, REPOSITORY, by_client, written

TWIN = "\N{FULLWIDTH REVERSE SOLIDUS}"


def repository(name: str = "pallets/flask", **info: str) -> Reading:
    return Reading(Target("github", name), AT, [Sample(github.BY_KEY["forks"], 1)], info=info)


def probed(name: str) -> ProbeResult:
    return ProbeResult(name, "", AT, EndpointState.UNKNOWN)


def tag_of(name: str) -> str:
    (line,) = written(probed(name))
    return line.partition("=")[2].removesuffix(f' attempts=1i,state="unknown" {AT_MS}')


def test_a_repository_goes_into_the_predecessors_measurement_with_its_tags_and_types() -> None:
    assert written(REPOSITORY) == [
        (
            "github_repo_stats,owner=pallets,private=false,repo=flask "
            "branches=7i,downloads=1234i,followers=70000i,forks=16000i,"
            f'last_push="2026-05-04T10:00:00+00:00",release_downloads=1234i,stars=70000i,watchers=2100i {AT_MS}'
        ),
        f"github_repo_stats_daily,owner=pallets,repo=flask,series=traffic_views count=41i {DAY_MS}",
    ]


def test_a_package_has_its_version_as_text_and_each_split_in_a_line_of_its_own() -> None:
    own = "pypi_package_stats,package=requests"
    assert written(PACKAGE) == [
        f'{own} recent_downloads_day=5000000i,version="2.32.4" {AT_MS}',
        f"{own},python=3 downloads_by_python_major=9i {AT_MS}",
        f"{own},python=3.11 downloads_by_python_minor=4i {AT_MS}",
        f"{own},python=3.12 downloads_by_python_minor=5i {AT_MS}",
        f"pypi_package_stats_daily,package=requests,series=downloads count=4900000i {DAY_MS}",
    ]


def test_a_look_at_an_endpoint_is_one_line() -> None:
    (answered,) = written(ANSWERED)
    assert answered == (
        "endpoint_probe,endpoint=api,group=backend "
        "attempts=2i,connect_seconds=0.0015,content_bytes=1256i,duration_seconds=1.5,http_status_code=200i,"
        'http_version=1.1,processing_seconds=1.478,reason="latency",redirects=1i,resolve_seconds=0.00025,'
        'state="degraded",tls_not_after_timestamp_seconds=1785542400i,tls_seconds=0.02,tls_valid=1i,'
        f"transfer_seconds=0.00025,up=1i {AT_MS}"
    )
    assert written(REFUSED) == [
        f'endpoint_probe,endpoint=gateway attempts=3i,reason="connect_refused",state="down",up=0i {AT_MS}'
    ]


@pytest.mark.parametrize(
    "look", [REPOSITORY, PACKAGE, ANSWERED, REFUSED], ids=["repository", "package", "answered", "refused"]
)
def test_the_bytes_are_those_of_influxdb_client(look: Reading | ProbeResult) -> None:
    assert written(look) == by_client(look)


def test_every_number_of_an_endpoint_has_its_fields() -> None:
    assert set(PROBE_FIELDS) == set(probe.METRICS)
    (line,) = written(ANSWERED)
    fields = line.split(" ")[1].split(",")
    assert {field.partition("=")[0] for field in fields} == {*chain(*PROBE_FIELDS.values()), "reason"}


def test_a_source_has_one_measurement() -> None:
    declared = {"github": github.METRICS, "pypi": pypi.METRICS}
    assert {name: {metric.measurement for metric in metrics} for name, metrics in declared.items()} == {
        name: {measurement} for name, measurement in MEASUREMENTS.items()
    }


@pytest.mark.parametrize(
    ("visibility", "tag"),
    [("public", "private=false"), ("private", "private=true"), ("internal", "private=true"), ("", ""), ("else", "")],
)
def test_a_repository_of_which_it_is_not_known_has_no_tag_private(visibility: str, tag: str) -> None:
    (line,) = written(repository(visibility=visibility))
    assert line.split(" ")[0] == ",".join(filter(None, ["github_repo_stats,owner=pallets", tag, "repo=flask"]))


def test_what_could_not_be_read_is_absent() -> None:
    assert written(Reading(Target("github", "a/b"), AT, problem="not found")) == []
    assert written(Reading(Target("pypi", "a"), AT, missing={"version": "down"})) == []


def test_a_source_of_the_future_has_a_measurement_of_its_own() -> None:
    metric = Metric("depth", "Depth", "colter_queue_depth", "queue_stats", "depth", whole=False)
    target = Target("queue", "in bound")
    reading = Reading(target, AT, [Sample(metric, 1)], daily=[DailyCount("seen", date(1970, 1, 2), 3)])
    assert written(reading) == [
        f"queue_stats,target=in\\ bound depth=1 {AT_MS}",
        "queue_stats_daily,series=seen,target=in\\ bound count=3i 86400000",
    ]
    assert written(replace(reading, samples=[])) == ["queue_daily,series=seen,target=in\\ bound count=3i 86400000"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**63, 2.0**63, 2**70, -(2**63) - 1], ids=repr)
def test_a_count_that_is_no_64_bit_integer_is_left_out(value: float) -> None:
    forks, tags = github.BY_KEY["forks"], github.BY_KEY["tags"]
    reading = Reading(Target("github", "a/b"), AT, [Sample(forks, value), Sample(tags, 2**63 - 1)])
    assert written(reading) == [f"github_repo_stats,owner=a,repo=b tags=9223372036854775807i {AT_MS}"]
    assert written(replace(reading, samples=[Sample(forks, value)])) == []
    assert written(replace(reading, samples=[], daily=[DailyCount("views", AT.date(), 2**70)])) == []


def test_a_time_that_is_no_number_is_left_out() -> None:
    odd = replace(REFUSED, latency_ms=math.nan, phases=Phases(resolve=math.inf, connect=-math.inf, tls=5.0))
    assert written(odd) == [line.replace(",up=", ",tls_seconds=0.005,up=") for line in written(REFUSED)]


def test_an_http_version_that_nobody_knows_is_left_out() -> None:
    assert "http_version" not in written(replace(ANSWERED, http_version="later"))[0]


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        pytest.param("a b,c=d", r"a\ b\,c\=d", id="separators"),
        pytest.param('say "hi"', 'say\\ "hi"', id="quotes"),
        pytest.param("Zürich 東京 🚀", "Zürich\\ 東京\\ 🚀", id="unicode"),
        pytest.param("one\ntwo\r\nthree\tfour", r"one\ two\ three\ four", id="line ends"),
        pytest.param("\x00\x1b[31mred\ud800", "[31mred", id="controls and surrogates"),
        pytest.param(r"domain\user", r"domain\user", id="backslash"),
        pytest.param("dir\\", f"dir{TWIN}", id="trailing backslash"),
        pytest.param("dir\\ file", rf"dir{TWIN}\ file", id="backslash before space"),
        pytest.param("a\\,b\\=c", rf"a{TWIN}\,b{TWIN}\=c", id="backslash before separators"),
        pytest.param("\\\\host\\share", f"{TWIN}\\host\\share", id="two backslashes"),
        pytest.param("x" * 999, "x" * 199 + "…", id="long"),
        pytest.param("#comment", "#comment", id="hash"),
    ],
)
def test_a_name_cannot_break_its_line(name: str, tag: str) -> None:
    assert tag_of(name) == tag


def test_a_name_of_nothing_visible_is_no_tag() -> None:
    (line,) = written(probed(" \n\x00"))
    assert line.startswith("endpoint_probe attempts=")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash\\", r'"back\\slash\\"'),
        ("one\ntwo", '"one two"'),
        ("a,b=c d", '"a,b=c d"'),
        ("x" * 999, '"' + "x" * 299 + '…"'),
    ],
    ids=["quotes", "backslashes", "line end", "separators", "long"],
)
def test_a_text_cannot_break_its_line(text: str, field: str) -> None:
    (line,) = written(Reading(Target("pypi", "a"), AT, info={"version": text}))
    assert line == f"pypi_package_stats,package=a version={field} {AT_MS}"


def test_a_text_of_nothing_visible_is_absent() -> None:
    assert written(Reading(Target("pypi", "a"), AT, info={"version": "\n"})) == []


@pytest.mark.parametrize(
    ("at", "milliseconds"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "0"),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "-1"),
        (datetime(2026, 5, 4, 12, 0, 0, 999_999, tzinfo=UTC), "1777896000999"),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "253402300799999"),
    ],
    ids=["epoch", "before", "now", "last"],
)
def test_a_time_is_cut_to_its_millisecond(at: datetime, milliseconds: str) -> None:
    assert written(replace(REFUSED, at=at))[0].rpartition(" ")[2] == milliseconds


def test_a_name_without_an_owner_is_a_repository_all_the_same() -> None:
    assert written(repository("flask"))[0].startswith("github_repo_stats,repo=flask ")
