"""What was read is written to every sink through the command line, and read back value by value."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import psycopg.rows
import pymysql
import pymysql.cursors
import pytest

from colter.app.registry import catalogue
from colter.core.model import Metric
from colter.demo.sandbox import Sandbox
from colter.sinks.exposition import TARGET_LABEL
from tests.journeys.shell import Shell
from tests.servers.influxd import InfluxDB
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.pushgateway import Pushgateway
from tests.servers.victoriametrics import VictoriaMetrics

Record = dict[str, Any]
Rows = Callable[[str], list[Record]]
"""What a query gives."""
METRICS = catalogue()
PHASES = ("resolve", "connect", "tls", "processing", "transfer")


@dataclass(frozen=True)
class Told:
    """What the commands said they had read."""

    repositories: list[Record]
    packages: list[Record]
    endpoints: list[Record]

    @property
    def readings(self) -> list[Record]:
        return self.repositories + self.packages


def test_four_sinks_at_once_have_every_value_under_its_name(
    sh: Shell, box: Sandbox, influx: InfluxDB, postgres: Postgres, pushgateway: Pushgateway
) -> None:
    name, path = postgres.new_database(), box.folder / "measurements.jsonl"
    server = {"host": postgres.host, "port": postgres.port, "user": postgres.user}
    set_up(
        box,
        influxdb={"url": influx.url, "org": influx.org, "bucket": influx.bucket, "token": influx.token},
        database={"driver": "postgresql", "name": name, **server},
        prometheus={"gateway": pushgateway.url, "job": "sample job", "instance": "here"},
        file={"path": str(path)},
    )
    told = read_everything(sh, "influx,database,prometheus,file")
    check_influxdb(influx, told)
    check_database(postgresql(postgres.url(name)), told)
    check_pushgateway(pushgateway, told)
    check_file(path, told)


def test_victoriametrics_and_mariadb_have_every_value(
    sh: Shell, box: Sandbox, victoria: VictoriaMetrics, mariadb: MariaDB
) -> None:
    name = mariadb.new_database()
    server = {"host": mariadb.host, "port": mariadb.port, "user": mariadb.user, "password": mariadb.password}
    set_up(
        box,
        influxdb={"url": victoria.url, "org": "any", "bucket": "any", "token": "any"},
        database={"driver": "mariadb", "name": name, **server},
    )
    told = read_everything(sh, "influx,database")
    check_victoriametrics(victoria, told)
    check_database(of_mariadb(mariadb, name), told)


def test_an_sqlite_file_has_every_value(sh: Shell, box: Sandbox) -> None:
    path = box.folder / "shared.db"
    set_up(box, database={"driver": "sqlite", "name": str(path)})
    check_database(sqlite(path), read_everything(sh, "database"))
    assert sh("colter track pypi -q -o database").out == ""


def set_up(box: Sandbox, **sections: Mapping[str, Any]) -> None:
    written = "".join(f"{name}: {json.dumps(section)}\n" for name, section in sections.items())
    box.config.write_text(box.config.read_text() + written)


def read_everything(sh: Shell, sinks: str) -> Told:
    tracked, probed = sh(f"colter track all -f json -o {sinks}"), sh(f"colter probe -f json -o {sinks}")
    assert [tracked.code, probed.code] == [0, 10], tracked.err + probed.err
    readings = tracked.json["readings"]
    return Told(
        [reading for reading in readings if reading["source"] == "github"],
        [reading for reading in readings if reading["source"] == "pypi"],
        probed.json["results"],
    )


def milliseconds(iso: str) -> int:
    return round(datetime.fromisoformat(iso).timestamp() * 1000)


def numbers(reading: Record) -> Iterator[tuple[Metric, dict[str, str], float]]:
    """Every number that was told, with the labels of splits."""
    for key, value in reading["values"].items():
        yield METRICS[reading["source"], key], {}, value
    for key, parts in reading["splits"].items():
        for part in parts:
            yield METRICS[reading["source"], key], part["labels"], part["value"]


def seconds_of(result: Record) -> dict[str, float]:
    found = {"duration_seconds": result["latency_ms"]}
    found |= {f"{phase}_seconds": result["phases_ms"][phase] for phase in PHASES}
    return {name: spent / 1000 for name, spent in found.items() if spent is not None}


def check_influxdb(influx: InfluxDB, told: Told) -> None:
    for reading in told.repositories:
        owner, _, repo = reading["name"].partition("/")
        (row,) = influx.query(f"SELECT * FROM github_repo_stats WHERE \"repo\" = '{repo}' AND \"owner\" = '{owner}'")
        for metric, _, value in numbers(reading):
            assert row[metric.field] == value, metric.key
            assert isinstance(row[metric.field], int), metric.key
        assert row["last_push"] == reading["info"]["last_push"]
        assert row["private"] == "false"
    for reading in told.packages:
        rows = influx.query(f"SELECT * FROM pypi_package_stats WHERE \"package\" = '{reading['name']}'")
        for metric, labels, value in numbers(reading):
            assert [
                row[metric.field] for row in rows if row[metric.field] is not None and labels.items() <= row.items()
            ] == [value]
        assert [row["version"] for row in rows if row["version"]] == [reading["info"]["version"]]
    for result in told.endpoints:
        (row,) = influx.query(f"SELECT * FROM endpoint_probe WHERE \"endpoint\" = '{result['endpoint']}'")
        assert row["time"] == milliseconds(result["at"])
        assert (row["state"], row["reason"]) == (result["state"], result["reason"])
        assert row["up"] == int(result["state"] in ("up", "degraded"))
        assert row["http_status_code"] == result["status_code"]
        for name, spent in seconds_of(result).items():
            assert row[name] == pytest.approx(spent, abs=1e-6), name


def check_victoriametrics(victoria: VictoriaMetrics, told: Told) -> None:
    found = {(series.name, tuple(sorted(series.labels.items()))): series.samples for series in victoria.export()}
    for reading in told.readings:
        tags = {"package": reading["name"]}
        if reading["source"] == "github":
            owner, _, repo = reading["name"].partition("/")
            tags = {"owner": owner, "repo": repo, "private": "false"}
        for metric, labels, value in numbers(reading):
            series = found[f"{metric.measurement}_{metric.field}", tuple(sorted((tags | labels).items()))]
            assert [number for _, number in series] == [value], metric.key
    for result in told.endpoints:
        for name, spent in seconds_of(result).items():
            ((at, value),) = found[f"endpoint_probe_{name}", (("endpoint", result["endpoint"]),)]
            assert at == milliseconds(result["at"])
            assert value == pytest.approx(spent, abs=1e-6)


def check_pushgateway(pushgateway: Pushgateway, told: Told) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    found = {
        (sample.name, frozenset(pair for pair in sample.labels.items() if pair[1])): sample.value
        for family in text_string_to_metric_families(pushgateway.metrics())
        for sample in family.samples
    }
    for reading in told.readings:
        group = {"job": "sample job", "instance": "here", "source": reading["source"]}
        target = {TARGET_LABEL[reading["source"]]: reading["name"]}
        for metric, labels, value in numbers(reading):
            place = group | target | labels | dict(metric.fixed)
            assert found[metric.prometheus, frozenset(place.items())] == value, metric.key
    for result in told.endpoints:
        place = {"job": "sample job", "instance": "here", "source": "probe", "endpoint": result["endpoint"]}
        own = frozenset(place.items())
        assert found["colter_probe_up", own] == float(result["state"] in ("up", "degraded"))
        if result["latency_ms"] is not None:
            spent = result["latency_ms"] / 1000
            assert found["colter_probe_duration_seconds", own] == pytest.approx(spent, abs=1e-6)


def check_database(rows: Rows, told: Told) -> None:
    for view, key, readings in (
        ("repository_metrics", "repository", told.repositories),
        ("package_metrics", "package", told.packages),
    ):
        found = {row[key]: row for row in rows(f"SELECT * FROM {view}")}
        assert found.keys() == {reading["name"] for reading in readings}
        for reading in readings:
            row = found[reading["name"]]
            assert {name: row[name] for name in reading["values"]} == reading["values"]
    newest = {row["endpoint"]: row for row in rows("SELECT * FROM endpoint_status")}
    history = {row["endpoint"]: row for row in rows("SELECT * FROM endpoint_history")}
    for result in told.endpoints:
        for row in (newest[result["endpoint"]], history[result["endpoint"]]):
            for name in ("url", "state", "reason", "status_code"):
                assert row[name] == result[name], name
            assert row["latency_ms"] == (
                None if result["latency_ms"] is None else pytest.approx(result["latency_ms"], abs=1e-3)
            )


def check_file(path: Path, told: Told) -> None:
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    for told_record, record in zip(told.readings + told.endpoints, kept, strict=True):
        assert told_record.items() <= record.items()


def sqlite(path: Path) -> Rows:
    def rows(sql: str) -> list[Record]:
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]

    return rows


def postgresql(url: str) -> Rows:
    def rows(sql: str) -> list[Record]:
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
            return connection.execute(sql.encode()).fetchall()

    return rows


def of_mariadb(server: MariaDB, name: str) -> Rows:
    def rows(sql: str) -> list[Record]:
        with server.connect(name) as connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    return rows
