"""A VictoriaMetrics of its own: the InfluxDB 2 write API, and everything that was written can be read back."""

import json
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.asking import ask
from tests.servers.process import LOOPBACK, free_port, http_ready, running, server_program

EVERYTHING = '{__name__!=""}'
YEAR_2100 = 4102444800  # in Unix seconds
SINCE_1970 = YEAR_2100 - 86400  # of a window that begins earlier it makes nothing at all


@dataclass(frozen=True)
class Series:
    """One series: its samples in order of time, Unix milliseconds and value, doubled ones included."""

    name: str
    labels: dict[str, str]
    samples: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class VictoriaMetrics:
    """Where it listens. It takes any token, org and bucket, and forgets which; see `influxd` for refusals.

    A field of a line becomes the series `MEASUREMENT_FIELD`, its tags become labels; a text field becomes 0.
    """

    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def export(self, match: str = EVERYTHING) -> list[Series]:
        """All samples of the series that `match` selects, e.g. `{__name__=~"github_.*",repo="a/b"}`."""
        self.flush()
        asked = {"match[]": match, "end": str(YEAR_2100)}  # without it, nothing of a clock that is ahead
        lines = ask(f"{self.url}/api/v1/export", asked).well().body.splitlines()
        return sorted((_series(json.loads(line)) for line in lines), key=lambda one: (one.name, sorted(one.labels)))

    def count(self, match: str = EVERYTHING) -> int:
        """How many samples from 1970-01-02 to 2100 there are, doubled ones included; quick for millions."""
        self.flush()
        asked = {"query": f"sum(count_over_time({match}[{SINCE_1970}s]))", "time": str(YEAR_2100), "nocache": "1"}
        result = ask(f"{self.url}/api/v1/query", asked).well().json["data"]["result"]
        return int(result[0]["value"][1]) if result else 0

    def flush(self) -> None:
        """Make everything that was written visible; `export` and `count` do it themselves."""
        ask(f"{self.url}/internal/force_flush").well()

    def forget(self) -> None:
        """Delete everything."""
        self.flush()
        ask(f"{self.url}/api/v1/admin/tsdb/delete_series", {"match[]": EVERYTHING}, method="POST").well()


@contextmanager
def victoriametrics() -> Iterator[VictoriaMetrics]:
    """Start it, empty; it keeps samples of any age."""
    server = server_program("victoria-metrics")
    with tempfile.TemporaryDirectory(prefix="colter-vm-") as folder:
        port = free_port()
        argv = [server, f"-storageDataPath={folder}/data", f"-httpListenAddr={LOOPBACK}:{port}"]
        argv += ["-retentionPeriod=100y", "-search.latencyOffset=0s", "-memory.allowedBytes=128MB"]
        with running(argv, http_ready(f"http://{LOOPBACK}:{port}/health"), cwd=Path(folder)):
            yield VictoriaMetrics(port)


def _series(line: dict[str, Any]) -> Series:
    labels = dict(line["metric"])
    values = (math.nan if value is None else float(value) for value in line["values"])
    return Series(labels.pop("__name__"), labels, tuple(zip(line["timestamps"], values, strict=True)))
