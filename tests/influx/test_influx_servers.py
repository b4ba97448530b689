"""What was written into real servers is read back: value by value, with its type."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from colter.core.errors import Answer, DeliveryError
from colter.core.model import EndpointState, ProbeResult, Reading, Target
from tests.influx.influx_looks import ANSWERED, AT, AT_MS, DAY_MS, PACKAGE, REFUSED, REPOSITORY, client_line
from tests.influx.influx_writing import write
from tests.servers.asking import ask
from tests.servers.influxd import InfluxDB
from tests.servers.toxics import Proxy, Toxic
from tests.servers.victoriametrics import VictoriaMetrics

LOOKS: list[Reading | ProbeResult] = [REPOSITORY, PACKAGE, ANSWERED, REFUSED]
REPOSITORY_TAGS = {"owner": "pallets", "private": "false", "repo": "flask"}
REPOSITORY_FIELDS = {
    "branches": 7,
    "downloads": 1234,
    "followers": 70000,
    "forks": 16000,
    "release_downloads": 1234,
    "stars": 70000,
    "watchers": 2100,
}
ANSWERED_FIELDS: dict[str, int | float] = {
    "attempts": 2,
    "connect_seconds": 0.0015,
    "content_bytes": 1256,
    "duration_seconds": 1.5,
    "http_status_code": 200,
    "http_version": 1.1,
    "processing_seconds": 1.478,
    "redirects": 1,
    "resolve_seconds": 0.00025,
    "tls_not_after_timestamp_seconds": 1785542400,
    "tls_seconds": 0.02,
    "tls_valid": 1,
    "transfer_seconds": 0.00025,
    "up": 1,
}
NAMES = {
    "a b,c=d": "a b,c=d",
    'say "hi"': 'say "hi"',
    '"': '"',
    "Zürich 東京 🚀": "Zürich 東京 🚀",
    "one\ntwo\r\n\tthree": "one two three",
    "domain\\user": "domain\\user",
    "dir\\": "dir\N{FULLWIDTH REVERSE SOLIDUS}",
    "a\\ b\\,c\\=d": "a＼ b＼,c＼=d",  # noqa: RUF001  the full-width one is meant
    "\\\\host\\share": "＼\\host\\share",  # noqa: RUF001  the same
    "#comment": "#comment",
    "x" * 999: "x" * 199 + "…",
}


def rows(influx: InfluxDB, measurement: str) -> list[dict[str, Any]]:
    """Without what is absent."""
    found = influx.query(f'SELECT * FROM "{measurement}"')
    return [{name: value for name, value in row.items() if value is not None} for row in found]


def types(influx: InfluxDB, measurement: str) -> dict[str, str]:
    return {row["fieldKey"]: row["fieldType"] for row in influx.query(f'SHOW FIELD KEYS FROM "{measurement}"')}


def test_influxdb_gives_back_a_repository(influx: InfluxDB) -> None:
    assert write(influx.url, LOOKS, bucket=influx.bucket) == []
    pushed = {"last_push": "2026-05-04T10:00:00+00:00"}
    assert rows(influx, "github_repo_stats") == [{"time": AT_MS, **REPOSITORY_TAGS, **REPOSITORY_FIELDS, **pushed}]
    assert types(influx, "github_repo_stats") == {**dict.fromkeys(REPOSITORY_FIELDS, "integer"), "last_push": "string"}
    daily = {"time": DAY_MS, "owner": "pallets", "repo": "flask", "series": "traffic_views", "count": 41}
    assert rows(influx, "github_repo_stats_daily") == [daily]


def test_influxdb_gives_back_a_package(influx: InfluxDB) -> None:
    assert write(influx.url, LOOKS, bucket=influx.bucket) == []
    own = {"time": AT_MS, "package": "requests"}
    expected = [
        {**own, "recent_downloads_day": 5_000_000, "version": "2.32.4"},
        {**own, "python": "3", "downloads_by_python_major": 9},
        {**own, "python": "3.11", "downloads_by_python_minor": 4},
        {**own, "python": "3.12", "downloads_by_python_minor": 5},
    ]
    assert sorted(rows(influx, "pypi_package_stats"), key=str) == sorted(expected, key=str)
    assert types(influx, "pypi_package_stats") == {
        "downloads_by_python_major": "integer",
        "downloads_by_python_minor": "integer",
        "recent_downloads_day": "integer",
        "version": "string",
    }


def test_influxdb_gives_back_endpoints(influx: InfluxDB) -> None:
    assert write(influx.url, LOOKS, bucket=influx.bucket) == []
    answered = {"endpoint": "api", "group": "backend", "state": "degraded", "reason": "latency", **ANSWERED_FIELDS}
    refused = {"endpoint": "gateway", "state": "down", "reason": "connect_refused", "attempts": 3, "up": 0}
    found = sorted(rows(influx, "endpoint_probe"), key=lambda row: str(row["endpoint"]))
    assert found == [{"time": AT_MS, **answered}, {"time": AT_MS, **refused}]
    floats = {name: "float" for name, value in ANSWERED_FIELDS.items() if isinstance(value, float)}
    integers = dict.fromkeys(ANSWERED_FIELDS.keys() - floats, "integer")
    assert types(influx, "endpoint_probe") == {**floats, **integers, "state": "string", "reason": "string"}


def test_whole_numbers_in_float_fields_stay_floats(influx: InfluxDB) -> None:
    """`http_version=2` today and 1.1 tomorrow: one type, or the second is refused."""
    looks = [replace(ANSWERED, at=AT.replace(second=second), http_version=version, latency_ms=latency)
             for second, version, latency in [(1, "2", 1000.0), (2, "1.1", 1500.0)]]  # fmt: skip
    assert write(influx.url, looks, bucket=influx.bucket) == []
    assert [row["http_version"] for row in rows(influx, "endpoint_probe")] == [2, 1.1]


def test_victoriametrics_gives_back_every_number_and_makes_0_of_words(victoria: VictoriaMetrics) -> None:
    assert write(victoria.url, LOOKS) == []
    found = {
        (series.name, *(series.labels[name] for name in sorted(series.labels) if name != "db")): series.samples
        for series in victoria.export()
    }
    expected: dict[tuple[str, ...], Mapping[str, float]] = {
        ("github_repo_stats", "pallets", "false", "flask"): {**REPOSITORY_FIELDS, "last_push": 0},
        ("pypi_package_stats", "requests"): {"recent_downloads_day": 5_000_000, "version": 0},
        ("pypi_package_stats", "requests", "3"): {"downloads_by_python_major": 9},
        ("pypi_package_stats", "requests", "3.11"): {"downloads_by_python_minor": 4},
        ("pypi_package_stats", "requests", "3.12"): {"downloads_by_python_minor": 5},
        ("endpoint_probe", "api", "backend"): {**ANSWERED_FIELDS, "state": 0, "reason": 0},
        ("endpoint_probe", "gateway"): {"attempts": 3, "up": 0, "state": 0, "reason": 0},
    }
    now = {
        (f"{measurement}_{field}", *tags): ((AT_MS, value),)
        for (measurement, *tags), fields in expected.items()
        for field, value in fields.items()
    }
    days = {
        ("github_repo_stats_daily_count", "pallets", "flask", "traffic_views"): ((DAY_MS, 41),),
        ("pypi_package_stats_daily_count", "requests", "downloads"): ((DAY_MS, 4_900_000),),
    }
    assert found == {**now, **days}


def test_a_bucket_of_the_predecessor_goes_on_in_the_same_series(influx: InfluxDB) -> None:
    before = datetime(2025, 11, 4, tzinfo=UTC)
    counts = {"forks": 15_000, "branches": 6, "followers": 65_000, "downloads": 1000}
    downloads = ["day", "week", "month"]
    package: dict[str, str | int | float] = {f"recent_downloads_{window}": 1 for window in downloads}
    package |= dict.fromkeys(["overall_downloads", "system_downloads"], 1)
    package |= dict.fromkeys(["python_major_downloads", "python_minor_downloads"], 1)
    old = [
        client_line("github_repo_stats", REPOSITORY_TAGS, {**counts, "last_push": "2025-11-03T10:00:00Z"}, before),
        client_line("pypi_package_stats", {"package": "requests"}, package, before),
    ]
    place = {"org": influx.org, "bucket": influx.bucket, "precision": "ms"}
    token = {"Authorization": f"Token {influx.token}"}
    ask(f"{influx.url}/api/v2/write", place, method="POST", body="\n".join(old).encode(), headers=token).well()
    own = ["github_repo_stats", "pypi_package_stats"]
    known = {name: types(influx, name) for name in own}
    assert write(influx.url, [REPOSITORY, replace(PACKAGE, samples=PACKAGE.samples[:1])], bucket=influx.bucket) == []
    assert [row["followers"] for row in rows(influx, own[0])] == [65_000, 70_000]
    assert [row["recent_downloads_day"] for row in rows(influx, own[1])] == [1, 5_000_000]
    assert [len(influx.query(f"SHOW SERIES FROM {name}")) for name in own] == [1, 1]
    assert all(types(influx, name).items() >= known[name].items() for name in own)


def _named() -> list[ProbeResult]:
    return [ProbeResult(name, "", AT, EndpointState.UP) for name in NAMES]


def test_influxdb_gives_back_every_name(influx: InfluxDB) -> None:
    assert write(influx.url, _named(), bucket=influx.bucket) == []
    assert {row["endpoint"] for row in rows(influx, "endpoint_probe")} == set(NAMES.values())


def test_victoriametrics_gives_back_every_name(victoria: VictoriaMetrics) -> None:
    assert write(victoria.url, _named()) == []
    assert {series.labels["endpoint"] for series in victoria.export("endpoint_probe_up")} == set(NAMES.values())


def test_influxdb_gives_back_every_text(influx: InfluxDB) -> None:
    texts = ['say "hi"', "back\\slash\\", "a,b=c d", "Zürich 東京 🚀", "\\\\", '\\"']
    looks = [Reading(Target("pypi", f"p{number}"), AT, info={"version": text}) for number, text in enumerate(texts)]
    assert write(influx.url, looks, bucket=influx.bucket) == []
    found = sorted(rows(influx, "pypi_package_stats"), key=lambda row: str(row["package"]))
    assert [row["version"] for row in found] == texts


def test_what_is_written_again_because_the_answer_was_lost_stands_there_once(influx: InfluxDB) -> None:
    with Proxy(int(influx.url.rpartition(":")[2])) as proxy:
        proxy.behave(Toxic(lose_answer_to=b""), times=1)
        url = f"http://127.0.0.1:{proxy.port}"
        with pytest.raises(DeliveryError) as raised:
            write(url, LOOKS, bucket=influx.bucket)
        assert raised.value.answer is Answer.RETRY
        assert write(url, LOOKS, bucket=influx.bucket) == []
    assert [asked.status for asked in influx.api.asked] == [204, 204]
    counted = {name: len(rows(influx, name)) for name in ("github_repo_stats", "pypi_package_stats", "endpoint_probe")}
    assert counted == {"github_repo_stats": 1, "pypi_package_stats": 4, "endpoint_probe": 2}
