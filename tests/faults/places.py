"""Recipients of every kind, and what has arrived there."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.numbered import Fact, key_at, key_with
from tests.servers.influxd import InfluxDB
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.pushgateway import Pushgateway
from tests.servers.victoriametrics import VictoriaMetrics

_SERIALS = (
    "SELECT r.round_key, x.position, s.value"
    " FROM sample s JOIN reading x ON x.id = s.reading_id JOIN round r ON r.id = x.round_id ORDER BY r.id"
)
_LATENCIES = (
    "SELECT r.round_key, p.position, p.latency_us FROM probe_result p JOIN round r ON r.id = p.round_id ORDER BY r.id"
)
_Ask = Callable[[str], Sequence[Any]]


def _no_rows(_: str) -> Sequence[Any]:
    raise AssertionError("it is no database")


@dataclass(frozen=True)
class Place:
    """One recipient."""

    sink: str
    """Its kind: `influx`, `prometheus`, `database`, `file`."""
    env: Mapping[str, str]
    """Its settings, as environment variables."""
    read: Callable[[], list[Fact]]
    """What has arrived; what arrived twice, and is there twice, stands twice."""
    rows: Callable[[str], Sequence[Any]] = _no_rows
    """Of a database: what a statement finds."""


def victoria_place(server: VictoriaMetrics, port: int | None = None) -> Place:
    """`port`: of a proxy, here and below."""

    def read() -> list[Fact]:
        return [
            _of_point(one.labels, at, value * (1 if one.name.endswith("_serial") else 1000))
            for one in server.export('{__name__=~"pypi_package_stats_serial|endpoint_probe_duration_seconds"}')
            for at, value in one.samples
        ]

    return Place("influx", _influx(port or server.port, "MONITOR", "bucket", "token"), read)


def influxdb_place(server: InfluxDB, port: int | None = None) -> Place:
    """An influxd behind the API of InfluxDB 2."""

    def read() -> list[Fact]:
        serials = server.query("SELECT serial AS value FROM pypi_package_stats GROUP BY package")
        seconds = server.query("SELECT duration_seconds * 1000 AS value FROM endpoint_probe GROUP BY endpoint")
        return [_of_point(row, row["time"], row["value"]) for row in [*serials, *seconds]]

    return Place("influx", _influx(port or port_of(server), server.org, server.bucket, server.token), read)


def postgres_place(server: Postgres, port: int | None = None) -> Place:
    """With a database of its own."""
    name = server.new_database()

    def ask(statement: str) -> Sequence[Any]:
        with psycopg.connect(server.url(name)) as connection:
            return connection.execute(statement.encode()).fetchall()

    return Place(
        "database", _database("postgresql", port or server.port, name, server.user), lambda: _read_sql(ask), ask
    )


def mariadb_place(server: MariaDB, port: int | None = None) -> Place:
    """With a database of its own."""
    name = server.new_database()

    def ask(statement: str) -> Sequence[Any]:
        with server.connect(name) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    env = _database("mariadb", port or server.port, name, server.user)
    return Place("database", {**env, "COLTER_DATABASE__PASSWORD": server.password}, lambda: _read_sql(ask), ask)


def sqlite_place(path: Path) -> Place:
    """A database file."""

    def ask(statement: str) -> Sequence[Any]:
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return connection.execute(statement).fetchall()

    env = {"COLTER_DATABASE__DRIVER": "sqlite", "COLTER_DATABASE__NAME": str(path)}
    return Place("database", env, lambda: _read_sql(ask), ask)


def file_place(path: Path) -> Place:
    """JSON lines, in the order in which they stand."""

    def read() -> list[Fact]:
        return [_of_line(json.loads(line)) for line in path.read_text().splitlines()]

    return Place("file", {"COLTER_FILE__PATH": str(path)}, read)


def pushgateway_place(server: Pushgateway, port: int | None = None) -> Place:
    """Shows the newest of every target only."""

    def read() -> list[Fact]:
        found = []
        for group in server.groups():
            for name, scale in (("colter_pypi_serial", 1), ("colter_probe_duration_seconds", 1000)):
                for metric in group.get(name, {}).get("metrics", ()):
                    value = round(float(metric["value"]) * scale)
                    found.append(_fact(key_with(value), metric["labels"], value))
        return found

    return Place("prometheus", {"COLTER_PROMETHEUS__GATEWAY": f"http://127.0.0.1:{port or server.port}"}, read)


def port_of(server: VictoriaMetrics | InfluxDB | Postgres | MariaDB | Pushgateway) -> int:
    """Where it listens."""
    return int(server.url.rpartition(":")[2]) if isinstance(server, InfluxDB) else server.port


def newest(found: Iterable[Fact]) -> list[Fact]:
    """Of every target the last of these."""
    return list({(fact.source, fact.position): fact for fact in sorted(found)}.values())


def _influx(port: int, org: str, bucket: str, token: str) -> dict[str, str]:
    told = {"URL": f"http://127.0.0.1:{port}", "ORG": org, "BUCKET": bucket, "TOKEN": token}
    return {f"COLTER_INFLUXDB__{key}": value for key, value in told.items()}


def _database(driver: str, port: int, name: str, user: str) -> dict[str, str]:
    told = {"DRIVER": driver, "HOST": "127.0.0.1", "PORT": str(port), "NAME": name, "USER": user}
    return {f"COLTER_DATABASE__{key}": value for key, value in told.items()}


def _read_sql(ask: _Ask) -> list[Fact]:
    """Round after round, as they came."""
    serials = [Fact(key, "pypi", position, round(value)) for key, position, value in ask(_SERIALS)]
    latencies = [Fact(key, "probe", position, us // 1000) for key, position, us in ask(_LATENCIES)]
    place = {key: number for number, key in enumerate(dict.fromkeys(fact.round for fact in serials))}
    return sorted([*serials, *latencies], key=lambda fact: place[fact.round])


def _of_point(labels: Mapping[str, str], at_ms: int, value: float) -> Fact:
    return _fact(key_at(at_ms), labels, round(value))


def _fact(key: str, labels: Mapping[str, str], value: int) -> Fact:
    """Targets are named after their position: `t3`, `e3`."""
    package, endpoint = labels.get("package"), labels.get("endpoint")
    return Fact(key, "pypi" if package else "probe", int((package or endpoint or "")[1:]), value)


def _of_line(record: Mapping[str, Any]) -> Fact:
    value = record["values"]["serial"] if record["source"] == "pypi" else record["latency_ms"]
    return Fact(record["round"], record["source"], record["position"], round(value))
