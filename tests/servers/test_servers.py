"""Each server starts, takes what is written and gives it back."""

import gzip
from pathlib import Path

import psycopg
import pytest

from tests.servers.asking import ask
from tests.servers.influxd import InfluxDB
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.process import free_port, running, tcp_ready
from tests.servers.prometheus import prometheus
from tests.servers.promtool import check_metrics
from tests.servers.pushgateway import Pushgateway
from tests.servers.victoriametrics import VictoriaMetrics
from tests.watching.daemons import until

WRITTEN = b"repo,name=a/b\\ c stars=42i,open=1.5 1700000000000\n"
LONG_AGO = b"repo,name=old stars=7i 1000000000\n"  # January 1970, in milliseconds


def test_a_server_that_does_not_start_says_why() -> None:
    with (
        pytest.raises(RuntimeError, match="status 3:\nno licence"),
        running(["sh", "-c", "echo no licence; exit 3"], bool),
    ):
        pytest.fail("it has not started")


def test_a_server_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    program = ["sh", "-c", "echo thinking; touch thinking; exec sleep 600"]
    listens = tcp_ready(free_port())

    def ready() -> bool:
        until((tmp_path / "thinking").exists)
        return listens()

    with pytest.raises(TimeoutError, match="thinking"), running(program, ready, cwd=tmp_path, seconds=1):
        pytest.fail("it is not ready")


def test_postgres_gives_every_test_a_database_of_its_own(postgres: Postgres) -> None:
    first, second = postgres.new_database(), postgres.new_database()
    with psycopg.connect(postgres.url(first)) as connection:
        connection.execute("CREATE TABLE kept (text TEXT)")
        connection.execute("INSERT INTO kept VALUES ('\N{SNOWMAN}')")
    with psycopg.connect(postgres.url(first)) as connection:
        assert connection.execute("SELECT text FROM kept").fetchall() == [("\N{SNOWMAN}",)]
    with psycopg.connect(postgres.url(second)) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT text FROM kept")


def test_mariadb_keeps_all_of_unicode(mariadb: MariaDB) -> None:
    database = mariadb.new_database()
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (text VARCHAR(9))")
        cursor.execute("INSERT INTO kept VALUES (%s)", ("\N{GRINNING FACE}",))
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT text FROM kept")
        assert cursor.fetchall() == (("\N{GRINNING FACE}",),)


@pytest.mark.parametrize("time", ["once", "again"])
def test_victoriametrics_is_empty_and_keeps_samples_of_any_age_and_doubles(
    victoria: VictoriaMetrics, time: str
) -> None:
    assert victoria.export() == []
    for _ in range(2):
        ask(f"{victoria.url}/api/v2/write", {"precision": "ms"}, method="POST", body=WRITTEN + LONG_AGO).well()
    found = {(one.name, one.labels["name"]): one.samples for one in victoria.export('{__name__=~"repo_.*"}')}
    assert found == {
        ("repo_stars", "a/b c"): ((1700000000000, 42.0),) * 2,
        ("repo_open", "a/b c"): ((1700000000000, 1.5),) * 2,
        ("repo_stars", "old"): ((1000000000, 7.0),) * 2,
    }
    assert victoria.count() == 6


def write(influx: InfluxDB, body: bytes, **changes: str) -> int:
    query = {"org": influx.org, "bucket": influx.bucket, "precision": "ms"}
    headers = {"Authorization": f"Token {influx.token}"}
    headers |= {name: value for name, value in changes.items() if name == "Authorization"}
    query |= {name: value for name, value in changes.items() if name in query}
    return ask(f"{influx.url}/api/v2/write", query, method="POST", body=body, headers=headers).status


def test_influxdb_stores_what_is_right(influx: InfluxDB) -> None:
    assert write(influx, WRITTEN) == 204
    assert influx.query("SELECT * FROM repo") == [{"time": 1700000000000, "name": "a/b c", "stars": 42, "open": 1.5}]
    types = {row["fieldKey"]: row["fieldType"] for row in influx.query("SHOW FIELD KEYS FROM repo")}
    assert types == {"stars": "integer", "open": "float"}
    assert [(one.lines, one.status) for one in influx.api.asked] == [(1, 204)]


@pytest.mark.parametrize(
    ("changes", "body", "status"),
    [
        pytest.param({}, b"no fields", 400, id="junk"),
        pytest.param({"precision": "h"}, WRITTEN, 400, id="precision"),
        pytest.param({"Authorization": "Token other"}, WRITTEN, 401, id="token"),
        pytest.param({"bucket": "other"}, WRITTEN, 404, id="bucket"),
        pytest.param({"org": "other"}, WRITTEN, 404, id="org"),
        pytest.param({}, WRITTEN * 1000, 413, id="size"),
        pytest.param({}, b"repo stars=1.5 1700000000000", 422, id="type"),
    ],
)
def test_influxdb_refuses_what_is_wrong(influx: InfluxDB, changes: dict[str, str], body: bytes, status: int) -> None:
    assert write(influx, WRITTEN) == 204
    influx.api.max_body = 10_000
    assert write(influx, body, **changes) == status
    assert influx.api.asked[-1].status == status
    assert len(influx.query("SELECT * FROM repo")) == 1


def test_influxdb_reads_gzip_and_says_no_as_often_as_it_is_told(influx: InfluxDB) -> None:
    influx.api.refuse(429, headers={"Retry-After": "7"})
    influx.api.refuse(503, times=2)
    query = {"org": influx.org, "bucket": influx.bucket, "precision": "ms"}
    headers = {"Authorization": f"Token {influx.token}", "Content-Encoding": "gzip"}
    answers = [
        ask(f"{influx.url}/api/v2/write", query, method="POST", body=gzip.compress(WRITTEN), headers=headers)
        for _ in range(4)
    ]
    assert [answer.status for answer in answers] == [429, 503, 503, 204]
    assert answers[0].headers["Retry-After"] == "7"
    assert len(influx.query("SELECT * FROM repo")) == 1


@pytest.mark.parametrize("time", ["once", "again"])
def test_pushgateway_is_empty_and_shows_its_groups(pushgateway: Pushgateway, time: str) -> None:
    assert pushgateway.groups() == []
    body = b"# TYPE stars gauge\nstars 42\n"
    ask(f"{pushgateway.url}/metrics/job/colter/source/github", method="PUT", body=body).well()
    assert [group["labels"] for group in pushgateway.groups()] == [{"job": "colter", "source": "github"}]
    assert 'stars{instance="",job="colter",source="github"} 42' in pushgateway.metrics()
    ask(f"{pushgateway.url}/metrics/job/colter/source/github", method="DELETE").well()
    assert pushgateway.settled(0) == []


def test_prometheus_scrapes_what_it_is_told_to(pushgateway: Pushgateway) -> None:
    ask(f"{pushgateway.url}/metrics/job/pushed", method="PUT", body=b"# TYPE stars gauge\nstars 42\n").well()
    with prometheus([f"127.0.0.1:{pushgateway.port}"]) as server:
        (point,) = server.scraped("stars")
    assert (point.labels["job"], point.value) == ("pushed", 42.0)


def test_promtool_passes_good_names_and_explains_bad_ones() -> None:
    check_metrics("# HELP stars_total Stars.\n# TYPE stars_total counter\nstars_total 1\n")
    with pytest.raises(AssertionError, match="no help text"):
        check_metrics("# TYPE stars gauge\nstars 1\n")
