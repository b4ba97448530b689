"""The servers as pytest fixtures: each is started once per test process, when the first test asks for it.

`postgres` and `mariadb` are shared, so a test makes a database of its own with `new_database()`. `victoria`, `influx`
and `pushgateway` a test finds empty; whoever needs one for longer uses the context managers beside this file.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.servers import influxd, mariadb, postgres, pushgateway, victoriametrics


@pytest.fixture(name="postgres", scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    with postgres.postgres() as server:
        yield server


@pytest.fixture(name="mariadb", scope="session")
def mariadb_server() -> Iterator[mariadb.MariaDB]:
    with mariadb.mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def victoria_server() -> Iterator[victoriametrics.VictoriaMetrics]:
    with victoriametrics.victoriametrics() as server:
        yield server


@pytest.fixture
def victoria(victoria_server: victoriametrics.VictoriaMetrics) -> victoriametrics.VictoriaMetrics:
    """Empty at the beginning of each test."""
    victoria_server.forget()
    return victoria_server


@pytest.fixture(scope="session")
def influx_server() -> Iterator[influxd.Influxd]:
    with influxd.influxd() as server:
        yield server


@pytest.fixture
def influx(influx_server: influxd.Influxd) -> Iterator[influxd.InfluxDB]:
    """With an empty bucket and nothing asked yet, for each test."""
    with influxd.influxdb(influx_server) as server:
        yield server


@pytest.fixture(scope="session")
def pushgateway_server() -> Iterator[pushgateway.Pushgateway]:
    with pushgateway.pushgateway() as server:
        yield server


@pytest.fixture(name="pushgateway")
def emptied_pushgateway(pushgateway_server: pushgateway.Pushgateway) -> pushgateway.Pushgateway:
    """Empty at the beginning of each test."""
    pushgateway_server.wipe()
    return pushgateway_server


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts, for servers within it."""
    found = trustme.CA()
    found.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return found
