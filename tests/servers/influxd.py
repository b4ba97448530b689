"""InfluxDB 2's write API with InfluxDB's own parser behind it: what is wrong is refused as the real one does.

No package has InfluxDB 2, so this translates /api/v2/write to an influxd 1.x, which rejects bad lines and type
conflicts by itself. Checked here: path, method, token, org, bucket, precision, gzip, size.
Source of statuses and bodies: https://docs.influxdata.com/influxdb/v2/api/v2/#operation/PostWrite
"""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.asking import ask
from tests.servers.influx_api import InfluxApi, serving
from tests.servers.process import LOOPBACK, free_port, http_ready, running, server_program

# influxd would otherwise write statistics of its own, and listen for backups on a fixed port.
CONFIG = """
reporting-enabled = false
bind-address = "127.0.0.1:0"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
max-series-per-database = 0
max-values-per-tag = 0
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
max-body-size = 0
[logging]
level = "warn"
"""


@dataclass(frozen=True)
class Influxd:
    """The 1.x server, which has databases where the other has buckets."""

    port: int
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def new_bucket(self) -> str:
        """The name of an empty bucket that nobody else uses."""
        name = f"bucket {next(self._numbers)}"  # a blank, for those who forget to quote
        # A type conflict is one within a shard, so let all that is younger than 1994 be in one.
        self.ask(f'CREATE DATABASE "{name}" WITH DURATION INF SHARD DURATION 5200w')
        return name

    def query(self, influxql: str, bucket: str = "") -> list[dict[str, Any]]:
        """The rows of an answer: columns and tags by name, `time` in Unix milliseconds, absent fields as None."""
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], row, strict=True))}
            for series in self.ask(influxql, bucket).get("series", [])
            for row in series["values"]
        ]

    def ask(self, influxql: str, bucket: str = "") -> dict[str, Any]:
        asked = {"q": influxql, "db": bucket, "epoch": "ms"}
        result: dict[str, Any] = ask(f"{self.url}/query", asked, method="POST").well().json["results"][0]
        assert "error" not in result, result
        return result


@contextmanager
def influxd() -> Iterator[Influxd]:
    """Start influxd 1.x, empty."""
    server = server_program("influxd")
    with tempfile.TemporaryDirectory(prefix="colter-influx-") as folder:
        port = free_port()
        config = Path(folder, "influxd.toml")
        config.write_text(CONFIG.format(folder=folder, port=port))
        argv = [server, "-config", str(config)]
        with running(argv, http_ready(f"http://{LOOPBACK}:{port}/ping"), cwd=Path(folder)):
            yield Influxd(port)


@dataclass(frozen=True)
class InfluxDB:
    """What a sink is told, and what came of it. `api` tells it to refuse and knows what was asked."""

    url: str
    bucket: str
    api: InfluxApi
    server: Influxd

    @property
    def token(self) -> str:
        return self.api.token

    @property
    def org(self) -> str:
        return self.api.org

    def new_bucket(self) -> str:
        """The name of one more empty bucket."""
        name = self.server.new_bucket()
        self.api.buckets.add(name)
        return name

    def query(self, influxql: str, bucket: str | None = None) -> list[dict[str, Any]]:
        """Read back with InfluxQL; see `Influxd.query`. `SHOW FIELD KEYS` gives `fieldKey` and `fieldType`."""
        return self.server.query(influxql, bucket or self.bucket)


@contextmanager
def influxdb(server: Influxd) -> Iterator[InfluxDB]:
    """An InfluxDB 2 before `server`, with an empty bucket."""
    bucket = server.new_bucket()
    api = InfluxApi(server.url, buckets={bucket})
    with serving(api) as port:
        yield InfluxDB(f"http://{LOOPBACK}:{port}", bucket, api, server)
