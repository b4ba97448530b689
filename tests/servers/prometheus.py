"""A Prometheus of its own, which scrapes every second."""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.asking import ask
from tests.servers.process import LOOPBACK, free_port, http_ready, running, server_program


@dataclass(frozen=True)
class Point:
    """One series of an answer, at one time."""

    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class Prometheus:
    """Where it listens."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def query(self, expression: str) -> list[Point]:
        """What it answers now; nothing before its first scrape."""
        data = ask(f"{self.url}/api/v1/query", {"query": expression}).well().json["data"]
        return [Point(one["metric"], float(one["value"][1])) for one in data["result"]]

    def scraped(self, expression: str) -> list[Point]:
        """What it answers as soon as there is something to answer.

        Raises:
            TimeoutError: nothing after minutes; with the state of its targets.
        """
        for _ in range(3000):
            points = self.query(expression)
            if points:
                return points
            time.sleep(0.1)
        targets = ask(f"{self.url}/api/v1/targets").well().body.decode()
        raise TimeoutError(f"{expression}: nothing was scraped: {targets}")


@contextmanager
def prometheus(
    targets: Sequence[str],
    jobs: Sequence[Mapping[str, Any]] = (),
    *,
    rules: Sequence[Path] = (),
    alertmanagers: Sequence[str] = (),
) -> Iterator[Prometheus]:
    """Start it; `targets` are scraped at /metrics, each `host:port`; their own labels are honoured.

    `jobs`: further ones, as its configuration has them. `rules`: files, looked at every second; `alertmanagers`,
    each `host:port`, are told what they find.

    Its first scrape comes five seconds later, which nothing changes: start it before what can go on meanwhile.
    """
    server = server_program("prometheus")
    with tempfile.TemporaryDirectory(prefix="colter-prom-") as name:
        folder = Path(name)
        job = {"job_name": "colter", "honor_labels": True, "static_configs": [{"targets": [*targets]}]}
        timing = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        config = folder / "prometheus.yml"
        whole = {"global": timing, "scrape_configs": [job, *jobs], "rule_files": [*map(str, rules)]}
        told = {"alertmanagers": [{"static_configs": [{"targets": [*alertmanagers]}]}]}
        config.write_text(json.dumps({**whole, "alerting": told}))  # JSON is YAML
        port = free_port()
        argv = [server, f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
        argv += [f"--web.listen-address={LOOPBACK}:{port}", "--log.level=warn"]
        with running(argv, http_ready(f"http://{LOOPBACK}:{port}/-/ready"), cwd=folder):
            yield Prometheus(port)
