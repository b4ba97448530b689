"""A Pushgateway of its own."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.asking import ask
from tests.servers.process import LOOPBACK, free_port, http_ready, running, server_program


@dataclass(frozen=True)
class Pushgateway:
    """Where it listens."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def metrics(self) -> str:
        """What Prometheus would scrape, the gateway's own metrics included."""
        return ask(f"{self.url}/metrics").well().body.decode()

    def groups(self) -> list[dict[str, Any]]:
        """Its groups, each with `labels`, `push_time_seconds` and, under their names, its metrics."""
        found: list[dict[str, Any]] = ask(f"{self.url}/api/v1/metrics").well().json["data"]
        return found

    def settled(self, number: int) -> list[dict[str, Any]]:
        """Its groups as soon as there are so many: a DELETE is carried out after it was answered.

        Raises:
            TimeoutError: there are not so many after minutes.
        """
        for _ in range(10_000):
            if len(groups := self.groups()) == number:
                return groups
            time.sleep(0.02)
        raise TimeoutError(f"not {number} groups: {self.groups()}")

    def wipe(self) -> None:
        """Delete all groups."""
        ask(f"{self.url}/api/v1/admin/wipe", method="PUT").well()
        self.settled(0)


@contextmanager
def pushgateway() -> Iterator[Pushgateway]:
    """Start it, empty."""
    server = server_program("prometheus-pushgateway")
    with tempfile.TemporaryDirectory(prefix="colter-push-") as folder:
        port = free_port()
        argv = [server, f"--web.listen-address={LOOPBACK}:{port}", "--web.enable-admin-api", "--log.level=warn"]
        argv.append("--persistence.file=")  # Debian's has a file, which the next one would begin with
        with running(argv, http_ready(f"http://{LOOPBACK}:{port}/-/ready"), cwd=Path(folder)):
            yield Pushgateway(port)
